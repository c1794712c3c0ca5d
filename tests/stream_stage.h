/*
 * stream_stage.h: a worker with live streams, between what the test plays: a
 * log with some partitions, a tailer that reads on, dies, is behind; an index
 * that is written from the same log; and clients, each of which is checked with
 * every byte: nothing missing, nothing twice, every id true.
 */
#ifndef TESTS_STREAM_STAGE_H
#define TESTS_STREAM_STAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "index/writer.h"

#include "fake_roles.h"

#define STAGE_PARTITIONS	6	/* at most */
#define STAGE_RECORDS		20000	/* of a partition, at most */
#define STAGE_CLIENTS		64

enum stage_kind {
	STAGE_GOOD,
	STAGE_GARBAGE,		/* no event */
	STAGE_HOLE,		/* an offset without a record */
};

struct stage_client {
	int		 fd;		/* -1: not connected */
	bool		 open;		/* 200 came */
	int		 status;	/* of the answer, once there; 0: none yet */
	bool		 ended;		/* the answer ended, whole or not */
	bool		 reads;		/* false: it takes nothing */
	const char	*action;	/* its filter; NULL: none */
	char		*in;
	size_t		 len;
	char		 id[512];	/* of the last block */
	bool		 began;		/* next holds */
	int64_t		 next[STAGE_PARTITIONS];	/* where it stands: all before was to be got, and was */
	int		 records, blocks, resumes;
};

struct stage {
	struct fake	 f;
	enum board_topic topic;
	int		 partitions;
	uint8_t		 kind[STAGE_PARTITIONS][STAGE_RECORDS];
	int64_t		 end[STAGE_PARTITIONS];		/* of the log */
	int64_t		 sent[STAGE_PARTITIONS];	/* by the tailer */
	int64_t		 safe[STAGE_PARTITIONS];	/* where a tailer that starts again goes on */
	bool		 fed;				/* FEED was sent on this link */
	uint32_t	 epoch;
	char		 dir[64];	/* of the index */
	struct index_writer *w;		/* NULL: no index */
	int64_t		 indexed[STAGE_PARTITIONS];
	int64_t		 low[STAGE_PARTITIONS];		/* to be told to the index at its first position */
	size_t		 value_len;	/* bytes of filling in each record */
	struct stage_client c[STAGE_CLIENTS];
};

/* Change g->f.config after stage_init, before stage_start. */
void	stage_init(struct stage *g, enum board_topic topic, int partitions);
void	stage_start(struct stage *g);
void	stage_free(struct stage *g);
/* One turn: of the fake roles, of the clients that read. */
void	stage_turn(struct stage *g);

/* The log grows. */
void	stage_append(struct stage *g, int partition, enum stage_kind kind);
/* The tailer sends where it stands, if it is asked for the topic and has not; then at most n records of a partition. */
void	stage_tail(struct stage *g, int partition, int n);
void	stage_tail_all(struct stage *g);
void	stage_feed(struct stage *g);
/* What was sent need not be sent again. */
void	stage_checkpoint(struct stage *g);
/* It dies; another goes on from the checkpoint. */
void	stage_restart_tailer(struct stage *g);
/* A new index, empty, in the place of the one before, is handed to the worker. */
void	stage_index_anew(struct stage *g);
/* Index at most n of a partition, and commit. */
void	stage_index(struct stage *g, int partition, int n);
void	stage_index_all(struct stage *g);

/* A client asks for the stream; id: its Last-Event-ID, or NULL. */
void	stage_connect(struct stage *g, struct stage_client *c, const char *query, const char *id);
void	stage_disconnect(struct stage_client *c);
/* Has it got all that is on the log? */
bool	stage_has_all(const struct stage *g, const struct stage_client *c);
/* Turn until c has its headers, or an answer. */
void	stage_until_answered(struct stage *g, struct stage_client *c);
/* Turn until every open client that reads has all. */
void	stage_until_all(struct stage *g);
void	stage_until_ended(struct stage *g, struct stage_client *c);
int64_t	stage_count(const struct stage *g, enum counter which);

#endif
