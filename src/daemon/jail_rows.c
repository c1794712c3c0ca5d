/*
 * jail_rows.c: what a role gives up, as tables. See jail_rows.h.
 *
 * Killed is what no sound code of ours, of libc or of a library does in that
 * role; in doubt a call is refused, since a jail must not take the service
 * down. No call may be in two rows, but with tests that exclude each other.
 */
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <errno.h>
#include <sched.h>
#include <string.h>

#include "daemon/jail_rows.h"

#define L	JAIL_LET
#define R	JAIL_REFUSED
#define K	JAIL_KILLED

/* Columns: worker, Kafka roles, indexer. */
#define ROW(calls, w, k, i, error, why)			{ calls, NULL, { 0 }, { L, w, k, i }, error, why }
#define ROW_IF(calls, when, test, w, k, i, error, why)	{ calls, when, { test }, { L, w, k, i }, error, why }
#define IS(arg, mask, value)	JAIL_IS, arg, mask, value
#define AMONG_NOT(arg, mask)	JAIL_AMONG_NOT, arg, mask, 0
#define OTHER(arg, value)	JAIL_OTHER, arg, 0, value
#define BIT(n)			(UINT64_C(1) << (n))

#ifdef __s390__
#define CLONE_FLAGS	1
#else
#define CLONE_FLAGS	0
#endif
#define IOCTL_REQUEST	UINT32_MAX	/* the kernel looks at so much of it */

