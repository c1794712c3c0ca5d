/*
 * tsv.h: the tables of tests/vectors, row by row. '#' lines are comments.
 */
#ifndef TESTS_TSV_H
#define TESTS_TSV_H

#include <stddef.h>
#include <stdint.h>

#define TSV_FIELDS 8

struct tsv {
	char	*text, *next;
	unsigned line;			/* of the row, from 1 */
	unsigned n;			/* fields in the row */
	char	*field[TSV_FIELDS];	/* NUL-terminated */
};

/* tests/vectors/NAME of the source tree. Ends the test program where it cannot be read. */
void	tsv_open(struct tsv *t, const char *name);
/* The next row; 0 at the end. */
int	tsv_next(struct tsv *t);
void	tsv_close(struct tsv *t);
/* Hex digits to bytes in the same place; returns how many. Ends the program at anything else. */
size_t	tsv_hex(char *hex);

#endif
