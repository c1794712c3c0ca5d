/*
 * submit_stage.h: a worker's engine between a producer, a tailer and a master
 * that the test plays (far_end.h), and short words for what they say and find.
 * For the check_submit suites; each test has a process of its own.
 */
#ifndef TESTS_SUBMIT_STAGE_H
#define TESTS_SUBMIT_STAGE_H

#include "far_end.h"
#include "util/arena.h"
#include "worker/engine.h"

#define LONG_WAIT 3600000	/* ms: longer than any test */

/* What an asker was told. */
struct told {
	int			times;
	struct submit_result	r;
	char			event[64], text[256];
};

extern struct proc	 proc;		/* worker 0 of generation 7 */
extern struct engine	*engine;
extern struct far	 producer, tailer;
extern int		 master;	/* its end of the control socket */
extern struct arena	 arena;

/* Everything up: both links said HELLO, a broker answers, the tailer is at its end. */
void	stage_open(void);
/* A new link, as the master would send it. The tailer's: returns how many open watches it was told. */
void	link_producer(void);
int	link_tailer(void);
/* Some turns of the loop, without waiting for anything. */
void	turn(void);
/* Turn, timers included, until the asker was told; once. */
void	wait_until_told(const struct told *t);

/* Submit a command. sized: with size bytes of text in its data. */
struct submission *ask_sized(struct told *t, bool sync, int64_t wait_ms, size_t size);
struct submission *ask_sync(struct told *t);
struct submission *ask_async(struct told *t);

/* The producer finds a PUBLISH next: its sequence number. */
uint64_t	published(void);
bool		producer_has_nothing(void);
void		ack(uint64_t seq);		/* partition 2, offset 17 */
void		nak(uint64_t seq, enum ipc_nak kind);	/* "because" */

/* The tailer finds this message next: its id. */
struct id	tailer_finds(enum ipc_type type);
bool		tailer_has_nothing(void);
void		send_event(const struct id *parent, const char *value);	/* partition 1, offset 99 */

int64_t	counted(enum counter c);
/* Nothing is left in flight, and the gauges say so. */
void	all_done(void);

#endif
