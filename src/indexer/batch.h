/*
 * batch.h: records from the topics into the index, a transaction at a time.
 * What could not be written is kept and tried again as it was.
 */
#ifndef INDEXER_BATCH_H
#define INDEXER_BATCH_H

#include <librdkafka/rdkafka.h>

#include "index/writer.h"
#include "indexer/intake.h"
#include "util/arena.h"

struct batch {
	struct proc		*proc;
	struct intake		*intake;
	rd_kafka_message_t	**messages;
	size_t			 n, max;
	bool			 held;		/* they are to be written, and could not be yet */
	struct arena		 arena;
};

void	batch_init(struct batch *b, struct proc *p);
/* Gives back what it holds. */
void	batch_free(struct batch *b);
/* Drop what it holds: the index that it was for is no more. */
void	batch_drop(struct batch *b);
/* Fetch what is there, unless a former fetch is still held. True: there is something to write. */
bool	batch_fetch(struct batch *b);
/*
 * Write what is held, with the positions. INDEX_OK: it is in the index; in->anew may have been set. Anything else:
 * nothing was written, and it stays held.
 */
enum index_result batch_write(struct batch *b, struct index_writer *w);

#endif
