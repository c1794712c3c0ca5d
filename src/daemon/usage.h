/*
 * usage.h: what this process takes of the host, published in its slot every few
 * seconds. What it reads is opened before the jail, which lets no file be
 * opened.
 */
#ifndef DAEMON_USAGE_H
#define DAEMON_USAGE_H

#include <event2/event.h>

#include "daemon/scoreboard.h"

/* Open what will be read. Once, before privileges are dropped. */
void	usage_open(void);
/* Publish into slot now, and again and again. The slot must stand when the event loop runs. */
void	usage_start(struct event_base *base, struct board_slot *slot);
/* Publish now. */
void	usage_publish(struct board_slot *slot);
/* Read the next piece of an open /proc/self/fd: how many entries it has, or -1 while there is more to read. */
int64_t	usage_count(int fd);

#endif
