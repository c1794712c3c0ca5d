/*
 * edn_text.h: what edn_write.c puts together: the literals made of text. Each
 * is appended to out whole, with its quotes or tag; a full buffer shows in
 * out->overflow.
 */
#ifndef VALUE_EDN_TEXT_H
#define VALUE_EDN_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"
#include "value/value.h"

/*
 * By name, raw, or as \uXXXX where it could not be seen or is no character of its own (a
 * surrogate).
 */
void	edn_text_char(struct buf *out, uint16_t c);
/* len bytes in quotes; only what must be is escaped, as Clojure does. */
void	edn_text_string(struct buf *out, const char *s, size_t len);
/* #bytes "hex" */
void	edn_text_bytes(struct buf *out, const uint8_t *bytes, size_t n);
/* As they are, or as #kw [ns name] where a reader might not take that. */
void	edn_text_keyword(struct buf *out, const struct value_name *name);
void	edn_text_symbol(struct buf *out, const struct value_name *name);

#endif
