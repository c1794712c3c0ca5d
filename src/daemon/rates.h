/*
 * rates.h: how often each client comes, for all workers at once: one table in
 * memory that they share. A client is a number, the hash of its address or
 * principal. Each has a bucket of tokens that fills at a rate; it is kept as
 * one time, the one at which the bucket will be full again (the generic cell
 * rate algorithm, ITU-T I.371), so that two atomics are a client.
 */
#ifndef DAEMON_RATES_H
#define DAEMON_RATES_H

#include <stdatomic.h>
#include <stdint.h>

#define RATES_PLACES	16384	/* clients that are below their limit take one only as long as their bucket fills */

struct rates {
	struct {
		_Atomic uint64_t	client;		/* 0: free */
		_Atomic int64_t		full_ns;	/* clock_ns when its bucket will be full */
	} place[RATES_PLACES];
};

/*
 * Take one token from the bucket of a client that fills with rate tokens a second up to burst. rate, 1 to 1000000, and
 * burst are at least 1. Returns 0, or how many ns until the next is there; then nothing is taken. All zero memory is an
 * empty table.
 */
int64_t	rates_take(struct rates *r, uint64_t client, unsigned rate, unsigned burst, int64_t now_ns);
/* Take n more, whether or not they are there: the bucket owes them, and lets nobody in until it has them again. */
void	rates_owe(struct rates *r, uint64_t client, unsigned rate, unsigned n, int64_t now_ns);

#endif
