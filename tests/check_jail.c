/*
 * check_jail.c: from within each jail, what becomes of what a process may try there: the rows of src/daemon/jail_rows.c,
 * tried by hand and with the numbers of all of them.
 */
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <seccomp.h>

#include "build-config.h"
#include "daemon/jail.h"
#include "daemon/jail_rows.h"

#define PAGE	4096

static pid_t sibling;

/* Each returns 0 where it was let, else -1 with errno. */
static int
open_passwd(void)
{
	return open("/etc/passwd", O_RDONLY | O_CLOEXEC) == -1 ? -1 : 0;
}

static int
write_file(void)
{
	return open("/tmp/cmdr-check-jail", O_WRONLY | O_CREAT | O_CLOEXEC, 0600) == -1 ? -1 : 0;
}

static int
make_directory(void)
{
	return mkdir("/tmp/cmdr-check-jail.d", 0700);
}

static int
link_file(void)
{
	return symlink("/etc/passwd", "/tmp/cmdr-check-jail.link");
}

static int
execute(void)
{
	char *argv[] = { (char *)(uintptr_t)"true", NULL };

	return execve("/bin/true", argv, NULL);
}

static int
fork_away(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return pid == -1 ? -1 : 0;
}

/* As libraries call other programs: posix_spawn, which asks for clone3 first. */
static int
shell(void)
{
	errno = 0;
	return system("true") == 0 ? 0 : -1;
}

static void *
nothing(void *arg)
{
	return arg;
}

static int
make_thread(void)
{
	pthread_t thread;

	errno = pthread_create(&thread, NULL, nothing, NULL);
	return errno != 0 ? -1 : pthread_join(thread, NULL);
}

static int
trace_sibling(void)
{
	return (int)ptrace(PTRACE_ATTACH, sibling, NULL, NULL);
}

static int
read_sibling(void)
{
	char here[8];
	struct iovec local = { here, sizeof(here) }, remote = { here, sizeof(here) };

	return syscall(SYS_process_vm_readv, sibling, &local, 1, &remote, 1, 0) == -1 ? -1 : 0;
}

static int
kill_sibling(void)
{
	return kill(sibling, 0);
}

static int
tgkill_sibling(void)
{
	return (int)syscall(SYS_tgkill, sibling, sibling, 0);
}

/* What stands above the 32 bits of an int the kernel does not look at. */
static int
tgkill_sibling_wide(void)
{
	return (int)syscall(SYS_tgkill, (long)(UINT64_C(1) << 40 | (unsigned)sibling), sibling, 0);
}

static int
tgkill_self(void)
{
	return (int)syscall(SYS_tgkill, (long)(UINT64_C(1) << 40 | (unsigned)getpid()), gettid(), 0);
}

static int
limit_sibling(void)
{
	struct rlimit l;

	return prlimit(sibling, RLIMIT_NOFILE, NULL, &l);
}

static int
read_limit(void)
{
	struct rlimit l;

	return getrlimit(RLIMIT_NOFILE, &l);
}

static int
connect_elsewhere(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd == -1)
		return -1;
	/* Refused by the peer is let by the jail. */
	return connect(fd, (struct sockaddr *)&to, sizeof(to)) == -1 && errno != ECONNREFUSED ? -1 : 0;
}

static int
socket_rare(void)
{
	int fd = socket(AF_ALG, SOCK_SEQPACKET, 0);

	return fd == -1 ? -1 : close(fd);
}

static int
listen_anew(void)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX, .sun_path = "/tmp/cmdr-check-jail.sock" };

	return bind(-1, (struct sockaddr *)&at, sizeof(at)) == -1 && errno != EBADF ? -1 : 0;
}

static int
mount_something(void)
{
	return mount("none", "/mnt", "tmpfs", 0, NULL);
}

static int
change_root(void)
{
	return chroot("/");
}

static int
leave_root(void)
{
	return chdir("/");
}

static int
leave_namespace(void)
{
	return unshare(CLONE_NEWUSER);
}

static int
become_root(void)
{
	return (int)syscall(SYS_setresuid, 0, 0, 0);
}

static int
remove_file(void)
{
	return unlink("/tmp/cmdr-check-jail-that-is-not-there") == -1 && errno != ENOENT ? -1 : 0;
}

static int
watch_kernel(void)
{
	return syscall(SYS_bpf, 0, NULL, 0) == -1 && errno != EINVAL ? -1 : 0;
}

static int
make_ring(void)
{
	char params[128] = { 0 };

	return syscall(SYS_io_uring_setup, 1, params) == -1 ? -1 : 0;
}

static int
use_ring(void)
{
	return syscall(SYS_io_uring_enter, -1, 1, 0, 0, NULL, 0) == -1 ? -1 : 0;
}

static int
read_keys(void)
{
	return syscall(SYS_keyctl, 0, -3, 0, 0, 0) == -1 && errno != ENOKEY && errno != ENOSYS ? -1 : 0;
}

