/*
 * check_config_tls.c: the keys of TLS: how listeners are spelled, what they must
 * agree on, and the files that they name (src/daemon/config_listen.c,
 * config_check.c, config_files.c).
 */
#include <sys/stat.h>

#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <check.h>

#include "daemon/config_files.h"
#include "daemon/config_listen.h"
#include "util/mem.h"

#define FILES	"tls: { certificate: /c, key: /k }\n"
#define KIB	((size_t)1024)

static char folder[64], path[128];
static struct config config;
static struct config_error err;

static void
write_file(const char *name, const char *text, size_t len, mode_t mode)
{
	int fd;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	ck_assert_int_ne(fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600), -1);
	ck_assert_int_eq(write(fd, text, len), (ssize_t)len);
	ck_assert_int_eq(fchmod(fd, mode), 0);
	close(fd);
}

static void
setup(void)
{
	unsetenv("PORT");
	strcpy(folder, "/tmp/check_config.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void
teardown(void)
{
	static const char *const names[] = { "c", "k", "a", "d", "cmdr.yaml" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		remove(path);
	}
	ck_assert_int_eq(rmdir(folder), 0);
}

static int
load(const char *text)
{
	char whole[2048];

	/* What others may do is not what this suite is about. */
	snprintf(whole, sizeof(whole), "%sauth: none\n", text);
	write_file("cmdr.yaml", whole, strlen(whole), 0600);
	memset(&err, 0, sizeof(err));
	return config_load(&config, path, &err);
}

static void
loads(const char *text)
{
	if (load(text) == -1)
		ck_abort_msg("refused: %s", err.text);
	config_free(&config);
}

static void
refused(const char *text, int line, const char *says)
{
	ck_assert_msg(load(text) == -1, "taken: %s", text);
	ck_assert_msg(strstr(err.text, says) != NULL, "expected \"%s\" in: %s", says, err.text);
	ck_assert_msg(err.line == line, "expected line %d: %s", line, err.text);
}

START_TEST(tls_stands_before_an_address)
{
	static const struct {
		const char	*text;
		int		 family, count;
		unsigned	 port;
	} rows[] = {
		{ "tls:3443", AF_INET, 2, 3443 },
		{ "tls:127.0.0.1:3443", AF_INET, 1, 3443 },
		{ "tls:[::1]:3443", AF_INET6, 1, 3443 },
		{ "tls:0.0.0.0:65535", AF_INET, 1, 65535 },
	};
	static const char *const bad[] = { "tls", "tls:", "tls:0", "tls:65536", "tls:+1", "tls: 1", "TLS:1", "tls:a:1",
		"tls:tls:1", "tls::1", "tls:::1:1", "tls:unix:/run/x", "unix:tls:1", "tls:https:1", "tls:1:" };
	struct config_listen l;
	struct sockaddr_in four;
	char out[64];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ck_assert_ptr_null(config_listen_parse(rows[i].text, &l));
		ck_assert_msg(l.tls && l.count == rows[i].count && l.addr[0].ss_family == rows[i].family, "%s",
		    rows[i].text);
		memcpy(&four, &l.addr[0], sizeof(four));
		ck_assert_uint_eq(ntohs(four.sin_port), rows[i].port);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(config_listen_parse(bad[i], &l) != NULL, "%s is taken", bad[i]);
	ck_assert_ptr_null(config_listen_parse("3443", &l));
	ck_assert(!l.tls);
	ck_assert_int_eq(config_listen_with_port("tls:3443", "81", out, sizeof(out)), 0);
	ck_assert_str_eq(out, "tls:81");
	ck_assert_int_eq(config_listen_with_port("tls:[::1]:3443", "81", out, sizeof(out)), 0);
	ck_assert_str_eq(out, "tls:[::1]:81");
}
END_TEST

START_TEST(a_listener_needs_what_it_shows)
{
	loads(FILES "http: { listen: [ 3000, tls:3443 ] }\n");
	loads(FILES "http: { listen: 'tls:3443', admin: '127.0.0.1:3001' }\n");
	loads(FILES "http: { listen: 3000, admin: 'tls:3001' }\n");
	/* Named for later. */
	loads(FILES);
	refused("http:\n  listen: [ 3000, tls:3443 ]\n", 2,
	    "http.listen: \"tls:3443\" needs tls.certificate and tls.key; found no tls.certificate");
	refused("tls: { certificate: /c }\nhttp: { listen: tls:3443 }\n", 2, "found no tls.key");
	refused("tls: { key: /k }\nhttp: { listen: tls:3443 }\n", 2, "found no tls.certificate");
	refused("http:\n  listen: 3000\n  admin: tls:3001\n", 3,
	    "http.admin: \"tls:3001\" needs tls.certificate and tls.key");
	refused("tls:\n  key: k\n", 2, "expected an absolute path");
	refused("tls:\n  min_version: 1.1\n", 2, "1.2");
	refused("tls:\n  handshake_timeout: 10m\n", 2, "from 1s to 5m");
	refused("tls:\n  max_handshakes: 0\n", 2, "from 1 to 100000");
	refused("tls:\n  client_certificates: maybe\n", 2, "none");
}
END_TEST

START_TEST(an_address_is_with_tls_or_without)
{
	refused(FILES "http:\n  listen: [ 3000, tls:3000 ]\n", 3, "http.listen: expected an address with TLS or without "
	    "it; found \"3000\" and \"tls:3000\"");
	refused(FILES "http: { listen: [ tls:127.0.0.1:3000, 3000 ] }\n", 2, "with TLS or without it");
	refused(FILES "http: { listen: [ tls:3000, '[::1]:3000' ] }\n", 2, "with TLS or without it");
	refused(FILES "http: { admin: [ tls:3001, 3001 ] }\n", 2, "http.admin: expected an address with TLS");
	refused(FILES "http: { listen: [ tls:3000, tls:3000 ] }\n", 2, "twice");
	refused(FILES "http: { listen: tls:3000, admin: 3000 }\n", 2, "http.admin: expected an address that http.listen");
	refused(FILES "http: { listen: 3000, admin: tls:3000 }\n", 2, "http.admin: expected an address that http.listen");
	loads(FILES "http: { listen: [ tls:127.0.0.1:3000, 127.0.0.2:3000 ] }\n");
}
END_TEST

START_TEST(clients_certificates_need_their_authorities)
{
	loads("tls: { certificate: /c, key: /k, client_ca: /a, client_certificates: required }\nhttp: { listen: tls:3000 }\n");
	/* Named, and not asked for. */
	loads("tls: { certificate: /c, key: /k, client_ca: /a }\nhttp: { listen: tls:3000 }\n");
	refused("http: { listen: tls:3000 }\ntls: { certificate: /c, key: /k, client_certificates: optional }\n", 2,
	    "tls.client_certificates: expected the authorities that sign them in tls.client_ca; found none");
	refused("tls: { client_ca: /a, client_certificates: required }\n", 1,
	    "tls.client_certificates: expected a listener with tls:");
}
END_TEST

static int
copy(const char *certificate, const char *key)
{
	char text[1024];
	int fd;

	snprintf(text, sizeof(text), "tls: { certificate: %s/%s, key: %s/%s }\n", folder, certificate, folder, key);
	if (load(text) == -1)
		ck_abort_msg("refused: %s", err.text);
	fd = config_files_copy(&config, &err);
	config_free(&config);
	return fd;
}

static void
not_copied(const char *certificate, const char *key, const char *says)
{
	ck_assert_int_eq(copy(certificate, key), -2);
	ck_assert_msg(strstr(err.text, says) != NULL, "expected \"%s\" in: %s", says, err.text);
}

START_TEST(files_are_copied_as_they_are)
{
	struct config_files f;
	char *large = xcalloc(1, 1024 * KIB);
	int fd;

	write_file("c", large, 1024 * KIB, 0644);
	write_file("k", "key\n", 4, 0640);
	ck_assert_int_ge(fd = copy("c", "k"), 0);
	/* Whatever happens to them afterwards. */
	write_file("k", "another", 7, 0640);
	ck_assert_int_eq(config_files_map(fd, &f), 0);
	ck_assert_uint_eq(f.file[CONFIG_FILE_TLS_CERTIFICATE].len, 1024 * KIB);
	ck_assert_uint_eq(f.file[CONFIG_FILE_TLS_KEY].len, 4);
	ck_assert_mem_eq(f.file[CONFIG_FILE_TLS_KEY].text, "key\n", 4);
	ck_assert_ptr_null(f.file[CONFIG_FILE_TLS_CLIENT_CA].text);
	ck_assert_uint_eq(f.file[CONFIG_FILE_TLS_TICKETS].len, CONFIG_TICKETS);
	ck_assert_mem_ne(f.file[CONFIG_FILE_TLS_TICKETS].text, large, CONFIG_TICKETS);
	config_files_unmap(&f);
	close(fd);
	/* A symbolic link is as good as what it leads to. */
	snprintf(path, sizeof(path), "%s/a", folder);
	ck_assert_int_eq(symlink("k", path), 0);
	ck_assert_int_ge(fd = copy("c", "a"), 0);
	close(fd);
	free(large);
}
END_TEST

START_TEST(what_is_no_such_file_is_told)
{
	char *large = xcalloc(1, 1024 * KIB + 1), odd[128];

	write_file("c", "c", 1, 0644);
	not_copied("c", "k", "tls.key cannot be opened: No such file");
	not_copied("k", "c", "tls.certificate cannot be opened");
	snprintf(odd, sizeof(odd), "%s/d", folder);
	ck_assert_int_eq(mkdir(odd, 0700), 0);
	not_copied("d", "c", "tls.certificate: expected a file; it is something else");
	ck_assert_int_eq(rmdir(odd), 0);
	ck_assert_int_eq(mkfifo(odd, 0600), 0);
	not_copied("d", "c", "tls.certificate: expected a file; it is something else");
	write_file("k", large, 1024 * KIB + 1, 0600);
	not_copied("c", "k", "tls.key: expected at most 1024 KiB; the file is larger");
	free(large);
}
END_TEST

START_TEST(a_key_is_for_its_owner_and_group)
{
	static const struct {
		mode_t	mode;
		bool	taken;
	} rows[] = { { 0400, true }, { 0600, true }, { 0640, true }, { 0440, true }, { 0644, false }, { 0604, false },
		{ 0660, false }, { 0601, false }, { 0620, false }, { 0602, false } };
	char says[64];
	int fd;

	write_file("c", "c", 1, 0666);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		write_file("k", "k", 1, rows[i].mode);
		if (rows[i].taken) {
			ck_assert_int_ge(fd = copy("c", "k"), 0);
			close(fd);
		} else {
			snprintf(says, sizeof(says), "only its owner and group can read; found mode %04o", (unsigned)rows[i].mode);
			not_copied("c", "k", says);
		}
		snprintf(path, sizeof(path), "%s/k", folder);
		ck_assert_int_eq(remove(path), 0);
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("config tls");
	TCase *t = tcase_create("config tls");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, tls_stands_before_an_address);
	tcase_add_test(t, a_listener_needs_what_it_shows);
	tcase_add_test(t, an_address_is_with_tls_or_without);
	tcase_add_test(t, clients_certificates_need_their_authorities);
	tcase_add_test(t, files_are_copied_as_they_are);
	tcase_add_test(t, what_is_no_such_file_is_told);
	tcase_add_test(t, a_key_is_for_its_owner_and_group);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
