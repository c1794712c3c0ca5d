/*
 * check_empty_root.c: how a worker loses the file system: the directory, the change of user in between, and what is wrong
 * with a directory that others can write to. Needs root; without it only that nothing happens is tried.
 */
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <linux/capability.h>

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/empty_root.h"

#define NOBODY	65534

static char above[] = "/tmp/cmdr-check-root-XXXXXX", path[64];

static void
setup(void)
{
	strcpy(above + sizeof(above) - 7, "XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(above));
	ck_assert_int_eq(chmod(above, 0755), 0);
	snprintf(path, sizeof(path), "%s/cmdr/empty", above);
}

static void
teardown(void)
{
	char cmdr[64];

	snprintf(cmdr, sizeof(cmdr), "%s/cmdr", above);
	rmdir(path);
	rmdir(cmdr);
	rmdir(above);
}

static unsigned
capabilities(void)
{
	struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2];

	return syscall(SYS_capget, &head, data) == -1 ? ~0u : data[0].permitted | data[0].effective | data[1].permitted;
}

/* As proc.c does. Returns 0 where there is nothing left to see, else the step. */
static int
move_in(void)
{
	empty_root_hold(path);
	if (setresgid(NOBODY, NOBODY, NOBODY) == -1 || setresuid(NOBODY, NOBODY, NOBODY) == -1)
		return 1;
	empty_root_keep();
	if (capabilities() != 1u << CAP_SYS_CHROOT)
		return 2;
	if (access("/tmp", F_OK) == -1)
		return 3;
	if (empty_root_enter() == -1 || capabilities() != 0)
		return 4;
	if (access("/tmp", F_OK) != -1 || open("../tmp", O_RDONLY) != -1)
		return 5;
	if (open("/x", O_WRONLY | O_CREAT, 0600) != -1 || errno != EACCES)
		return 6;
	return 0;
}

/* Nobody moves into it, and nothing is left of root either. */
static int
stay_out(void)
{
	empty_root_hold(path);
	if (setresuid(NOBODY, NOBODY, NOBODY) == -1)
		return 1;
	empty_root_keep();
	if (empty_root_enter() != 0 || capabilities() != 0)
		return 2;
	return access("/tmp", F_OK) == -1 ? 3 : 0;
}

static int
in_child(int (*f)(void))
{
	int status;
	pid_t pid = fork();

	ck_assert_int_ne(pid, -1);
	if (pid == 0)
		_exit(f());
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	return WEXITSTATUS(status);
}

START_TEST(it_is_made_whatever_the_umask)
{
	mode_t before = umask(077);
	struct stat st;

	ck_assert_int_eq(empty_root_make(path), 0);
	ck_assert_int_eq(empty_root_make(path), 0);
	umask(before);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0755);
}
END_TEST

START_TEST(a_process_moves_in_after_it_gave_root_up)
{
	ck_assert_int_eq(empty_root_make(path), 0);
	if (geteuid() == 0)
		ck_assert_int_eq(in_child(move_in), 0);
}
END_TEST

START_TEST(what_others_can_write_to_is_none)
{
	ck_assert_int_eq(empty_root_make(path), 0);
	if (geteuid() != 0)
		return;
	ck_assert_int_eq(chmod(path, 0777), 0);
	ck_assert_int_eq(in_child(stay_out), 0);
	ck_assert_int_eq(chmod(path, 0755), 0);
	ck_assert_int_eq(chown(path, NOBODY, NOBODY), 0);
	ck_assert_int_eq(in_child(stay_out), 0);
	ck_assert_int_eq(rmdir(path), 0);
	ck_assert_int_eq(in_child(stay_out), 0);
	ck_assert_int_eq(symlink("/", path), 0);
	ck_assert_int_eq(in_child(stay_out), 0);
	ck_assert_int_eq(unlink(path), 0);
}
END_TEST

static int
do_nothing(void)
{
	if (geteuid() == 0 && setresuid(NOBODY, NOBODY, NOBODY) == -1)
		return 1;
	empty_root_hold(path);
	empty_root_keep();
	return empty_root_enter() == 0 && access("/tmp", F_OK) == 0 ? 0 : 2;
}

START_TEST(who_is_not_root_stays_where_he_is)
{
	ck_assert_int_eq(empty_root_make(path), 0);
	ck_assert_int_eq(in_child(do_nothing), 0);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("empty_root");
	TCase *t = tcase_create("empty_root");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, it_is_made_whatever_the_umask);
	tcase_add_test(t, a_process_moves_in_after_it_gave_root_up);
	tcase_add_test(t, what_others_can_write_to_is_none);
	tcase_add_test(t, who_is_not_root_stays_where_he_is);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
