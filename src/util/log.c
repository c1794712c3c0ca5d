/*
 * log.c: where a process says what it does. See log.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "util/clock.h"
#include "util/log.h"

#define LINE_MAX_BYTES 2048

static struct {
	enum log_dest	 dest;
	int		 level;
	int		 fd;
	char		*path;
	char		 role[32];
} logger = { LOG_TO_STDERR, LOG_INFO, STDERR_FILENO, NULL, "cmdr" };

static const struct {
	const char	*name;
	int		 level;
} levels[] = {
	{ "error", LOG_ERR },
	{ "warning", LOG_WARNING },
	{ "notice", LOG_NOTICE },
	{ "info", LOG_INFO },
	{ "debug", LOG_DEBUG },
};
#define NLEVELS (sizeof(levels) / sizeof(levels[0]))

static const char *
level_name(int level)
{
	for (size_t i = 0; i < NLEVELS; i++)
		if (levels[i].level == level)
			return levels[i].name;
	return "error";
}

int
log_level_parse(const char *name)
{
	for (size_t i = 0; i < NLEVELS; i++)
		if (strcmp(levels[i].name, name) == 0)
			return levels[i].level;
	return -1;
}

static void
set_fd(int fd)
{
	if (logger.fd > STDERR_FILENO)
		close(logger.fd);
	logger.fd = fd;
}

int
log_open(enum log_dest dest, const char *path, const char *role)
{
	int fd = STDERR_FILENO;

	if (dest == LOG_TO_FILE) {
		fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
		if (fd == -1)
			return -1;
	}
	set_fd(fd);
	if (path != logger.path) {
		free(logger.path);
		logger.path = dest == LOG_TO_FILE ? strdup(path) : NULL;
	}
	logger.dest = dest;
	if (role != logger.role)
		snprintf(logger.role, sizeof(logger.role), "%s", role);
	if (dest == LOG_TO_SYSLOG)
		openlog("cmdrd", LOG_PID | LOG_NDELAY, LOG_DAEMON);
	return 0;
}

void
log_open_fd(int fd, const char *role)
{
	set_fd(fd);
	logger.dest = LOG_TO_FILE;
	snprintf(logger.role, sizeof(logger.role), "%s", role);
}

int
log_reopen(void)
{
	if (logger.dest != LOG_TO_FILE || logger.path == NULL)
		return 0;
	return log_open(LOG_TO_FILE, logger.path, logger.role);
}

void
log_level(int level)
{
	logger.level = level;
}

int
log_enabled(int level)
{
	return level <= logger.level;
}

static void
stamp(char *out, size_t size)
{
	struct timespec now;
	struct tm tm;
	char date[32];

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(out, size, "%s.%03dZ", date, (int)(now.tv_nsec / 1000000));
}

/* A client may put anything into a string that ends up here: one line stays one line. */
static void
one_line(char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			*s = '?';
}

static void
vlog(int level, const char *fmt, va_list ap)
{
	char text[LINE_MAX_BYTES], line[LINE_MAX_BYTES + 128], when[48];
	int saved = errno, n;

	if (!log_enabled(level))
		return;
	vsnprintf(text, sizeof(text), fmt, ap);
	one_line(text);
	if (logger.dest == LOG_TO_SYSLOG) {
		syslog(level, "%s: %s", logger.role, text);
	} else {
		stamp(when, sizeof(when));
		n = snprintf(line, sizeof(line), "%s %s %s[%d]: %s\n", when, level_name(level),
		    logger.role, (int)getpid(), text);
		if (n > 0 && write(logger.fd, line, (size_t)n) == -1)
			(void)0; /* a full disk must not stop the daemon, and there is nowhere to say it */
	}
	errno = saved;
}

#define LOG_FUNCTION(name, level)	\
	void				\
	name(const char *fmt, ...)	\
	{				\
		va_list ap;		\
					\
		va_start(ap, fmt);	\
		vlog(level, fmt, ap);	\
		va_end(ap);		\
	}

LOG_FUNCTION(log_error, LOG_ERR)
LOG_FUNCTION(log_warn, LOG_WARNING)
LOG_FUNCTION(log_notice, LOG_NOTICE)
LOG_FUNCTION(log_info, LOG_INFO)
LOG_FUNCTION(log_debug, LOG_DEBUG)

void
log_at(int level, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vlog(level, fmt, ap);
	va_end(ap);
}

void
log_limited(struct log_limit *limit, int level, const char *fmt, ...)
{
	int64_t now = clock_ms();
	va_list ap;

	if (limit->last_ms != 0 && now - limit->last_ms < 1000) {
		limit->suppressed++;
		return;
	}
	va_start(ap, fmt);
	vlog(level, fmt, ap);
	va_end(ap);
	if (limit->suppressed > 0)
		log_at(level, "… and %" PRIu64 " more like this since the last such line",
		    limit->suppressed);
	limit->suppressed = 0;
	limit->last_ms = now;
}

void
fatal(const char *fmt, ...)
{
	int saved = errno;
	char text[LINE_MAX_BYTES];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	log_error("fatal: %s: %s", text, strerror(saved));
	exit(1);
}

void
fatalx(const char *fmt, ...)
{
	char text[LINE_MAX_BYTES];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	log_error("fatal: %s", text);
	exit(1);
}
