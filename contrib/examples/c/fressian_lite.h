/*
 * fressian_lite.h: the part of Fressian that a command processor needs, to be
 * copied into programs of your own. It reads and writes nil, booleans, ints,
 * floats, doubles, strings, bytes, lists, sets, maps and the tagged types of one
 * code (uuid, keyword, symbol, inst, uri, regex, bigint, bigdec). It does not know
 * typed arrays and structs (ratios, characters, records): to read one is an error.
 *
 * It is not cmdr's own codec, which stands in src/value, and has no part in cmdr.
 */
#ifndef FRESSIAN_LITE_H
#define FRESSIAN_LITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum fl_type {
	FL_NIL,
	FL_BOOL,
	FL_INT,
	FL_FLOAT,
	FL_DOUBLE,
	FL_STRING,
	FL_BYTES,
	FL_LIST,
	FL_SET,
	FL_MAP,
	FL_TAGGED
};

/* The codes of FL_TAGGED, with what they consist of. */
enum fl_code {
	FL_UUID = 0xC3,    /* bytes, 16 of them */
	FL_REGEX = 0xC4,   /* string */
	FL_URI = 0xC5,     /* string */
	FL_BIGINT = 0xC6,  /* bytes: two's complement */
	FL_BIGDEC = 0xC7,  /* bytes, int: unscaled value, scale */
	FL_INST = 0xC8,    /* int: milliseconds since 1970 */
	FL_SYMBOL = 0xC9,  /* namespace (nil or string), name */
	FL_KEYWORD = 0xCA  /* the same */
};

/*
 * A value is read-only once made, and may be part of several others. Everything it
 * points to lives in an arena.
 */
struct fl_value {
	enum fl_type type;
	enum fl_code code;                     /* FL_TAGGED */
	size_t n;                              /* of bytes or items; a map has two an entry */
	union {
		bool boolean;
		int64_t integer;
		double real;                   /* FL_FLOAT too */
		const uint8_t *bytes;          /* FL_STRING: CESU-8, without a final NUL */
		const struct fl_value **items; /* FL_LIST, FL_SET, FL_MAP, FL_TAGGED */
	} u;
};

/* Memory for the values of one message. All zero is empty. */
struct fl_arena {
	struct fl_chunk *chunk;
	size_t used;
};

void fl_arena_reset(struct fl_arena *);
void fl_arena_free(struct fl_arena *);

/* Bytes as they are written. All zero is empty; the owner frees data. */
struct fl_buf {
	uint8_t *data;
	size_t n, size;
};

/* More than any reasonable command has, less than the stack bears. */
#define FL_MAX_DEPTH 500

/*
 * Reads a message: one value and perhaps a footer, which then has to be right.
 * Strings and bytes may point into the message. Returns NULL and sets *error to a
 * constant text if the message is anything else.
 */
const struct fl_value *fl_read(struct fl_arena *, const uint8_t *, size_t, const char **error);

/*
 * Appends the message of a value, with footer, as Clojure's data.fressian writes it.
 * Returns false, and takes back what it appended, if that is more than FL_MAX_MESSAGE
 * bytes or FL_MAX_DEPTH levels.
 */
#define FL_MAX_MESSAGE ((size_t)64 << 20)
bool fl_write(struct fl_buf *, const struct fl_value *);

/* New values. The texts are copied. */
const struct fl_value *fl_string(struct fl_arena *, const char *);
const struct fl_value *fl_keyword(struct fl_arena *, const char *name);
const struct fl_value *fl_uuid(struct fl_arena *, const uint8_t[16]);

/* A map of n entries, keys and values by turns. The array is copied. */
const struct fl_value *fl_map(struct fl_arena *, const struct fl_value *const *, size_t n);

/* The map with one more entry, or with another value for a key that it has. */
const struct fl_value *fl_map_put(struct fl_arena *, const struct fl_value *map, const char *key,
    const struct fl_value *);

/* The value of a map under the keyword, or the string, of that name; NULL if there is none. */
const struct fl_value *fl_map_get(const struct fl_value *map, const char *key);

/* Whether it is the keyword without namespace, or the string, of that name. */
bool fl_is_named(const struct fl_value *, const char *name);

/* The 16 bytes if it is a uuid, else NULL. */
const uint8_t *fl_uuid_bytes(const struct fl_value *);

#endif
