/*
 * value.h: the one value model that every media type is read into and written
 * from. Values are immutable once made, live in an arena and are 16 bytes;
 * text is valid UTF-8 (never a lone surrogate) and may contain NUL. Pure: no
 * I/O, no knowledge of commands.
 */
#ifndef VALUE_VALUE_H
#define VALUE_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/arena.h"
#include "util/id.h"

/* kind, name for messages */
#define VALUE_KINDS(X)			\
	X(VALUE_NIL, "nil")		\
	X(VALUE_BOOL, "boolean")	\
	X(VALUE_INT, "integer")		\
	X(VALUE_BYTE, "byte")		\
	X(VALUE_BIGINT, "bigint")	\
	X(VALUE_DOUBLE, "double")	\
	X(VALUE_FLOAT, "float")		\
	X(VALUE_BIGDEC, "bigdec")	\
	X(VALUE_RATIO, "ratio")		\
	X(VALUE_CHAR, "character")	\
	X(VALUE_STRING, "string")	\
	X(VALUE_BYTES, "bytes")		\
	X(VALUE_KEYWORD, "keyword")	\
	X(VALUE_SYMBOL, "symbol")	\
	X(VALUE_UUID, "uuid")		\
	X(VALUE_INST, "inst")		\
	X(VALUE_URI, "uri")		\
	X(VALUE_REGEX, "regex")		\
	X(VALUE_LIST, "list")		\
	X(VALUE_VECTOR, "vector")	\
	X(VALUE_SET, "set")		\
	X(VALUE_MAP, "map")		\
	X(VALUE_ARRAY, "array")		\
	X(VALUE_TAGGED, "tagged")

enum value_kind {
#define X(kind, name) kind,
	VALUE_KINDS(X)
#undef X
	VALUE_NKINDS
};

/* Element type of a VALUE_ARRAY (value.sub); its items are VALUE_INT, VALUE_FLOAT, … */
enum value_array {
	ARRAY_INT,	/* int[]: every item fits 32 bits */
	ARRAY_LONG,
	ARRAY_FLOAT,
	ARRAY_DOUBLE,
	ARRAY_BOOLEAN,
	ARRAY_OBJECT,	/* items of any kind */
};

struct value;

/* The two parts of a keyword or symbol. */
struct value_name {
	const char	*ns;	/* NULL: none; "" is a namespace too */
	const char	*name;
	uint32_t	 ns_len;
	uint32_t	 name_len;
};

/* unscaled * 10^-scale; unscaled as a bigint's bytes. */
struct value_bigdec {
	const uint8_t	*unscaled;
	uint32_t	 unscaled_len;
	int32_t		 scale;
};

struct value_tagged {
	const struct value	*tag;		/* any kind; in practice a string */
	const struct value	*fields;	/* value.n of them */
};

struct value {
	uint8_t		kind;	/* enum value_kind */
	uint8_t		sub;	/* VALUE_ARRAY: enum value_array; else 0 */
	uint16_t	spare;
	uint32_t	n;	/* bytes of text or of a bigint; items; PAIRS of a map; fields of a tagged */
	union {
		bool			 boolean;
		int64_t			 integer;	/* INT, BYTE, CHAR (a UTF-16 unit), INST (ms since 1970) */
		double			 real;		/* DOUBLE */
		float			 real32;	/* FLOAT */
		const char		*text;		/* STRING, URI, REGEX: n bytes, not NUL-terminated */
		const uint8_t		*bytes;		/* BYTES; BIGINT: minimal two's complement, big-endian */
		const struct value_bigdec *bigdec;
		const struct value	*items;		/* LIST, VECTOR, SET, ARRAY: n; MAP: key, value, key, … 2n; RATIO: 2 (INT or BIGINT) */
		const struct value_name	*name;		/* KEYWORD, SYMBOL */
		const struct id		*id;		/* UUID */
		const struct value_tagged *tagged;
	} u;
};

/* "nil", "boolean", … for messages. */
const char	*value_kind_name(enum value_kind kind);

struct value	 value_nil(void);
struct value	 value_bool(bool b);
struct value	 value_int(int64_t i);
struct value	 value_double(double d);
/* text is not copied, and must live as long as the value. */
struct value	 value_string(const char *text, size_t len);
struct value	 value_cstring(const char *text);
/* items of KIND (LIST, VECTOR or SET), not copied. */
struct value	 value_seq(enum value_kind kind, const struct value *items, size_t n);
/* n pairs at 2n items, not copied. */
struct value	 value_map(const struct value *items, size_t n);
/* In the arena; VALUE_NIL where the arena's limit is reached. */
struct value	 value_uuid(struct arena *a, const struct id *id);
/* ns NULL for none. Texts are not copied. */
struct value	 value_keyword(struct arena *a, const char *ns, size_t ns_len, const char *name, size_t name_len);
/* A keyword of a NUL-terminated text without a namespace, as "id". */
struct value	 value_ckeyword(struct arena *a, const char *name);
/* "ns/name" split at the first slash as Clojure's (keyword s): "/" alone and no slash give no namespace. */
struct value	 value_keyword_split(struct arena *a, const char *text, size_t len);

/* Is it a keyword (or string, where or_string) of exactly this name, without a namespace? */
bool		 value_named(const struct value *v, const char *name, bool or_string);
/* The value at a keyword key without namespace (or string key, where or_string); NULL if absent or not a map. */
const struct value *value_map_get(const struct value *map, const char *name, bool or_string);

/*
 * Equality as the contract compares: lists and vectors are one type (arrays are not), maps and sets without
 * order, NaN equals NaN, 5, 5N, 5.0 and 5M differ, bigdec by unscaled value and scale, -0.0 differs from 0.0.
 * Recursion is bounded by the depth of the values, which readers bound.
 */
bool		 value_equal(const struct value *a, const struct value *b);
/* The seed of hashes from now on, for processes that must agree; 0 is none. Before the first hash, or never. */
void		 value_hash_seed(uint64_t seed);
/* Agrees with value_equal. Seeded per process: a client cannot choose collisions. */
uint64_t	 value_hash(const struct value *v);

/*
 * Make keys unique in place: a repeated key keeps its first position and takes the last value. *n pairs in,
 * out. Returns how many repeats there were, or -1 where the arena's limit is reached. Linear in *n.
 */
int		 value_map_dedup(struct arena *a, struct value *items, size_t *n);
/* The same for *n items of a set: the first of equals stays. */
int		 value_set_dedup(struct arena *a, struct value *items, size_t *n);

#endif
