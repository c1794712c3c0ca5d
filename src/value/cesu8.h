/*
 * cesu8.h: the text of Fressian (Unicode TR 26): each UTF-16 unit encoded by
 * itself, so that a character above U+FFFF takes two times three bytes. To and
 * from UTF-8. Pure.
 */
#ifndef VALUE_CESU8_H
#define VALUE_CESU8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Decoding, piece by piece: a pair of surrogates may be split over two pieces, nothing else. */
struct cesu8_decoder {
	uint8_t		*out;	/* the caller's, with room for as many bytes as go in */
	size_t		 n;	/* written */
	uint32_t	 high;	/* a first half that waits for its second; 0: none */
};

/*
 * Decode len bytes. UTF-8 of four bytes and C0 80 for U+0000 are taken too; half a surrogate pair
 * becomes U+FFFD. Returns how many bytes were good: len if all were.
 */
size_t	cesu8_decode(struct cesu8_decoder *d, const uint8_t *s, size_t len);
/* The end: a first half that still waits becomes U+FFFD. */
void	cesu8_decode_end(struct cesu8_decoder *d);

/* Has valid UTF-8 a character above U+FFFF, so that its CESU-8 differs? */
bool	cesu8_differs(const uint8_t *s, size_t len);

/* A place in valid UTF-8, in UTF-16 units. */
struct cesu8_cursor {
	const uint8_t	*p, *end;
	uint32_t	 low;	/* second half of the character before p, to be written; or 0 */
};

/*
 * Move on by as many whole units as take at most max bytes of CESU-8, and write them to out (NULL:
 * do not). Returns the bytes.
 */
size_t	cesu8_encode(struct cesu8_cursor *c, uint8_t *out, size_t max);

#endif
