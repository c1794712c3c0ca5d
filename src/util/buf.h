/*
 * buf.h: a byte buffer that grows at its end, and a reader over bytes that
 * never reads past theirs. Integers on our own wires are little-endian
 * (put_u32 …); the *_be forms are for formats that say big-endian.
 */
#ifndef UTIL_BUF_H
#define UTIL_BUF_H

#include <stddef.h>
#include <stdint.h>

struct buf {
	uint8_t	*data;
	size_t	 len;
	size_t	 cap;
	size_t	 max;		/* bytes it may hold; 0 = no limit */
	int	 overflow;	/* something did not fit: the content is not whole */
};

/* max as above. An all-zero struct buf is an empty one without a limit. */
void	 buf_init(struct buf *b, size_t max);
void	 buf_free(struct buf *b);
/* Empty it, keep the memory, forget an overflow. */
void	 buf_reset(struct buf *b);
/* Room for n more bytes at the end, to be claimed with buf_commit; NULL (and overflow set) past max. */
uint8_t	*buf_reserve(struct buf *b, size_t n);
void	 buf_commit(struct buf *b, size_t n);
/* Puts past max set overflow and leave the buffer as it is. */
void	 buf_put(struct buf *b, const void *data, size_t n);
void	 buf_putc(struct buf *b, int c);
void	 buf_puts(struct buf *b, const char *s);
void	 buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void	 buf_put_u16(struct buf *b, uint16_t v);
void	 buf_put_u32(struct buf *b, uint32_t v);
void	 buf_put_u64(struct buf *b, uint64_t v);
void	 buf_put_be(struct buf *b, uint64_t v, unsigned nbytes);
/* Drop the first n bytes. */
void	 buf_drain(struct buf *b, size_t n);
/* The content with a NUL behind it (not counted in len). */
const char *buf_cstr(struct buf *b);

/* A reader. Getters past the end set failed and give 0 or NULL from then on. */
struct rdr {
	const uint8_t	*p, *end;
	int		 failed;
};

struct rdr	 rdr_of(const void *data, size_t len);
size_t		 rdr_left(const struct rdr *r);
uint8_t		 rdr_u8(struct rdr *r);
uint16_t	 rdr_u16(struct rdr *r);
uint32_t	 rdr_u32(struct rdr *r);
uint64_t	 rdr_u64(struct rdr *r);
/* n bytes of the underlying memory, or NULL. */
const uint8_t	*rdr_bytes(struct rdr *r, size_t n);

#endif
