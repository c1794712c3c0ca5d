/*
 * check_config_files.c: src/daemon/config_listen.c and config_secrets.c: entries
 * of http.listen as addresses, and the file of secrets.
 */
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <check.h>

#include "daemon/config_listen.h"
#include "daemon/config_secrets.h"

static char path[64];
static struct config_error err;

static void
setup(void)
{
	int fd;

	strcpy(path, "/tmp/check_config.XXXXXX");
	ck_assert_int_ne(fd = mkstemp(path), -1);
	close(fd);
}

static void
teardown(void)
{
	unlink(path);
}

static void
write_file(const char *text, size_t len)
{
	int fd = open(path, O_WRONLY | O_TRUNC);

	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(write(fd, text, len), (ssize_t)len);
	close(fd);
}

START_TEST(listen_entries_become_addresses)
{
	struct config_listen l;
	struct sockaddr_in6 six;
	struct sockaddr_in four;
	char out[64], long_path[128];

	ck_assert_ptr_null(config_listen_parse("3000", &l));
	ck_assert_int_eq(l.count, 2);
	memcpy(&four, &l.addr[0], sizeof(four));
	memcpy(&six, &l.addr[1], sizeof(six));
	ck_assert_int_eq(four.sin_family, AF_INET);
	ck_assert_int_eq(ntohs(four.sin_port), 3000);
	ck_assert_int_eq(six.sin6_family, AF_INET6);
	ck_assert_int_eq(ntohs(six.sin6_port), 3000);
	ck_assert_ptr_null(config_listen_parse("[fe80::1]:65535", &l));
	ck_assert_int_eq(l.count, 1);
	ck_assert_ptr_null(config_listen_parse("unix:/run/x", &l));
	ck_assert_int_eq(l.addr[0].ss_family, AF_UNIX);
	ck_assert_ptr_nonnull(config_listen_parse("0", &l));
	ck_assert_ptr_nonnull(config_listen_parse("65536", &l));
	ck_assert_ptr_nonnull(config_listen_parse("+80", &l));
	ck_assert_ptr_nonnull(config_listen_parse("80 ", &l));
	ck_assert_ptr_nonnull(config_listen_parse("::1:80", &l));
	ck_assert_ptr_nonnull(config_listen_parse(":80", &l));
	ck_assert_ptr_nonnull(config_listen_parse("[::1]", &l));
	ck_assert_ptr_nonnull(config_listen_parse("unix:x", &l));
	memset(long_path, 'x', sizeof(long_path));
	memcpy(long_path, "unix:/", 6);
	long_path[sizeof(long_path) - 1] = '\0';
	ck_assert_ptr_nonnull(config_listen_parse(long_path, &l));
	ck_assert_int_eq(config_listen_with_port("[::1]:80", "81", out, sizeof(out)), 0);
	ck_assert_str_eq(out, "[::1]:81");
	ck_assert_int_eq(config_listen_with_port("80", "81", out, 2), -1);
}
END_TEST

static int
read_secrets(const char *text, struct config_map *out)
{
	int fd, result;

	write_file(text, strlen(text));
	fd = config_secrets_open(path, &err);
	if (fd == -1)
		ck_abort_msg("%s", err.text);
	result = config_secrets_read(fd, path, out, &err);
	close(fd);
	return result;
}

START_TEST(secrets_are_read_from_a_file_of_their_own)
{
	struct config_map m;

	ck_assert_int_eq(read_secrets("# who we are\n\nsasl.username=cmdr\r\n"
	    " sasl.password = a=b #c \n", &m), 0);
	ck_assert_uint_eq(m.count, 2);
	ck_assert_str_eq(m.pair[0].value, "cmdr");
	ck_assert_str_eq(m.pair[1].name, "sasl.password");
	ck_assert_str_eq(m.pair[1].value, " a=b #c ");
	config_secrets_free(&m);
	ck_assert_int_eq(read_secrets("sasl.username=a\nacks=1\n", &m), -1);
	ck_assert_int_eq(err.line, 2);
	ck_assert_int_eq(read_secrets("hunter2\n", &m), -1);
	ck_assert_ptr_null(strstr(err.text, "hunter2"));
	ck_assert_int_eq(read_secrets("a=1\na=2\n", &m), -1);
	ck_assert_int_eq(err.line, 2);
}
END_TEST

START_TEST(secrets_that_others_can_read_are_refused)
{
	char want[128];

	snprintf(want, sizeof(want), "found mode 0640: run chmod 600 %s", path);
	ck_assert_int_eq(chmod(path, 0640), 0);
	ck_assert_int_eq(config_secrets_open(path, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, want));
	ck_assert_int_eq(config_secrets_open("/tmp", &err), -1);
	ck_assert_int_eq(config_secrets_open("/nonexistent/x", &err), -1);
}
END_TEST

/* The file as installed; live: with its keys ("#key:", "#  - item") out of their comments. */START_TEST(overlapping_entries_are_found)
{
	static const struct {
		const char	*a, *b;
		bool		 overlap;
	} rows[] = {
		{ "3000", "3000", true },
		{ "3000", "3001", false },
		{ "3000", "127.0.0.1:3000", true },
		{ "3000", "[::1]:3000", true },
		{ "0.0.0.0:3000", "[::]:3000", false },
		{ "127.0.0.1:3000", "127.0.0.2:3000", false },
		{ "[::1]:3000", "[0:0::1]:3000", true },
		{ "[::1]:3000", "[::2]:3000", false },
		{ "unix:/run/a", "unix:/run/a", true },
		{ "unix:/run/a", "unix:/run/b", false },
		{ "unix:/run/a", "3000", false },
	};
	struct config_listen a, b;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ck_assert_ptr_null(config_listen_parse(rows[i].a, &a));
		ck_assert_ptr_null(config_listen_parse(rows[i].b, &b));
		ck_assert_msg(config_listen_overlap(&a, &b) == rows[i].overlap &&
		    config_listen_overlap(&b, &a) == rows[i].overlap, "%s and %s", rows[i].a, rows[i].b);
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("config files");
	TCase *t = tcase_create("config files");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, listen_entries_become_addresses);
	tcase_add_test(t, overlapping_entries_are_found);
	tcase_add_test(t, secrets_are_read_from_a_file_of_their_own);
	tcase_add_test(t, secrets_that_others_can_read_are_refused);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