const struct jail_row jail_rows[] = {
	/* Programs and processes. */
	ROW("execve execveat", K, K, K, 0, "no role starts a program"),
	ROW("fork vfork", K, R, R, EPERM, "no role makes a process"),
	ROW_IF("clone", "a process, not a thread", IS(CLONE_FLAGS, CLONE_THREAD, 0), K, R, R, EPERM,
	    "no role makes a process; librdkafka tries to where Kerberos has a kinit command"),
	ROW_IF("clone", "a thread", IS(CLONE_FLAGS, CLONE_THREAD, CLONE_THREAD), R, L, L, EAGAIN,
	    "a worker is one thread; librdkafka makes more"),
	ROW("clone3", R, R, R, ENOSYS, "what it is asked for stands in memory, where a filter cannot look; libc takes clone then"),
	ROW("kill tkill rt_sigqueueinfo rt_tgsigqueueinfo pidfd_send_signal", K, R, R, EPERM,
	    "signals to others are the master's; a role that ends itself takes tgkill"),
	ROW_IF("tgkill", "another process", OTHER(0, JAIL_SELF), K, R, R, EPERM, "the same"),
	ROW("pidfd_open", R, L, L, ENOSYS, "libraries that resolve names may look at whom they speak with"),
	ROW("ptrace process_vm_readv process_vm_writev process_madvise process_mrelease pidfd_getfd kcmp", K, K, K, 0,
	    "other processes' memory and descriptors"),
	ROW_IF("prlimit64", "another process", OTHER(0, 0), R, R, R, EPERM, "other processes' limits"),
	ROW("setsid setpgid", R, R, R, EPERM, "a role stays in its session"),
	/* Who it is. */
	ROW("setuid setuid32 setgid setgid32 setreuid setreuid32 setregid setregid32 setresuid setresuid32 setresgid "
	    "setresgid32 setfsuid setfsuid32 setfsgid setfsgid32 setgroups setgroups32 capset", K, K, K, 0,
	    "a role has become who it is before the jail"),
	/* Its view of the machine. */
	ROW("mount umount umount2 pivot_root chroot fsopen fsconfig fsmount fspick move_mount open_tree mount_setattr "
	    "unshare setns", K, K, K, 0, "mounts, roots and namespaces"),
	ROW("chdir fchdir", R, L, L, EPERM, "the way out of an empty root"),
	ROW("open_by_handle_at", K, K, K, 0, "opens files past every directory"),
	ROW("name_to_handle_at", R, L, L, EPERM, "a file's name"),
	/* The kernel itself. */
	ROW("init_module finit_module delete_module kexec_load kexec_file_load reboot swapon swapoff acct quotactl quotactl_fd "
	    "iopl ioperm settimeofday clock_settime clock_settime64 stime sethostname setdomainname vhangup uselib vm86 "
	    "vm86old modify_ldt nfsservctl pciconfig_iobase pciconfig_read pciconfig_write rtas s390_pci_mmio_read "
	    "s390_pci_mmio_write s390_runtime_instr s390_sthyi spu_create spu_run sys_debug_setcontext", K, K, K, 0,
	    "the kernel's and the machine's configuration"),
	ROW("bpf perf_event_open userfaultfd", K, K, K, 0, "programs, counters and page faults in the kernel: more of it than a role needs"),
	ROW("io_uring_enter io_uring_register", K, K, K, 0, "a ring does what it is asked past this filter, and nobody has one"),
	ROW("io_uring_setup", R, R, R, ENOSYS, "the same; a library may try to make one, and does without"),
	ROW("io_setup io_destroy io_submit io_cancel io_getevents io_pgetevents io_pgetevents_time64", R, R, R, ENOSYS,
	    "the older kind of that; nobody needs it"),
	ROW("keyctl add_key request_key", K, R, R, EPERM, "the kernel's keys; Kerberos may look for its tickets there"),
	ROW_IF("ioctl", "TIOCSTI", IS(1, IOCTL_REQUEST, TIOCSTI), K, K, K, 0, "types at the terminal that cmdrd was started from"),
	ROW_IF("ioctl", "TIOCLINUX", IS(1, IOCTL_REQUEST, TIOCLINUX), K, K, K, 0, "pastes at the console"),
	ROW("personality adjtimex clock_adjtime clock_adjtime64 syslog _sysctl sysfs lookup_dcookie", R, R, R, EPERM,
	    "the kernel's configuration, which some only ask for"),
	ROW("fanotify_init fanotify_mark", R, R, R, EPERM, "what others do with files"),
	/* Memory. */
	ROW_IF("mmap mmap2 mprotect pkey_mprotect", "to be executed", IS(2, PROT_EXEC, PROT_EXEC), R, L, L, EACCES,
	    "a worker has all its code; others load libraries that resolve names"),
	ROW_IF("mmap mmap2 mprotect pkey_mprotect", "to be written and executed",
	    IS(2, PROT_WRITE | PROT_EXEC, PROT_WRITE | PROT_EXEC), L, R, R, EACCES, "code is loaded from files"),
	ROW("memfd_create", R, L, L, EPERM, "a worker makes no files, not even in memory"),
	ROW("memfd_secret", R, R, R, ENOSYS, "nobody needs it"),
	ROW("shmget shmat shmdt shmctl semget semop semtimedop semtimedop_time64 semctl msgget msgsnd msgrcv msgctl mq_open "
	    "mq_unlink mq_timedsend mq_timedsend_time64 mq_timedreceive mq_timedreceive_time64 mq_notify mq_getsetattr",
	    R, R, R, EPERM, "memory and messages that processes share by name"),
	ROW("move_pages migrate_pages", R, R, R, EPERM, "other processes' memory"),
	/* The network. */
	ROW("bind listen", K, L, L, 0, "a worker's listening sockets come from the master; resolving names binds, and the embedded broker listens"),
	ROW("connect", R, L, L, EPERM, "a worker speaks with those who connect; its log may try to, where that is syslog"),
	ROW("socket", R, L, L, EACCES, "the same"),
	ROW_IF("socket", "neither unix, IPv4, IPv6 nor netlink",
	    AMONG_NOT(0, BIT(AF_UNIX) | BIT(AF_INET) | BIT(AF_INET6) | BIT(AF_NETLINK)), L, R, R, EAFNOSUPPORT,
	    "brokers and resolvers are spoken with over these four"),
	ROW_IF("socketpair", "datagrams", IS(1, 0xe, SOCK_DGRAM), R, L, L, EACCES, "these could be sent to any address"),
	/* Files by name. */
	ROW("open openat openat2", R, L, L, EACCES, "a worker opens nothing: libraries try, and do without"),
	ROW("creat unlink unlinkat rename renameat renameat2 truncate truncate64 utime utimes utimensat utimensat_time64 "
	    "futimesat", R, L, L, EPERM, "a worker has no files of its own; Kerberos keeps tickets in some"),
	ROW("mkdir mkdirat rmdir", R, R, L, EPERM, "the indexer makes its directory"),
	ROW("link linkat symlink symlinkat mknod mknodat", R, R, R, EPERM, "nobody makes any"),
	ROW("chmod fchmod fchmodat fchmodat2", R, L, L, EPERM, "who may read a file, and whose it is"),
	ROW("chown chown32 lchown lchown32 fchownat", R, L, L, EPERM, "the same"),
	ROW("setxattr lsetxattr fsetxattr removexattr lremovexattr fremovexattr", R, R, R, EPERM, "attributes of files"),
	ROW("stat stat64 lstat lstat64 oldstat oldlstat access faccessat faccessat2 readlink readlinkat statfs "
	    "statfs64 ustat getcwd getxattr lgetxattr listxattr llistxattr inotify_init inotify_init1 inotify_add_watch "
	    "inotify_rm_watch", R, L, L, EACCES, "what there is in the file system"),
	ROW("newfstatat fstatat64 statx", L, L, L, 0, "libc's fstat is one of these; in an empty root there is nothing to see"),
	ROW("splice tee vmsplice", R, L, L, EPERM, "nobody needs it"),
	/* Priorities. */
	ROW("setpriority nice ioprio_set sched_setscheduler sched_setparam sched_setattr sched_setaffinity set_mempolicy mbind "
	    "set_mempolicy_home_node", R, L, L, EPERM, "how much of the machine it gets"),
	/* Let. */
	ROW("close close_range read readv pread64 preadv preadv2 write writev pwrite64 pwritev pwritev2 lseek _llseek readahead "
	    "fsync fdatasync sync sync_file_range sync_file_range2 arm_sync_file_range syncfs ftruncate ftruncate64 fallocate "
	    "fadvise64 fadvise64_64 arm_fadvise64_64 fstat fstat64 oldfstat fstatfs fstatfs64 getdents getdents64 readdir flock "
	    "fcntl fcntl64 dup dup2 dup3 pipe pipe2 sendfile sendfile64 copy_file_range fchown fchown32 fgetxattr flistxattr "
	    "umask", L, L, L, 0, "what is open"),
	ROW("accept accept4 recv recvfrom recvmsg recvmmsg recvmmsg_time64 send sendto sendmsg sendmmsg shutdown getsockname "
	    "getpeername getsockopt setsockopt socketcall", L, L, L, 0, "the sockets that it has"),
	ROW("poll ppoll ppoll_time64 select _newselect pselect6 pselect6_time64 epoll_create epoll_create1 epoll_ctl epoll_wait "
	    "epoll_pwait epoll_pwait2 eventfd eventfd2 signalfd signalfd4 timerfd timerfd_create timerfd_settime "
	    "timerfd_settime64 timerfd_gettime timerfd_gettime64", L, L, L, 0, "waiting"),
	ROW("brk munmap mremap remap_file_pages madvise mincore msync mlock mlock2 mlockall munlock munlockall pkey_alloc "
	    "pkey_free get_mempolicy map_shadow_stack cachestat", L, L, L, 0, "its own memory"),
	ROW("exit exit_group futex futex_time64 futex_waitv futex_wait futex_wake futex_requeue set_robust_list get_robust_list "
	    "set_tid_address rseq membarrier sched_yield sched_getaffinity sched_getattr sched_getparam sched_getscheduler "
	    "sched_get_priority_max sched_get_priority_min sched_rr_get_interval sched_rr_get_interval_time64 getpriority "
	    "ioprio_get getcpu wait4 waitid waitpid arch_prctl get_thread_area set_thread_area prctl seccomp "
	    "landlock_create_ruleset landlock_add_rule landlock_restrict_self restart_syscall pause swapcontext switch_endian "
	    "cacheflush cachectl riscv_flush_icache s390_guarded_storage subpage_prot sysmips ipc multiplexer", L, L, L, 0,
	    "itself: its threads and its end"),
	ROW("rt_sigaction rt_sigprocmask rt_sigpending rt_sigreturn rt_sigsuspend rt_sigtimedwait rt_sigtimedwait_time64 "
	    "sigaltstack sigaction sigpending sigprocmask sigreturn sigsuspend signal sgetmask ssetmask", L, L, L, 0,
	    "signals that it gets"),
	ROW("clock_gettime clock_gettime64 clock_getres clock_getres_time64 clock_nanosleep clock_nanosleep_time64 nanosleep "
	    "gettimeofday time times ftime alarm getitimer setitimer timer_create timer_delete timer_getoverrun timer_gettime "
	    "timer_gettime64 timer_settime timer_settime64", L, L, L, 0, "time"),
	ROW("getpid gettid getppid getpgid getpgrp getsid getuid getuid32 geteuid geteuid32 getgid getgid32 getegid getegid32 "
	    "getresuid getresuid32 getresgid getresgid32 getgroups getgroups32 capget getrandom getrlimit ugetrlimit setrlimit "
	    "getrusage sysinfo uname olduname oldolduname", L, L, L, 0, "what it is and has"),
	ROW("afs_syscall bdflush break create_module epoll_ctl_old epoll_wait_old get_kernel_syms getpmsg gtty idle lock mpx "
	    "prof profil putpmsg query_module security stty tuxcall ulimit vserver", R, R, R, ENOSYS,
	    "no kernel has these any more"),
};

