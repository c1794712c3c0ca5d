/*
 * edn_syntax.h: what EDN's characters and names are made of; shared by its
 * reader and its writer, of no use to anyone else.
 */
#ifndef VALUE_EDN_SYNTAX_H
#define VALUE_EDN_SYNTAX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "value/value.h"

/* Of a byte below 0x80. */
enum edn_class {
	EDN_SPACE	= 1 << 0,	/* commas too */
	EDN_MACRO	= 1 << 1,	/* begins a form by itself, and ends a number */
	EDN_TERMINAL	= 1 << 2,	/* ends a name as well: all macros but # */
	EDN_FORBIDDEN	= 1 << 3,	/* stands nowhere outside strings and comments */
	EDN_DIGIT	= 1 << 4,
	EDN_NAME	= 1 << 5,	/* fit for a name that every reader takes */
};

#define EDN_QUOTE 64	/* room for any edn_quote */

extern const uint8_t edn_classes[256];

/*
 * How many bytes of white space stand at s, one character at most; len > 0, valid UTF-8. 0:
 * none.
 */
size_t	edn_space(const uint8_t *s, size_t len);
/* Does every reader take this name as it is, without #kw or #sym? */
bool	edn_plain_keyword(const struct value_name *name);
bool	edn_plain_symbol(const struct value_name *name);
/*
 * A piece of the input as a message shows it: cut if long, control characters replaced. Returns
 * out.
 */
char	*edn_quote(char out[EDN_QUOTE], const uint8_t *s, size_t len);

#endif
