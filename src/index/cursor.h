/*
 * cursor.h: where a client is in a list, as text that it hands back: the index
 * it is of, the list, the number of the last record it has. Pure.
 */
#ifndef INDEX_CURSOR_H
#define INDEX_CURSOR_H

#include "index/index.h"
#include "index/reader.h"

/* position: the number of the last record of the page. */
void	cursor_write(char out[INDEX_CURSOR], uint64_t generation, const struct index_query *q, int64_t position);
/* INDEX_OK; INDEX_GONE: of another index; INDEX_BAD: none of ours, or of another question than q. */
enum index_result cursor_read(const char *text, uint64_t generation, const struct index_query *q, int64_t *position);

#endif
