/*
 * jail.c: what a role gives up for good. See jail.h.
 *
 * The filter names what is refused, not what is allowed: libc and librdkafka
 * choose their calls anew with each version, and a jail that breaks at an
 * upgrade would be switched off. Refused is what an intruder wants and a role
 * never does: other programs, other processes' memory, the kernel's
 * configuration, and for workers files and connections of their own.
 */
#include <sys/prctl.h>
#include <sys/socket.h>

#include <errno.h>
#include <sched.h>
#include <string.h>

#include <seccomp.h>

#include "build-config.h"
#include "daemon/jail.h"
#include "util/log.h"

/* Refused to every jailed role. */
static const int never[] = {
	SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(fork), SCMP_SYS(vfork),
	SCMP_SYS(ptrace), SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev),
	SCMP_SYS(kexec_load), SCMP_SYS(kexec_file_load), SCMP_SYS(init_module),
	SCMP_SYS(finit_module), SCMP_SYS(delete_module), SCMP_SYS(bpf), SCMP_SYS(perf_event_open),
	SCMP_SYS(mount), SCMP_SYS(umount2), SCMP_SYS(pivot_root), SCMP_SYS(chroot),
	SCMP_SYS(unshare), SCMP_SYS(setns), SCMP_SYS(reboot), SCMP_SYS(swapon), SCMP_SYS(swapoff),
	SCMP_SYS(keyctl), SCMP_SYS(add_key), SCMP_SYS(request_key), SCMP_SYS(userfaultfd),
	SCMP_SYS(setuid), SCMP_SYS(setgid), SCMP_SYS(setresuid), SCMP_SYS(setresgid),
	SCMP_SYS(setgroups), SCMP_SYS(personality), SCMP_SYS(acct), SCMP_SYS(settimeofday),
	SCMP_SYS(clock_settime), SCMP_SYS(sethostname), SCMP_SYS(setdomainname),
	SCMP_SYS(mknod), SCMP_SYS(mknodat), SCMP_SYS(ioperm), SCMP_SYS(iopl),
};

/* Refused to workers besides: nothing of the file system, no connection but those accepted. */
static const int not_worker[] = {
	SCMP_SYS(connect), SCMP_SYS(bind), SCMP_SYS(unlink), SCMP_SYS(unlinkat), SCMP_SYS(rename),
	SCMP_SYS(renameat), SCMP_SYS(renameat2), SCMP_SYS(mkdir), SCMP_SYS(mkdirat),
	SCMP_SYS(rmdir), SCMP_SYS(link), SCMP_SYS(linkat), SCMP_SYS(symlink), SCMP_SYS(symlinkat),
	SCMP_SYS(chmod), SCMP_SYS(fchmodat), SCMP_SYS(chown), SCMP_SYS(lchown), SCMP_SYS(fchownat),
	SCMP_SYS(truncate), SCMP_SYS(creat), SCMP_SYS(kill), SCMP_SYS(tkill),
};

static int
refuse(scmp_filter_ctx ctx, const int *calls, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (calls[i] >= 0 && seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), calls[i], 0) != 0)
			return -1;
	return 0;
}

/* A worker reads no file and writes none: its log and its sockets are open already. */
static int
refuse_files(scmp_filter_ctx ctx)
{
	const struct scmp_arg_cmp not_unix = { .arg = 0, .op = SCMP_CMP_NE, .datum_a = AF_UNIX };

	if (seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EACCES), SCMP_SYS(open), 0) != 0 ||
	    seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EACCES), SCMP_SYS(openat), 0) != 0 ||
	    seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EACCES), SCMP_SYS(openat2), 0) != 0)
		return -1;
	return seccomp_rule_add_array(ctx, SCMP_ACT_ERRNO(EACCES), SCMP_SYS(socket), 1, &not_unix) == 0 ?
	    0 : -1;
}

/*
 * fork(3) is clone(2) by now: threads may be made, processes not. What clone3(2) is asked for stands in memory, which a
 * filter cannot see: it is not there, and libc takes clone(2) then.
 */
static int
refuse_processes(scmp_filter_ctx ctx)
{
	const struct scmp_arg_cmp no_thread = { .arg = 0, .op = SCMP_CMP_MASKED_EQ, .datum_a = CLONE_THREAD, .datum_b = 0 };

	if (seccomp_rule_add(ctx, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0) != 0)
		return -1;
	return seccomp_rule_add_array(ctx, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1, &no_thread) == 0 ? 0 : -1;
}

static int
build(scmp_filter_ctx ctx, enum role_jail jail)
{
	/* librdkafka's threads exist before the jail does: bring them in as well. */
	if (seccomp_attr_set(ctx, SCMP_FLTATR_CTL_TSYNC, 1) != 0)
		return -1;
#ifdef CMDR_SANITIZED
	/* The leak check at exit forks and traces. */
	(void)refuse;
	(void)never;
	(void)not_worker;
	(void)refuse_files;
	(void)refuse_processes;
	(void)jail;
	return 0;
#else
	if (refuse(ctx, never, sizeof(never) / sizeof(never[0])) == -1 || refuse_processes(ctx) == -1)
		return -1;
	if (jail != JAIL_WORKER)
		return 0;
	if (refuse(ctx, not_worker, sizeof(not_worker) / sizeof(not_worker[0])) == -1)
		return -1;
	return refuse_files(ctx);
#endif
}

int
jail_enter(enum role_jail jail)
{
	scmp_filter_ctx ctx;
	int r;

	if (jail == JAIL_NONE)
		return 0;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
	    (ctx = seccomp_init(SCMP_ACT_ALLOW)) == NULL) {
		log_warn("no jail: %s; going on without", strerror(errno));
		return -1;
	}
	r = build(ctx, jail);
	if (r == 0)
		r = seccomp_load(ctx);
	seccomp_release(ctx);
	if (r != 0)
		log_warn("no jail: the kernel refused the system call filter (%s); going on without",
		    strerror(r < 0 ? -r : r));
	return r == 0 ? 0 : -1;
}
