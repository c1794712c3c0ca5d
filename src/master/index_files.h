/*
 * index_files.h: the descriptors of the index on their way from the indexer,
 * which opened them, to the workers, which may open nothing.
 */
#ifndef MASTER_INDEX_FILES_H
#define MASTER_INDEX_FILES_H

#include "daemon/control.h"
#include "master/master.h"

/* A file from the indexer; owns msg->fd. The third of a set goes to the workers. */
void	index_files_take(struct master *m, const struct child *from, const struct control_msg *msg);
/*
 * Make index.directory where it is missing, for the account that the indexer runs as: root's part of it. Failing is
 * the indexer's to tell, who tries again.
 */
void	index_files_directory(const struct config *c);
/* Hand a worker that is being started what there is. */
void	index_files_send(const struct master *m, const struct child *c);

#endif
