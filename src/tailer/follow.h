/*
 * follow.h: which partitions of a topic are followed and from where: concrete
 * offsets always, never the symbolic end, which resolves late. Positions stand
 * in the scoreboard, where the next tailer finds them.
 */
#ifndef TAILER_FOLLOW_H
#define TAILER_FOLLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/kafka.h"
#include "daemon/kafka_scout.h"

struct followed {
	bool	 assigned;
	bool	 reached;	/* has been at the end that it had when assigned */
	bool	 reset;		/* its offset is out of range: look where it begins */
	int64_t	 next;		/* offset behind the last record read */
	int64_t	 end;		/* the end when it was assigned */
	int64_t	 checkpoint;	/* next, when the open checkpoint was taken */
};

struct follow {
	struct proc		*proc;
	struct kafka		*kafka;
	const char		*topic;
	struct board_tailer	*board;
	int			 notify_fd;
	struct kafka_scout		*scout;		/* NULL: never begun */
	bool			 on;		/* between follow_begin and follow_end */
	struct followed		*parts;
	int			 nparts;
	int			 known;		/* partitions whose position was known at our start */
	bool			 looked;	/* the topic was seen once */
	bool			 moved;		/* positions changed other than by reading on; the caller clears it */
};

/* Follows nothing yet. topic outlives it; notify_fd is the scout's. */
void	follow_init(struct follow *f, struct proc *p, struct kafka *k, const char *topic,
	    struct board_tailer *board, int notify_fd);
/* Take up positions that an earlier tailer of this generation left, else begin at the topic's end. */
void	follow_begin(struct follow *f);
/* Follow it no longer, and forget the positions. */
void	follow_end(struct follow *f);
/* Give back all that came from the handle; positions stay. */
void	follow_close(struct follow *f);
/* Does every partition have its offset? Then all that comes is in order from there. */
bool	follow_ready(const struct follow *f);
/* Ask for a look at the topic: new partitions, those that went out of range, whether it is there at all. */
void	follow_look(struct follow *f);
/* Assign what the look found. */
void	follow_found(struct follow *f, const struct kafka_scout_report *r);
/* A record of this partition was read. */
void	follow_read(struct follow *f, int32_t partition, int64_t offset);
/* The end of the partition was reached. True: it is behind more than the last record: markers take offsets. */
bool	follow_at_end(struct follow *f, int32_t partition, int64_t offset);
/* The partition cannot be read on from where it stands. */
void	follow_out_of_range(struct follow *f, int32_t partition);
/* Remember how far everything was read … */
void	follow_checkpoint(struct follow *f);
/* … and lay that down as what need not be read again. */
void	follow_commit(struct follow *f);
/* Lay down where the partitions end, as far as the brokers told with what was read. */
void	follow_ends(struct follow *f);
/* The broker is another one, empty: all begins at 0. */
void	follow_forget(struct follow *f);

#endif
