/*
 * codec.h: the table of media types, one row each, with its reader and writer,
 * and the error that every reader gives. Which one an HTTP request means is
 * negotiate.h's concern.
 */
#ifndef VALUE_CODEC_H
#define VALUE_CODEC_H

#include <stddef.h>
#include <stdint.h>

#include "util/arena.h"
#include "util/buf.h"
#include "value/value.h"

/* class, what it means */
#define CODEC_CLASSES(X)							\
	X(E_EOF, "input ends inside a value")					\
	X(E_CODE, "code byte not allowed here")					\
	X(E_TYPE, "component has the wrong type")				\
	X(E_COUNT, "count negative, too large, or larger than the bytes left")	\
	X(E_LIMIT, "depth, size or expansion limit")				\
	X(E_CACHE, "bad, circular or out-of-range cache index")			\
	X(E_UTF8, "bad text")							\
	X(E_VALUE, "right type, impossible value")				\
	X(E_MAP, "odd number of map items")					\
	X(E_DUPKEY, "duplicate map key or set element")				\
	X(E_FOOTER, "footer magic, length or checksum wrong")			\
	X(E_TRAILING, "content after the value")				\
	X(E_SYNTAX, "not of the format's grammar")				\
	X(E_ENCODE, "value has no form in this format")

enum codec_class {
	E_NONE,
#define X(class, doc) class,
	CODEC_CLASSES(X)
#undef X
};

struct codec_error {
	enum codec_class	class;
	size_t			offset;		/* bytes from the start, where reading failed */
	unsigned		line, column;	/* from 1, in characters; 0 for binary formats */
	char			text[200];	/* a sentence: expected what, found what */
};

/* Depth counts the outermost value as 1. Memory is bounded by the arena's limit (E_LIMIT when reached). */
struct codec_limits {
	unsigned	depth;
	bool		unique;		/* JSON: a key that stands twice in an object is E_DUPKEY; else its last value counts */
};

extern const struct codec_limits codec_request_limits;	/* 100 deep */
extern const struct codec_limits codec_event_limits;	/* 256 deep */

/*
 * Read exactly one value from len bytes; anything behind it is E_TRAILING. Values may point into in and into
 * the arena: both must outlive *out. Returns 0, or -1 with *err filled.
 */
typedef int codec_read_fn(const uint8_t *in, size_t len, const struct codec_limits *limits,
    struct arena *a, struct value *out, struct codec_error *err);
/*
 * Append v to out. Returns 0, or -1 with *err filled (E_ENCODE, or E_LIMIT when out is full); out then holds
 * a part of it.
 */
typedef int codec_write_fn(struct buf *out, const struct value *v, struct codec_error *err);

struct codec {
	const char	*name;		/* as cmdrctl convert calls it: "transit-json" */
	const char	*type;		/* media type without parameters */
	const char	*parameter;	/* ";verbose=true", or NULL */
	int		 text;		/* 1: text (errors have lines), 0: binary */
	codec_read_fn	*read;		/* NULL: not accepted in requests */
	codec_write_fn	*write;		/* NULL: not offered in answers */
	const char	*doc;
};

extern const struct codec codecs[];
extern const size_t codecs_count;

/* By name ("edn"), or NULL. */
const struct codec *codec_by_name(const char *name);
/* "E_EOF" */
const char	*codec_class_name(enum codec_class class);

/* Fill err and return -1, so that a reader can `return codec_fail(…)`. For text formats: codec_fail_text. */
int	codec_fail(struct codec_error *err, enum codec_class class, size_t offset, const char *fmt, ...)
	    __attribute__((format(printf, 4, 5)));
/* The same, with line and column counted from the text's start to offset. */
int	codec_fail_text(struct codec_error *err, enum codec_class class, const uint8_t *in, size_t offset,
	    const char *fmt, ...) __attribute__((format(printf, 5, 6)));

#endif
