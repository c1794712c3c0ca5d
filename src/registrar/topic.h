/*
 * topic.h: the topic of the schemas, read from its beginning and on. It has one
 * partition, so that all machines see the same order; it is made where it is
 * not there.
 */
#ifndef REGISTRAR_TOPIC_H
#define REGISTRAR_TOPIC_H

#include "registrar/shelf.h"
#include "util/id.h"

struct topic_ops {
	/* The record of this id was judged. */
	void	(*judged)(void *arg, const struct id *id, enum registry_verdict v, bool full, uint32_t version);
	/* All that there was at the start was read; or not, and then why. Told at every change. */
	void	(*state)(void *arg, enum registry_state state);
};

struct topic;

/* NULL with *err where a setting is wrong. */
struct topic	*topic_new(struct shelf *s, const struct topic_ops *ops, void *arg, char *err, size_t errsize);
/* Look how the topic is, where that is not known yet. Call every second. */
void		 topic_tick(struct topic *t);
/* Is it there, with its one partition? */
bool		 topic_usable(const struct topic *t);
/* Do the topic and schemas.dir hold schemas of the same action? Each one is told in the log. */
bool		 topic_mixed(struct topic *t);
/* False: librdkafka is not done; the process must end by _exit(2). */
bool		 topic_free(struct topic *t, int wait_ms);

#endif