const size_t jail_nrows = sizeof(jail_rows) / sizeof(jail_rows[0]);

#define ALL	(1u << JAIL_WORKER | 1u << JAIL_KAFKA | 1u << JAIL_INDEXER)

const struct jail_limit jail_limits[] = {
	{ RLIMIT_CORE, "RLIMIT_CORE", ALL, "no image of what it holds is left on a disk" },
	{ RLIMIT_NPROC, "RLIMIT_NPROC", 1u << JAIL_WORKER, "a worker makes no process and no thread" },
	{ RLIMIT_MEMLOCK, "RLIMIT_MEMLOCK", ALL, "nobody locks memory" },
	{ RLIMIT_MSGQUEUE, "RLIMIT_MSGQUEUE", ALL, "nobody has message queues" },
	{ RLIMIT_NICE, "RLIMIT_NICE", ALL, "priorities are not raised" },
	{ RLIMIT_RTPRIO, "RLIMIT_RTPRIO", ALL, "the same" },
};

const size_t jail_nlimits = sizeof(jail_limits) / sizeof(jail_limits[0]);

const struct jail_row *
jail_row_of(const char *call)
{
	size_t len = strlen(call);

	for (size_t i = 0; i < jail_nrows; i++)
		for (const char *s = jail_rows[i].calls; *s != '\0'; s += strcspn(s, " "), s += *s == ' ')
			if (strcspn(s, " ") == len && memcmp(s, call, len) == 0)
				return &jail_rows[i];
	return NULL;
}
