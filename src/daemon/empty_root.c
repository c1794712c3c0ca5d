/*
 * empty_root.c: a root directory in which there is nothing. See empty_root.h.
 *
 * A worker moves in last of all, together with the jail: what it and its
 * libraries read at their start, by whatever name, they have read by then. It
 * is not root any more at that moment, hence the one capability until then.
 */
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <linux/capability.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "daemon/empty_root.h"
#include "util/log.h"

static int held = -1;

static int
make_directory(const char *path)
{
	if (mkdir(path, 0755) == -1)
		return errno == EEXIST ? 0 : -1;
	/* Whatever the umask is. */
	return chmod(path, 0755);
}

int
empty_root_make(const char *path)
{
	char above[PATH_MAX];
	size_t len = 0;

	if (strlen(path) >= sizeof(above)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	for (; path[len] != '\0'; len++) {
		above[len] = path[len];
		above[len + 1] = '\0';
		if (len > 0 && path[len + 1] == '/' && make_directory(above) == -1)
			return -1;
	}
	return make_directory(path);
}

void
empty_root_hold(const char *path)
{
	struct stat st;

	if (geteuid() != 0)
		return;
	held = open(path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (held == -1 || fstat(held, &st) == -1) {
		log_warn("the file system stays in sight, without an empty root: %s: %s", path, strerror(errno));
		return;
	}
	if (st.st_uid == 0 && (st.st_mode & 07777) == 0755) {
		prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0);
		return;
	}
	log_warn("the file system stays in sight, without an empty root: %s is not root's alone (mode 755)", path);
	close(held);
	held = -1;
}

static int
set_capabilities(uint32_t set)
{
	struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2] = { { set, set, 0 }, { 0, 0, 0 } };

	return (int)syscall(SYS_capset, &head, data);
}

void
empty_root_keep(void)
{
	if (held == -1)
		return;
	if (set_capabilities(1u << CAP_SYS_CHROOT) == 0)
		return;
	/* Whoever started us keeps it from us: empty_root_enter() will say so. */
	if (set_capabilities(0) == -1)
		fatal("giving up capabilities");
}

int
empty_root_enter(void)
{
	int r, why;

	if (held == -1)
		return 0;
	r = fchdir(held) == -1 || chroot(".") == -1 || chdir("/") == -1 ? -1 : 0;
	why = errno;
	close(held);
	held = -1;
	if (geteuid() != 0 && set_capabilities(0) == -1)
		fatal("giving up capabilities");
	if (r == -1)
		log_warn("the file system stays in sight, without an empty root: %s (it takes CAP_SYS_CHROOT)",
		    strerror(why));
	return r;
}
