/*
 * check_ctl.c: what the commands of cmdrctl share: options by tables, numbers
 * for people, members of answers. The commands are driven by ctl.sh and by
 * tests/system/ctl.py.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <check.h>

#include "ctl/ctl.h"
#include "ctl/field.h"
#include "ctl/screen.h"
#include "ctl/settings.h"
#include "value/json.h"

enum { ONE = 1, TWO, THREE };

static const struct ctl_option options[] = {
	{ ONE, 'o', "one", NULL, NULL, "a switch" },
	{ TWO, '\0', "two", "X", NULL, "takes one" },
	{ THREE, 't', "three", "[X]", NULL, "may take one" },
	{ .name = NULL },
};
static const struct ctl_command command = { .name = "test", .usage = "", .options = options,
	.where = CTL_CONFIG | CTL_URL };

static int		 taken[8];
static const char	*values[8];
static int		 ntaken;

static int
take(void *arg, int id, const char *value)
{
	ck_assert_ptr_eq(arg, &command);
	taken[ntaken] = id;
	values[ntaken++] = value;
	return value != NULL && strcmp(value, "bad") == 0 ? CTL_USAGE : CTL_OK;
}

static int
parse(struct ctl_where *where, int *operand, char **argv)
{
	int argc = 0;

	while (argv[argc] != NULL)
		argc++;
	ntaken = 0;
	/* what is wrong is told on stderr, which a passing test should not fill */
	ck_assert_ptr_nonnull(freopen("/dev/null", "w", stderr));
	return ctl_parse(&command, argc, argv, where, take, (void *)(uintptr_t)&command, operand);
}

#define PARSE(...) parse(&where, &operand, (char *[]){ "test", __VA_ARGS__, NULL })

START_TEST(options_come_by_their_table)
{
	struct ctl_where where;
	int operand;

	ck_assert_int_eq(PARSE("a", "-o", "--two", "x", "b", "--three", "--three=y", "-f", "conf", "--url", "u"), CTL_OK);
	ck_assert_int_eq(ntaken, 4);
	ck_assert_int_eq(taken[0], ONE);
	ck_assert_int_eq(taken[1], TWO);
	ck_assert_str_eq(values[1], "x");
	ck_assert_int_eq(taken[2], THREE);
	ck_assert_ptr_null(values[2]);
	ck_assert_str_eq(values[3], "y");
	ck_assert_str_eq(where.config, "conf");
	ck_assert_str_eq(where.url, "u");
	ck_assert_ptr_null(where.socket);
	ck_assert_int_eq(operand, 10);	/* a and b stand behind the options now */
}
END_TEST

START_TEST(wrong_options_are_refused)
{
	struct ctl_where where;
	int operand;

	ck_assert_int_eq(PARSE("--four"), CTL_USAGE);
	ck_assert_int_eq(PARSE("-x"), CTL_USAGE);
	ck_assert_int_eq(PARSE("--one=1"), CTL_USAGE);
	ck_assert_int_eq(PARSE("--two"), CTL_USAGE);
	ck_assert_int_eq(PARSE("-f"), CTL_USAGE);
	ck_assert_int_eq(PARSE("--two", "bad", "-o"), CTL_USAGE);
	ck_assert_int_eq(ntaken, 1);
	/* a common one that this command does not take */
	ck_assert_int_eq(PARSE("--socket", "s"), CTL_USAGE);
}
END_TEST

START_TEST(tables_are_sound)
{
	for (const struct ctl_command *c = ctl_commands; c->name != NULL; c++) {
		ck_assert_ptr_eq(ctl_find(c->name), c);
		ck_assert(c->run != NULL && c->usage != NULL && c->doc != NULL);
		ck_assert_int_eq(c->summary[strlen(c->summary) - 1], '.');
		ck_assert(*c->doc == '\0' || c->doc[strlen(c->doc) - 1] == '\n');
		for (const struct ctl_option *o = c->options; o != NULL && o->name != NULL; o++) {
			ck_assert_int_gt(o->id, 0);
			for (const struct ctl_option *p = o + 1; p->name != NULL; p++)
				ck_assert(p->id != o->id && strcmp(p->name, o->name) != 0 &&
				    (p->letter != o->letter || p->letter == '\0'));
			for (const struct ctl_option *p = ctl_common; p->name != NULL; p++)
				ck_assert(strcmp(p->name, o->name) != 0 && (p->letter != o->letter || p->letter == '\0'));
		}
	}
	ck_assert_ptr_null(ctl_find("nothing"));
}
END_TEST

