/*
 * times.h: the timestamps of a run of records, packed: one by one, or as spans
 * that hold so many each. Timestamps come in no order: a run that was read
 * from several partitions holds several times of day, so it is cut where the
 * widest gaps are. Pure.
 */
#ifndef INDEX_TIMES_H
#define INDEX_TIMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"

#define TIMES_MAX	256	/* timestamps packed together */
#define TIMES_SPANS	16	/* spans packed together */

/* n records with timestamps from low to high, both included; some record has each. */
struct times_span {
	int64_t	low, high, n;
};

/* Append n timestamps, at most TIMES_MAX. */
void	times_pack(struct buf *out, const int64_t *times, size_t n);
/* How many there are, at most TIMES_MAX; -1: that is no such pack. */
int	times_unpack(const uint8_t *data, size_t len, int64_t out[TIMES_MAX]);

/* Any spans, to at most TIMES_SPANS that lie apart, in the order of time. Returns their number. */
size_t	times_join(struct times_span *spans, size_t n);
void	times_pack_spans(struct buf *out, const struct times_span *spans, size_t n);
/* How many there are, at most TIMES_SPANS; -1: that is no such pack. */
int	times_unpack_spans(const uint8_t *data, size_t len, struct times_span out[TIMES_SPANS]);

#endif
