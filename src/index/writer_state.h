/*
 * writer_state.h: the writer as its files share it. For them only.
 */
#ifndef INDEX_WRITER_STATE_H
#define INDEX_WRITER_STATE_H

#include "index/actions.h"
#include "index/db.h"
#include "index/lists.h"
#include "index/writer.h"

struct index_writer {
	struct db	 db;
	struct lists	*lists;
	struct actions	*actions;
	char		*path;
	uint64_t	 generation;
	bool		 open;		/* a transaction is */
};

/* What failed, undone: the transaction is over and nothing in memory is newer than the file. */
enum index_result writer_failed(struct index_writer *w, enum index_result r);

/* INDEX_ERROR: this needs a transaction, and none is open. */
enum index_result writer_outside(struct index_writer *w);

#endif
