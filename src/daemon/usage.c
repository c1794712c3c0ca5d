/*
 * usage.c: what this process takes of the host. See usage.h.
 *
 * Open descriptors are the size of /proc/self/fd since Linux 6.2. Before that
 * the directory has to be read, which takes a millisecond for a thousand of
 * them: so a piece is read each time, and a worker with ten thousand
 * connections is told with a delay rather than held up.
 */
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "daemon/usage.h"
#include "util/log.h"

#define EVERY_S		2
#define PIECE		((size_t)32 << 10)

static int statm_fd = -1, fds_fd = -1;
static int64_t before_us;	/* CPU time that others in this slot took */

void
usage_open(void)
{
	statm_fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
	fds_fd = open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void
publish_memory(struct board_slot *slot)
{
	char text[128], *resident;
	ssize_t n = statm_fd == -1 ? -1 : pread(statm_fd, text, sizeof(text) - 1, 0);

	if (n <= 0)
		return;
	text[n] = '\0';
	/* "size resident …", in pages (proc(5)). */
	strtoll(text, &resident, 10);
	atomic_store_explicit(&slot->rss_bytes, strtoll(resident, NULL, 10) * sysconf(_SC_PAGESIZE),
	    memory_order_relaxed);
}

int64_t
usage_count(int fd)
{
	static _Alignas(struct dirent64) char piece[PIECE];
	static int64_t counted;		/* so far */
	int64_t whole;
	long n = syscall(SYS_getdents64, fd, piece, sizeof(piece));

	for (long at = 0; at < n;) {
		const struct dirent64 *d = (const void *)(piece + at);

		counted += d->d_name[0] != '.';
		at += d->d_reclen;
	}
	/* A piece that is not full was the last; to ask for another would cost as much as this. */
	if (n > (long)(sizeof(piece) - sizeof(struct dirent64)))
		return -1;
	whole = n >= 0 ? counted : -1;
	counted = 0;
	lseek(fd, 0, SEEK_SET);
	return whole;
}

static void
publish_fds(struct board_slot *slot)
{
	struct rlimit limit;
	struct stat st;
	int64_t n;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
		atomic_store_explicit(&slot->max_fds, (int64_t)limit.rlim_cur, memory_order_relaxed);
	if (fds_fd == -1 || fstat(fds_fd, &st) == -1)
		return;
	n = st.st_size > 0 ? (int64_t)st.st_size : usage_count(fds_fd);
	if (n >= 0)
		atomic_store_explicit(&slot->open_fds, n, memory_order_relaxed);
}

static int64_t
microseconds(const struct timeval *tv)
{
	return (int64_t)tv->tv_sec * 1000000 + tv->tv_usec;
}

/* What this process took since it began, which an exec does not end. */
static int64_t
cpu_us(void)
{
	struct rusage u;

	return getrusage(RUSAGE_SELF, &u) == -1 ? 0 : microseconds(&u.ru_utime) + microseconds(&u.ru_stime);
}

static void
publish_cpu(struct board_slot *slot)
{
	atomic_store_explicit(&slot->cpu_us, before_us + cpu_us(), memory_order_relaxed);
}

void
usage_publish(struct board_slot *slot)
{
	publish_memory(slot);
	publish_fds(slot);
	publish_cpu(slot);
}

static void
on_time(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	usage_publish(arg);
}

void
usage_start(struct event_base *base, struct board_slot *slot)
{
	struct timeval every = { EVERY_S, 0 };
	struct event *ev = event_new(base, -1, EV_PERSIST, on_time, slot);

	if (ev == NULL || event_add(ev, &every) == -1)
		fatalx("no timer for what this process takes");
	before_us = atomic_load(&slot->cpu_us) - cpu_us();
	if (before_us < 0)
		before_us = 0;
	usage_publish(slot);
}
