/*
 * writer.h: changes of schemas on their way to the topic, one record each, and
 * what honestly can be said of those that Kafka did not acknowledge.
 */
#ifndef REGISTRAR_WRITER_H
#define REGISTRAR_WRITER_H

#include "command/registry.h"
#include "daemon/ipc.h"
#include "daemon/proc.h"
#include "util/id.h"

struct writer_ops {
	/* Kafka has the record. */
	void	(*acked)(void *arg, const struct id *id);
	/* It has not, or nobody knows. */
	void	(*failed)(void *arg, const struct id *id, enum ipc_registered kind, const char *text);
};

struct writer;

struct writer	*writer_new(struct proc *p, const struct writer_ops *ops, void *arg);
/* Exactly one of ops is called for it, perhaps at once. */
void		 writer_put(struct writer *w, const struct registry_record *rec, const struct id *id);
/* False: librdkafka is not done; the process must end by _exit(2). */
bool		 writer_free(struct writer *w, int wait_ms);

#endif