static int
type_at_terminal(void)
{
	char c = 'x';

	return ioctl(0, TIOCSTI, &c) == -1 ? -1 : 0;
}

static int
make_code(void)
{
	void *m = mmap(NULL, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return m == MAP_FAILED ? -1 : munmap(m, PAGE);
}

static int
turn_into_code(void)
{
	void *m = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return m == MAP_FAILED ? -1 : mprotect(m, PAGE, PROT_READ | PROT_EXEC);
}

static int
call_new(void)
{
	return (int)syscall(JAIL_NEW_LAST);
}

#ifdef __x86_64__
static int
call_x32(void)
{
	return syscall(0x40000000 + SYS_getpid) == -1 ? -1 : 0;
}

/* A kernel without that architecture answers with another signal. */
static void
on_segv(int sig)
{
	(void)sig;
	raise(SIGSYS);
}

static int
call_i386(void)
{
	long r = 20;	/* getpid there */

	signal(SIGSEGV, on_segv);
	__asm__ volatile("int $0x80" : "+a"(r) : : "memory");
	return 0;
}
#endif

static int
pass_socketpair(void)
{
	int pair[2];
	char c = 'x';

	return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == -1 || write(pair[0], &c, 1) != 1 ||
	    read(pair[1], &c, 1) != 1 ? -1 : 0;
}

static int
pair_datagrams(void)
{
	int pair[2];

	return socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair);
}

static int
resolve(void)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 0);

	return fd == -1 ? -1 : close(fd);
}

#define END	(-1)	/* by SIGSYS */

static const struct {
	const char	*what;
	int		(*attempt)(void);
	int		 worker, kafka, indexer;	/* 0: let; END; else the error */
} rows[] = {
	{ "open a file", open_passwd, EACCES, 0, 0 },
	{ "make a file", write_file, EACCES, 0, 0 },
	{ "remove a file", remove_file, EPERM, 0, 0 },
	{ "make a directory", make_directory, EPERM, EPERM, 0 },
	{ "make a link", link_file, EPERM, EPERM, EPERM },
	{ "connect to an address", connect_elsewhere, EACCES, 0, 0 },
	{ "ask the kernel for addresses", resolve, EACCES, 0, 0 },
	{ "make a socket of a rare family", socket_rare, EACCES, EAFNOSUPPORT, EAFNOSUPPORT },
	{ "listen at an address", listen_anew, END, 0, 0 },
	{ "signal another process", kill_sibling, END, EPERM, EPERM },
	{ "signal another's thread", tgkill_sibling, END, EPERM, EPERM },
	{ "the same with a wide number", tgkill_sibling_wide, END, EPERM, EPERM },
	{ "signal itself", tgkill_self, 0, 0, 0 },
	{ "read another process's limits", limit_sibling, EPERM, EPERM, EPERM },
	{ "read its own limits", read_limit, 0, 0, 0 },
	{ "execute a program", execute, END, END, END },
	{ "fork", fork_away, END, EPERM, EPERM },
	{ "call a shell", shell, END, EPERM, EPERM },
	{ "make a thread", make_thread, EAGAIN, 0, 0 },
	{ "trace another process", trace_sibling, END, END, END },
	{ "read another process's memory", read_sibling, END, END, END },
	{ "mount", mount_something, END, END, END },
	{ "change its root", change_root, END, END, END },
	{ "change its directory", leave_root, EPERM, 0, 0 },
	{ "make a namespace", leave_namespace, END, END, END },
	{ "become another user", become_root, END, END, END },
	{ "load a program into the kernel", watch_kernel, END, END, END },
	{ "make a ring", make_ring, ENOSYS, ENOSYS, ENOSYS },
	{ "use a ring", use_ring, END, END, END },
	{ "look at the kernel's keys", read_keys, END, EPERM, EPERM },
	{ "type at the terminal", type_at_terminal, END, END, END },
	{ "make memory to write and execute", make_code, EACCES, EACCES, EACCES },
	{ "make what it wrote executable", turn_into_code, EACCES, 0, 0 },
	{ "a call that is newer than we", call_new, ENOSYS, ENOSYS, ENOSYS },
#ifdef __x86_64__
	{ "a call of x32", call_x32, END, END, END },
	{ "a call of i386", call_i386, END, END, END },
#endif
	{ "make a pair for datagrams", pair_datagrams, EACCES, 0, 0 },
	{ "speak over the sockets that it has", pass_socketpair, 0, 0, 0 },
};
#define NROWS	((int)(sizeof(rows) / sizeof(rows[0])))

#define NO_JAIL		255
#define NO_ERRNO	254

