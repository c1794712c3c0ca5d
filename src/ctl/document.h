/*
 * document.h: documents from a stream, each of a bounded size: the whole of
 * it, or one a line.
 */
#ifndef CTL_DOCUMENT_H
#define CTL_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "util/buf.h"

#define DOCUMENT_MAX ((size_t)64 << 20)

struct documents {
	FILE		*from;
	bool		 lines;		/* each line is one; else all there is */
	bool		 done;
	struct buf	 text;		/* what is read and not yet given */
	size_t		 at;		/* where the next begins */
};

void	documents_open(struct documents *d, FILE *from, bool lines);
/*
 * The next document into *data and *len, without its newline, valid until the next call; the
 * caller may write over it. 1; 0 at the end; -1 with errno: EFBIG where one is longer than
 * DOCUMENT_MAX.
 */
int	documents_next(struct documents *d, char **data, size_t *len);
void	documents_close(struct documents *d);

#endif
