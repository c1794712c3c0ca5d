/*
 * edn_reader.h: what the files of the EDN reader share: edn_read.c sees what
 * form begins, and one file for each sort of form reads it. Nobody else
 * includes it. Every int is 0, or -1 with the error filled, unless
 * said otherwise.
 */
#ifndef VALUE_EDN_READER_H
#define VALUE_EDN_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/arena.h"
#include "value/codec.h"
#include "value/value.h"

#define EDN_FIRST_ITEMS 64

struct edn_reader {
	const uint8_t			*in;	/* valid UTF-8 */
	size_t				 len;
	size_t				 at;	/* the next byte to read */
	const struct codec_limits	*limits;
	struct arena			*arena;
	struct codec_error		*err;
	unsigned			 depth;	/* forms open around this one */
	unsigned			 slack;	/* of them, those that are no level of the value */
	size_t				 expanded; /* bytes made of repetitions so far */
	bool				 floats; /* numbers are read as VALUE_FLOAT */
	struct value			*items;	/* of all open collections, innermost last */
	size_t				 used, cap;
	struct value			 first[EDN_FIRST_ITEMS];
};

/* The next form into *out; 1 where there is none before the input's end or a closing bracket. */
int	edn_next(struct edn_reader *r, struct value *out);
/* The same, but there must be one; `what` names it in the error: "the value of #inst". */
int	edn_require(struct edn_reader *r, struct value *out, const char *what);
/*
 * Go one form deeper, checking the depth, and come back. slack: how many levels of brackets the
 * form's syntax has beyond those of its value: 1 for what is no level at all.
 */
int	edn_enter(struct edn_reader *r, unsigned slack);
void	edn_leave(struct edn_reader *r, unsigned slack);
/* E_LIMIT: the arena is full. */
int	edn_full(struct edn_reader *r);

static inline bool
edn_follows(const struct edn_reader *r, size_t ahead, char c)
{
	return r->len - r->at > ahead && r->in[r->at + ahead] == (uint8_t)c;
}

/* A token's text, and where it stands for messages. */
struct edn_token {
	const char	*s;
	size_t		 len;
	size_t		 at;
};

/*
 * From r->at up to white space or a character of the classes `ends`; the first `skip` bytes
 * belong to it.
 */
struct edn_token edn_token_take(struct edn_reader *r, size_t skip, uint8_t ends);
/* The value of a digit in radices up to 36; 36: no digit. */
unsigned edn_token_digit(char c);
/* How many of the characters at s are digits of the radix. */
size_t	edn_token_digits(const char *s, size_t len, unsigned radix);

/*
 * Each reads the form that begins at r->at, which moves behind it. Numbers: a digit stands
 * there, maybe after a sign. Names: symbol, keyword, nil, true, false.
 */
int	edn_number_read(struct edn_reader *r, struct value *out);
int	edn_string_read(struct edn_reader *r, struct value *out);
int	edn_token_character(struct edn_reader *r, struct value *out);
int	edn_token_name(struct edn_reader *r, struct value *out);
/* LIST or VECTOR; set; map with its keys in a namespace (NULL: as they are); #:ns{…}. */
int	edn_collection_sequence(struct edn_reader *r, enum value_kind kind, char close,
	    struct value *out);
int	edn_collection_set(struct edn_reader *r, struct value *out);
int	edn_collection_map(struct edn_reader *r, const struct value_name *ns, struct value *out);
int	edn_collection_namespaced(struct edn_reader *r, struct value *out);
/* "#tag form", r->at on the #. */
int	edn_tag_read(struct edn_reader *r, struct value *out);

#endif
