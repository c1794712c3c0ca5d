/*
 * block.h: a record as one message of an event stream (WHATWG HTML 9.2.6):
 *
 *	id: TOKEN
 *	event: command
 *	data: {"id":…}
 *
 * and an empty line; with what filters ask for.
 */
#ifndef WORKER_BLOCK_H
#define WORKER_BLOCK_H

#include "daemon/scoreboard.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/id.h"

/* A record as it came from the log or the index. key may be NULL. */
struct block_record {
	enum board_topic topic;
	const char	*name;		/* the topic's */
	int32_t		 partition;
	int64_t		 offset, timestamp;
	const uint8_t	*key, *value;
	size_t		 key_len, value_len;
};

struct block {
	char		*data;		/* malloc'd */
	size_t		 len;
	size_t		 id_len;	/* of the first line, which holds the token */
	char		*action;	/* malloc'd: "name" or "ns/name"; "" where there is none */
	bool		 has_parent;
	struct id	 parent;
};

/* What a stream is to send: NULL members take all. */
struct block_filter {
	char		*action;
	bool		 has_parent;
	struct id	 parent;
};

/* "id: TOKEN\n" */
void	block_id(struct buf *out, uint64_t source, const int64_t *next, size_t n);
/*
 * The record as a block whose token is next, once it is sent; a is for the time of the call.
 * -1: it is no command or event, and is passed over.
 */
int	block_make(struct block *out, const struct block_record *r, uint64_t source,
	    const int64_t *next, size_t n, struct arena *a);
void	block_free(struct block *b);
bool	block_passes(const struct block *b, const struct block_filter *f);

#endif
