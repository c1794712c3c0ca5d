/*
 * clock.h: the two clocks. Durations and deadlines use the monotonic one,
 * timestamps that leave the process the wall clock.
 */
#ifndef UTIL_CLOCK_H
#define UTIL_CLOCK_H

#include <stdint.h>

/* Milliseconds of CLOCK_MONOTONIC: the same clock in every process of a host. */
int64_t	clock_ms(void);
/* The same clock in nanoseconds, for measuring. */
int64_t	clock_ns(void);
/* Milliseconds since 1970-01-01T00:00Z. */
int64_t	clock_wall_ms(void);
/* 100 ns units since 1582-10-15 (RFC 9562 5.1), never the same twice in one process. */
uint64_t clock_uuid_ticks(void);

#endif
