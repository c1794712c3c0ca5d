/*
 * manual_contract.h: what the two halves of the program manual_contract share.
 */
#ifndef TESTS_MANUAL_CONTRACT_H
#define TESTS_MANUAL_CONTRACT_H

#include <stddef.h>
#include <stdint.h>

#include "util/arena.h"
#include "util/buf.h"
#include "value/codec.h"
#include "value/value.h"

/* The command of the examples. */
#define CONTRACT_ID	"ab675ea0-7f6d-11e6-bcdd-540e9df06c05"

/* Of all values; the program's end frees it. */
extern struct arena contract_arena;

/* Say on stderr what does not agree with the program, and end. */
void	contract_broken(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));
/* What EDN means. */
struct value contract_value(const char *edn);
/* As a codec writes it; good until the next call. */
struct buf *contract_written(codec_write_fn *write, const struct value *v);
/* A word or more of a literal block: what roff would take for its own is escaped. */
void	contract_literal(const char *text, size_t len);
/* "C0 EA", with a line's end where one would be too long. indent: of the lines after the first. */
void	contract_bytes(const uint8_t *b, size_t len, const char *indent);
/* Blocks of the page. */
void	contract_types(void);
void	contract_codes(void);

#endif
