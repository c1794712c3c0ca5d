/*
 * id.h: 128-bit ids (UUID, RFC 9562). Making version 1 is ours (no system call
 * on the hot path); parsing, printing and version 5 are libuuid's, which is
 * used nowhere else.
 */
#ifndef UTIL_ID_H
#define UTIL_ID_H

#include <stddef.h>
#include <stdint.h>

#define ID_BYTES	16
#define ID_TEXT		36	/* without NUL */

struct id {
	uint8_t	b[ID_BYTES];	/* in text order */
};

/* Draw this process's node and clock sequence (RFC 9562 6.10). Once, before id_make. */
void	id_seed(void);
/* A version 1 UUID; no two are the same, in this process or another. */
struct id id_make(void);
/* The version 5 UUID of len bytes in a namespace. */
struct id id_v5(const struct id *space, const void *name, size_t len);
/* The DNS namespace of RFC 9562 6.6. */
struct id id_dns(void);
/* 36 characters, either case, nothing else. 0, or -1. */
int	id_parse(const char *text, size_t len, struct id *out);
/* Lower case, NUL-terminated. */
void	id_format(const struct id *id, char out[ID_TEXT + 1]);
int	id_equal(const struct id *a, const struct id *b);

#endif