static int
attempt_within(enum role_jail jail, int (*attempt)(void))
{
	int status;
	pid_t pid = fork();

	ck_assert_int_ne(pid, -1);
	if (pid == 0) {
		if (jail_enter(jail) == -1)
			_exit(NO_JAIL);
		errno = 0;
		_exit(attempt() == -1 ? (errno == 0 ? NO_ERRNO : errno) : 0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	if (WIFSIGNALED(status)) {
		ck_assert_msg(WTERMSIG(status) == SIGSYS, "it died of signal %d", WTERMSIG(status));
		return END;
	}
	ck_assert_int_ne(WEXITSTATUS(status), NO_JAIL);
	return WEXITSTATUS(status);
}

static const char *
outcome(int got)
{
	return got == 0 ? "let" : got == END ? "killed" : strerror(got);
}

static void
expect(enum role_jail jail, const char *what, int (*attempt)(void), int wanted)
{
	static const char *const whom[JAIL_COUNT] = { "nobody", "a worker", "a Kafka role", "the indexer" };
	int got = attempt_within(jail, attempt);

	printf("     %-36s %-14s %s\n", what, whom[jail], outcome(got));
	ck_assert_msg(got == wanted, "%s: %s was %s instead of %s", what, whom[jail], outcome(got), outcome(wanted));
}

START_TEST(what_a_jail_does_not_let)
{
#ifdef CMDR_SANITIZED
	/* The leak check at exit needs what is refused. */
	(void)expect;
	(void)rows;
#else
	sibling = fork();
	ck_assert_int_ne(sibling, -1);
	if (sibling == 0) {
		pause();
		_exit(0);
	}
	expect(JAIL_WORKER, rows[_i].what, rows[_i].attempt, rows[_i].worker);
	expect(JAIL_KAFKA, rows[_i].what, rows[_i].attempt, rows[_i].kafka);
	expect(JAIL_INDEXER, rows[_i].what, rows[_i].attempt, rows[_i].indexer);
	kill(sibling, SIGKILL);
	waitpid(sibling, NULL, 0);
	unlink("/tmp/cmdr-check-jail");
	rmdir("/tmp/cmdr-check-jail.d");
#endif
}
END_TEST

static const uint32_t architectures[] = { SCMP_ARCH_X86_64, SCMP_ARCH_X86, SCMP_ARCH_X32, SCMP_ARCH_ARM, SCMP_ARCH_AARCH64,
	SCMP_ARCH_PPC64LE, SCMP_ARCH_RISCV64, SCMP_ARCH_S390X, SCMP_ARCH_MIPSEL64 };
#define CALLS	6500	/* numbers below this are looked at */

/* A call that libseccomp learned after us is told, and is no failure: to a role it is not there. */
START_TEST(every_call_is_judged)
{
	int newer = 0;

	for (size_t a = 0; a < sizeof(architectures) / sizeof(architectures[0]); a++)
		for (int nr = 0; nr < CALLS; nr++) {
			char *name = seccomp_syscall_resolve_num_arch(architectures[a], nr);

			if (name != NULL && jail_row_of(name) == NULL) {
				printf("     in no row: %s (%d)\n", name, nr);
				newer++;
				if (nr < JAIL_NEW_FIRST)
					ck_abort_msg("no row has %s", name);
			}
			free(name);
		}
	printf("     %d calls are newer than the rows\n", newer);
}
END_TEST

/* In two rows a call may only be with tests. */
START_TEST(rows_are_sound)
{
	for (size_t i = 0; i < jail_nrows; i++) {
		const struct jail_row *row = &jail_rows[i];
		char name[64];

		ck_assert_str_ne(row->why, "");
		ck_assert((row->when != NULL) == (row->test.op != JAIL_ALWAYS));
		for (enum role_jail j = JAIL_WORKER; j < JAIL_COUNT; j++)
			ck_assert(row->outcome[j] != JAIL_REFUSED || row->error != 0);
		for (const char *s = row->calls; *s != '\0'; s += *s == ' ') {
			size_t len = strcspn(s, " ");

			ck_assert_uint_lt(len, sizeof(name));
			snprintf(name, sizeof(name), "%.*s", (int)len, s);
			s += len;
			if (row->when == NULL)
				ck_assert_msg(jail_row_of(name) == row, "%s is in two rows", name);
		}
	}
}
END_TEST

START_TEST(limits_hold)
{
	int status;
	pid_t pid = fork();

	ck_assert_int_ne(pid, -1);
	if (pid == 0) {
		jail_limit(JAIL_WORKER);
		for (size_t i = 0; i < jail_nlimits; i++) {
			struct rlimit l = { 1, 1 };

			if ((jail_limits[i].jails >> JAIL_WORKER & 1) && (getrlimit(jail_limits[i].resource, &l) == -1 ||
			    l.rlim_cur != 0 || l.rlim_max != 0))
				_exit((int)i + 1);
		}
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
#ifndef CMDR_SANITIZED
	ck_assert_int_eq(status, 0);
#endif
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("jail");
	TCase *t = tcase_create("jail");
	SRunner *r;
	int failed;

	tcase_add_loop_test(t, what_a_jail_does_not_let, 0, NROWS);
	tcase_add_test(t, every_call_is_judged);
	tcase_add_test(t, rows_are_sound);
	tcase_add_test(t, limits_hold);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
