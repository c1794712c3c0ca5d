/*
 * feeder.h: whole topics for workers that have live streams: FEED says where they
 * begin, RECORD and PASSED follow in order. Who follows the topic, and from
 * where, is follow.c's concern.
 */
#ifndef TAILER_FEEDER_H
#define TAILER_FEEDER_H

#include "tailer/follow.h"
#include "tailer/watchers.h"

/* Does any worker want this topic? */
bool	feeder_wanted(const struct watchers *ls, enum board_topic topic);
/* Tell where the topic stands: those that were not told yet, or all that want it. f is ready. */
void	feeder_tell(struct watchers *ls, enum board_topic topic, const struct follow *f, bool all);
/* A record, before it counts as read. */
void	feeder_record(struct watchers *ls, enum board_topic topic, const struct match_record *r);
/* Before `next` there is no record that was not sent. */
void	feeder_passed(struct watchers *ls, enum board_topic topic, int32_t partition, int64_t next);

#endif
