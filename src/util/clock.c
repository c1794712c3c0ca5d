/*
 * clock.c: the two clocks. See clock.h.
 */
#include <time.h>

#include "util/clock.h"

/* 100 ns units between 1582-10-15 and 1970-01-01. */
#define UUID_EPOCH UINT64_C(0x01B21DD213814000)

int64_t
clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t
clock_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int64_t
clock_wall_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

uint64_t
clock_uuid_ticks(void)
{
	static uint64_t last;
	struct timespec t;
	uint64_t now;

	clock_gettime(CLOCK_REALTIME, &t);
	now = (uint64_t)t.tv_sec * 10000000 + (uint64_t)t.tv_nsec / 100 + UUID_EPOCH;
	if (now <= last)
		now = last + 1;
	last = now;
	return now;
}
