/*
 * log.h: where a process says what it does: stderr, syslog or a file, each
 * line with level, role and process id. Levels are those of syslog(3).
 * Nothing here formats anything for a client.
 */
#ifndef UTIL_LOG_H
#define UTIL_LOG_H

#include <stdarg.h>
#include <stdint.h>
#include <syslog.h>

enum log_dest {
	LOG_TO_STDERR,
	LOG_TO_SYSLOG,
	LOG_TO_FILE,
};

/*
 * Say where lines go from now on. role ("master", "worker 2") stands in every
 * line and is copied. path is used for LOG_TO_FILE only. Returns 0, or -1 with
 * errno set if the file cannot be opened (the former destination stays).
 */
int	 log_open(enum log_dest dest, const char *path, const char *role);
/* As log_open(LOG_TO_FILE), on a descriptor that the caller opened; takes ownership of it. */
void	 log_open_fd(int fd, const char *role);
/* Open the file again, after logrotate moved it. 0, or -1 with errno; nothing to do for the others. */
int	 log_reopen(void);
/* Lines above this syslog level (LOG_ERR … LOG_DEBUG) are dropped. Default LOG_INFO. */
void	 log_level(int level);
int	 log_enabled(int level);
/* LOG_ERR for "error", … ; -1 if there is no such level. */
int	 log_level_parse(const char *name);

void	 log_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void	 log_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void	 log_notice(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void	 log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void	 log_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void	 log_at(int level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* A line that a peer can cause at will: at most one a second, with the count of those left out. */
struct log_limit {
	int64_t		last_ms;
	uint64_t	suppressed;
};
void	 log_limited(struct log_limit *limit, int level, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));

/* A broken invariant of our own: say it (fatal adds errno) and exit 1. Never for what a peer can cause. */
void	 fatal(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));
void	 fatalx(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

#endif
