/*
 * stream_state.h: streams as the files about them share them: stream.c (the
 * life of one), streams.c (all of them), resume.c (tokens, and catching up from
 * the index), live.c (what comes from the tailer). For them only.
 *
 * Where a stream stands is its vector, s->at; or, where that is NULL, its place
 * in the feed's list: before s->next, or before its crowd's next. No next means
 * at the end of the list, which is where the topic stands.
 */
#ifndef WORKER_STREAM_STATE_H
#define WORKER_STREAM_STATE_H

#include "index/reader.h"
#include "worker/feed.h"
#include "worker/stream.h"
#include "worker/vector.h"
#include "worker/wheel.h"

/* With this much unread, a client is given no more for now. */
#define STREAM_ENOUGH	((size_t)64 << 10)
/* An id alone is sent after so many records that a filter kept back. */
#define STREAM_TELL_AT	1000
/* Within this all streams of a worker that stops end. */
#define STREAM_END_MS	2000

enum stream_state {
	STREAM_WAITING,		/* for what its first byte needs */
	STREAM_CATCHING,	/* reads the index; at holds */
	STREAM_BEHIND,		/* in the feed's list, at a place of its own */
	STREAM_LIVE,		/* in a crowd, at the crowd's place */
};

TAILQ_HEAD(stream_list, stream);

struct stream {
	TAILQ_ENTRY(stream)	 entry;
	struct stream_list	*in;		/* the list that it is in */
	struct stream_topic	*topic;
	struct exchange		*x;
	struct wheel_timer	 timer;		/* the heartbeat; before the headers, the end of waiting */
	struct vector		*at;
	struct feed_record	*next;		/* STREAM_BEHIND: held */
	struct block_filter	*filter;	/* NULL: none */
	int64_t			 seq;		/* STREAM_CATCHING: read from the index up to here */
	uint64_t		 generation;	/* … of which index; 0: its place is not known yet */
	uint64_t		 source;	/* STREAM_WAITING: the token's */
	size_t			 waited;	/* bytes unread at the last heartbeat */
	unsigned		 passed;	/* records kept back since the last id */
	enum stream_state	 state;
	bool			 slow;		/* has had more than sse.buffer unread; timer ends it */
};

/* Streams that all stand at one place, so that going on costs nothing as long as nothing comes. */
struct crowd {
	struct stream_list	 list;
	struct feed_record	*next;		/* held */
};

/* What the index has, at a moment before any question that was put to it since. */
struct stream_indexed {
	bool		 known;
	uint64_t	 generation;
	int64_t		 commits;	/* board_index.commits then */
	int64_t		*next, *low;	/* of each partition: index_position; low -1: not there */
	size_t		 n;
};

struct stream_topic {
	struct streams		*all;
	struct feed		 feed;
	struct stream_list	 waiting;	/* before their headers */
	struct stream_list	 catching;	/* to be given something from the index */
	struct stream_list	 parked;	/* the same, but the client reads slowly */
	struct stream_list	 awaiting;	/* the same, but nothing more is indexed yet */
	struct stream_list	 behind;
	struct crowd		 crowds[2];
	struct crowd		*live, *todo;	/* todo: being given what is between its next and last */
	struct feed_record	*last;
	uint64_t		 pumped;	/* feed.total when the last round began */
	struct stream_indexed	 indexed;
	int64_t			 looked;	/* indexed.commits when awaiting was last gone through */
	unsigned		 looks;
	size_t			 count;		/* streams, whatever their state */
	struct wheel_timer	 linger;	/* the last stream is gone: unsubscribe */
};

/* Blocks put together for one write; the next stream of a crowd needs the same again. */
struct stream_piece {
	struct buf		 out;
	uint64_t		 from, last;	/* feed_record.start; holds where cached */
	struct feed_record	*end;		/* behind it; NULL: the end */
	unsigned		 records;
	bool			 cached;
};

struct streams {
	struct proc		*proc;
	struct wheel		*wheel;
	stream_index_fn		*index;
	void			*index_arg;
	struct stream_topic	 topics[BOARD_TOPICS];
	struct event		*work;		/* go on in the next turn of the loop */
	struct wheel_timer	 poll;		/* look whether what is waited for is there */
	struct stream_piece	 piece;
	struct arena		 arena;		/* for the time of a call */
	int64_t			 spread;	/* heartbeats are spread by it */
	bool			 stopping;
};

/* stream.c */
void	 stream_move(struct stream *s, struct stream_list *to);
/* Send data; false where the client is gone, and s with it. */
bool	 stream_send(struct stream *s, const struct buf *data);
/* "id: TOKEN\n\n" of s->at. */
bool	 stream_send_id(struct stream *s);
/* The headers, retry, where it stands; it is STREAM_BEHIND at the list's end then. False: s is gone. */
bool	 stream_open(struct stream *s);
/* Answer with this problem instead. s is gone. */
void	 stream_refuse(struct stream *s, enum problem_id id, const char *detail);
/* End it: as a whole answer; or at once, as broken off. s is gone. */
void	 stream_end(struct stream *s);
void	 stream_cut(struct stream *s);
size_t	 stream_unread(const struct stream *s);
/* What streams wait for before their headers may be there. */
void	 stream_try_waiting(struct stream_topic *t);

/* streams.c */
/* Something is to be done in the next turn of the loop. */
void	 streams_work(struct streams *ss);
/* Something is waited for of which no one tells: look again soon. */
void	 streams_poll(struct streams *ss);
/* From 0 to ms, different each time: what many do regularly must not fall on one moment. */
int64_t	 streams_spread(struct streams *ss, int64_t ms);

/* resume.c */
/* Is this a token? Then s stands there. */
bool	 resume_parse(struct stream *s, const char *token);
/* A token came: open the stream, refuse it, or leave it waiting. False: it waits. */
bool	 resume_try(struct stream *s);
/* Waiting was in vain. s is gone. */
void	 resume_give_up(struct stream *s);
/* s is open, or has lost its place in the list: it reads the index from now on, from s->at. */
void	 resume_begin(struct stream *s);
/* Give streams that catch up something more. False: there is none that could be given more now. */
bool	 resume_work(struct stream_topic *t);
/* More may be indexed: look again at the streams that wait for it. */
void	 resume_look(struct stream_topic *t);
void	 resume_free(struct stream_topic *t);

/* live.c */
extern const struct feed_ops live_ops;
void	 live_init(struct stream_topic *t);
/* s stands at s->at, which the list covers: go on from there. */
void	 live_join(struct stream *s);
/* s stands at the list's end, or where it has its next: go on. False: s is gone. */
bool	 live_go_on(struct stream *s);
/* Give streams what came. False: all have it. */
bool	 live_work(struct stream_topic *t, bool all);
/* s gives its place in the list up, or a crowd lost one: what no one needs is let go. */
void	 live_leave(struct stream *s);
void	 live_tidy(struct stream_topic *t);
/* Is it too far behind? Then it is cut; in_time: is marked, for a second. False: s is gone. */
bool	 live_check_slow(struct stream *s, bool in_time);
/* The token of where s stands, as "id: TOKEN\n"; false where that is not known right now. */
bool	 live_id(struct stream *s, struct buf *out);

#endif
