/*
 * fressian_footer.h: the footer behind a value: magic, length, checksum. For
 * fressian_*.c.
 */
#ifndef VALUE_FRESSIAN_FOOTER_H
#define VALUE_FRESSIAN_FOOTER_H

#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"
#include "value/codec.h"

#define FRESSIAN_FOOTER_CODE	0xCF
#define FRESSIAN_FOOTER_BYTES	12

/*
 * Is a good footer at `at` (which is before end)? It speaks of the bytes from section on: the start
 * of the message, or the end of the footer before. 0; -1 with E_EOF or E_FOOTER, its offset counted
 * from start.
 */
int	fressian_footer_check(const uint8_t *start, const uint8_t *section, const uint8_t *at,
	    const uint8_t *end, struct codec_error *err);
/* Append the footer of what stands in out from start on. 0; -1 with E_LIMIT. */
int	fressian_footer_put(struct buf *out, size_t start, struct codec_error *err);

#endif