START_TEST(numbers_are_for_people)
{
	static const struct {
		int64_t		 n;
		const char	*count, *bytes, *duration;
	} rows[] = {
		{ 0, "0", "0 B", "00:00:00" },
		{ 999, "999", "999 B", "00:00:00" },
		{ 1000, "1,000", "1000 B", "00:00:01" },
		{ 1234567, "1,234,567", "1.2 MiB", "00:20:34" },
		{ 86399999, "86,399,999", "82.4 MiB", "23:59:59" },
		{ 90061000, "90,061,000", "85.9 MiB", "1 d 01:01:01" },
		{ INT64_MAX, "9,223,372,036,854,775,807", "8388608.0 TiB", "106751991167 d 07:12:55" },
	};
	char text[64];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ck_assert_str_eq(screen_count(rows[i].n, text, sizeof(text)), rows[i].count);
		ck_assert_str_eq(screen_bytes(rows[i].n, text, sizeof(text)), rows[i].bytes);
		ck_assert_str_eq(screen_duration(rows[i].n, text, sizeof(text)), rows[i].duration);
	}
	ck_assert_str_eq(screen_count(-1234, text, sizeof(text)), "-1,234");
	ck_assert_str_eq(screen_count(1234567, text, 6), "1,23");
}
END_TEST

START_TEST(members_that_are_not_there)
{
	static const char json[] = "{\"a\":1,\"b\":true,\"c\":\"x\\u0007y\",\"d\":[{\"e\":2}]}";
	struct codec_error err;
	struct arena a;
	struct value v;
	char text[16];

	arena_init(&a, 0);
	ck_assert_int_eq(json_read((const uint8_t *)json, strlen(json), &codec_event_limits, &a, &v, &err), 0);
	ck_assert_int_eq(field_int(&v, "a", 7), 1);
	ck_assert_int_eq(field_int(&v, "b", 7), 7);
	ck_assert_int_eq(field_int(NULL, "a", 7), 7);
	ck_assert(field_true(&v, "b") && !field_true(&v, "a") && !field_true(NULL, "b"));
	ck_assert_str_eq(field_text(&v, "c", text, sizeof(text)), "x?y");
	ck_assert_str_eq(field_text(&v, "z", text, sizeof(text)), "");
	ck_assert_int_eq(field_int(field_item(field(&v, "d"), 0), "e", 0), 2);
	ck_assert_ptr_null(field_item(field(&v, "d"), 1));
	ck_assert_ptr_null(field_item(field(&v, "a"), 0));
	arena_free(&a);
}
END_TEST

static void
settle(const char *text, struct settings *s)
{
	char path[] = "/tmp/check-ctl-XXXXXX";
	struct ctl_where where = { .config = path };
	int fd = mkstemp(path);

	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	ck_assert_int_eq(settings_load(&command, &where, s), CTL_OK);
	unlink(path);
}

START_TEST(where_the_daemon_is)
{
	static const struct {
		const char	*listen, *url, *path;
	} rows[] = {
		{ "\"3000\"", "http://127.0.0.1:3000", "" },
		{ "0.0.0.0:80", "http://127.0.0.1:80", "" },
		{ "192.0.2.1:80", "http://192.0.2.1:80", "" },
		{ "\"[::]:80\"", "http://[::1]:80", "" },
		{ "\"[2001:db8::1]:80\"", "http://[2001:db8::1]:80", "" },
		{ "\"unix:/run/x.sock\"", "http://localhost", "/run/x.sock" },
	};
	struct settings s;
	char text[256];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(text, sizeof(text), "auth: none\nhttp:\n  listen: [%s]\n", rows[i].listen);
		settle(text, &s);
		ck_assert_str_eq(s.trouble, "");
		ck_assert_str_eq(s.http.url, rows[i].url);
		ck_assert_str_eq(s.http.path, rows[i].path);
		ck_assert_str_eq(s.admin.url, rows[i].url);
		settings_free(&s);
	}
	settle("http:\n  admin: [127.0.0.1:9]\nkafka:\n  properties: {client.id: x}\n", &s);
	ck_assert_str_eq(s.admin.url, "http://127.0.0.1:9");
	ck_assert_uint_eq(s.npairs, 1);
	ck_assert_str_eq(s.pair[0].value, "x");
	settings_free(&s);
	/* a mistake: defaults, and why */
	settle("htp: 1\n", &s);
	ck_assert_ptr_nonnull(strstr(s.trouble, ":1:1: htp"));
	ck_assert_str_eq(s.http.url, "http://127.0.0.1:3000");
	settings_free(&s);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("ctl");
	TCase *tc = tcase_create("what commands share");
	SRunner *sr;
	int failed;

	tcase_add_test(tc, options_come_by_their_table);
	tcase_add_test(tc, wrong_options_are_refused);
	tcase_add_test(tc, tables_are_sound);
	tcase_add_test(tc, numbers_are_for_people);
	tcase_add_test(tc, members_that_are_not_there);
	tcase_add_test(tc, where_the_daemon_is);
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? 0 : 1;
}
