/*
 * line_log.h: a file of lines that the master opened: the access log, the audit
 * log. Lines are gathered and written once a turn of the loop; a file that takes
 * no more loses lines, never time.
 */
#ifndef WORKER_LINE_LOG_H
#define WORKER_LINE_LOG_H

#include <stdbool.h>

#include "daemon/proc.h"
#include "util/buf.h"

struct line_log {
	struct proc	*proc;
	const int	*fd;	/* -1: there is none now */
	const char	*what;	/* "the access log" */
	struct buf	 lines;	/* to be written */
	struct event	*flush;
	bool		 torn;		/* the file ends within a line */
};

/* fd may change while the process runs. */
void	line_log_init(struct line_log *l, struct proc *p, const int *fd, const char *what);
/* Where a line is to be appended, then line_log_end; NULL: nowhere. */
struct buf *line_log_begin(struct line_log *l);
void	line_log_end(struct line_log *l);
/* Write now what was gathered: the process ends. */
void	line_log_flush(struct line_log *l);

/*
 * What a client chose: quotes, backslashes, controls and what is no ASCII are escaped: byte by byte as \xHH; or, in JSON,
 * as UTF-8 in \uHHHH, with U+FFFD for a byte that is none.
 */
void	line_log_text(struct buf *out, const char *s, size_t len, bool json);
/* The time now, "2026-01-31T23:59:59.999Z", appended. */
void	line_log_time(struct buf *out);

#endif
