/*
 * fressian_read.h: what the parts of the Fressian reader share: its state, the
 * table of code bytes, and the reading of a value, an integer or a count. Only
 * fressian_*.c include it; everyone else takes fressian.h.
 */
#ifndef VALUE_FRESSIAN_READ_H
#define VALUE_FRESSIAN_READ_H

#include <stddef.h>
#include <stdint.h>

#include "value/codec.h"

#define FRESSIAN_UNIT_BYTES 64	/* of text, for one unit of work */

struct fressian_in;
struct fressian_code;

/* Read what follows a code byte (in->p stands behind it). 0, or -1 with in->err filled. */
typedef int fressian_code_fn(struct fressian_in *in, unsigned depth,
    const struct fressian_code *code, struct value *out);

struct fressian_code {
	fressian_code_fn	*read;	/* NULL: it stands between values */
	int32_t			 arg;	/* what read() needs to know: a base, a type */
};

/* An entry of the priority cache. */
struct fressian_slot {
	struct value	v;
	uint64_t	size;	/* in units, as fressian.h counts them */
	unsigned	height;	/* levels of values in it; 0: still being read */
};

/* An entry of the struct cache. */
struct fressian_type {
	const struct value		*tag;
	const struct fressian_code	*known;	/* how a tag of ours is read, or NULL */
	uint32_t			 count;	/* of fields */
};

struct fressian_in {
	const uint8_t	*start, *p, *end;
	const uint8_t	*section;	/* what the next footer counts from */
	struct arena	*arena;
	const struct codec_limits *limits;
	struct codec_error *err;
	uint64_t	 owed;		/* values still to come in the lists that are open */
	uint64_t	 size;		/* units read so far, repeats included */
	uint64_t	 work, max_work;	/* units of FRESSIAN_WORK spent, and allowed */
	unsigned	 deepest;	/* level reached */
	unsigned	 resets;	/* of the caches */
	struct fressian_slot *slots;
	size_t		 nslots, slots_cap;
	struct fressian_type *types;
	size_t		 ntypes, types_cap;
	struct value	*stack;		/* items of lists whose end is not known */
	size_t		 nstack, stack_cap;
};

extern const struct fressian_code fressian_codes[256];

/* fressian_read.c */
int	fressian_read_value(struct fressian_in *in, unsigned depth, struct value *out);
/* A value of a kind, as a part of another; `what` it is, for the message. */
int	fressian_read_part(struct fressian_in *in, unsigned depth, enum value_kind kind,
	    const char *what, struct value *out);
int	fressian_read_int(struct fressian_in *in, unsigned depth, const char *what, int64_t *out);
/* An int from 0 to 2^31-1: E_COUNT otherwise. */
int	fressian_read_count(struct fressian_in *in, unsigned depth, const char *what,
	    uint32_t *out);
/* The bytes left. */
size_t	fressian_read_left(const struct fressian_in *in);
/* Spend units of work; E_LIMIT once there are none left. */
int	fressian_read_spend(struct fressian_in *in, uint64_t units);
/* Room in the arena for one more behind n items of `size` bytes. NULL with E_LIMIT filled. */
void	*fressian_read_grow(struct fressian_in *in, void *items, size_t n, size_t *cap,
	    size_t size);
/* For when the arena gives NULL: fill in E_LIMIT, return -1. */
int	fressian_read_full(struct fressian_in *in);
/* Fill in->err for the byte at `at`, return -1. */
#define fressian_read_fail(in, class, at, ...) \
	codec_fail((in)->err, (class), (size_t)((at) - (in)->start), __VA_ARGS__)

/* fressian_text.c */
fressian_code_fn fressian_text_packed;	/* string, arg: code of the empty one */
fressian_code_fn fressian_text_counted;
fressian_code_fn fressian_text_chunked;
fressian_code_fn fressian_text_bytes_packed;
fressian_code_fn fressian_text_bytes_counted;
fressian_code_fn fressian_text_bytes_chunked;

/* fressian_seq.c */
fressian_code_fn fressian_seq_packed;	/* list, arg: code of the empty one */
fressian_code_fn fressian_seq_counted;
fressian_code_fn fressian_seq_closed;
fressian_code_fn fressian_seq_open;
fressian_code_fn fressian_seq_map;
fressian_code_fn fressian_seq_set;
fressian_code_fn fressian_seq_array;	/* arg: enum value_array */
/* n values; n is held against the bytes left before memory is taken. at: where the count is. */
int	fressian_seq_items(struct fressian_in *in, unsigned depth, uint32_t n, const uint8_t *at,
	    struct value **items);

/* fressian_type.c */
fressian_code_fn fressian_type_uuid;
fressian_code_fn fressian_type_text;	/* arg: VALUE_URI or VALUE_REGEX */
fressian_code_fn fressian_type_bigint;
fressian_code_fn fressian_type_bigdec;
fressian_code_fn fressian_type_inst;
fressian_code_fn fressian_type_name;	/* arg: VALUE_KEYWORD or VALUE_SYMBOL */

/* fressian_struct.c */
fressian_code_fn fressian_struct_define;
fressian_code_fn fressian_struct_packed;	/* arg: code of the first type */
fressian_code_fn fressian_struct_cached;
/* How a struct is read whose tag means a type of ours, or NULL: it is a tagged value. */
const struct fressian_code *fressian_struct_known(const struct value *tag);

/* fressian_cache.c */
fressian_code_fn fressian_cache_put;
fressian_code_fn fressian_cache_packed;	/* arg: code of the first slot */
fressian_code_fn fressian_cache_get;
void	fressian_cache_reset(struct fressian_in *in);

#endif
