/*
 * check_control.c: the control socket of the master: how it is made and taken
 * away, what a client may do to it, and what is answered.
 */
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <check.h>

#include "master/children.h"
#include "master/control_request.h"
#include "master/control_socket.h"
#include "master/generation.h"
#include "master/reload.h"
#include "util/log.h"
#include "util/mem.h"
#include "value/json.h"

static struct master m;
static struct config config;
static char directory[64], path[96], why[256];

static void
name_socket(const char *name)
{
	struct config_error err;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	ck_assert_int_eq(config_set(&config, "control.socket", path, &err), 0);
}

static void
setup(void)
{
	struct config_error err;

	log_level(0);
	memset(&m, 0, sizeof(m));
	m.control[0].fd = m.control[1].fd = -1;
	m.options.config_path = "/etc/\"cmdr\".yaml";
	TAILQ_INIT(&m.listeners);
	generation_init(&m);
	ck_assert_ptr_nonnull(m.base = event_base_new());
	ck_assert_int_ne(m.board_fd = board_create(&m.board), -1);
	config_defaults(&config);
	ck_assert_int_eq(config_set(&config, "user", "", &err), 0);
	snprintf(directory, sizeof(directory), "/tmp/check-control-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	name_socket("control.sock");
}

static void
teardown(void)
{
	char command[128];

	control_socket_close_all(&m);
	snprintf(command, sizeof(command), "rm -rf %s", directory);
	ck_assert_int_eq(system(command), 0);
	config_free(&config);
}

static void
serve(void)
{
	ck_assert_msg(control_socket_open(&m, &config, why, sizeof(why)) == 0, "%s", why);
	control_socket_settle(&m, &config);
}

static int
client(void)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	memcpy(un.sun_path, path, strlen(path));
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&un, sizeof(un)), 0);
	return fd;
}

/* Serve until the other side is closed; what came, in text. */
static size_t
answer_of(int fd, char *text, size_t size)
{
	size_t len = 0;
	ssize_t n;

	for (;;) {
		event_base_loop(m.base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
		n = recv(fd, text + len, size - 1 - len, MSG_DONTWAIT);
		if (n == -1 && errno == EAGAIN) {
			usleep(1000);
			continue;
		}
		if (n <= 0)
			break;
		len += (size_t)n;
	}
	text[len] = '\0';
	close(fd);
	return len;
}

static const char *
ask(const char *line)
{
	static char text[1 << 16];
	int fd = client();

	ck_assert_int_eq(send(fd, line, strlen(line), 0), (ssize_t)strlen(line));
	answer_of(fd, text, sizeof(text));
	return text;
}

static bool
exists(void)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

START_TEST(it_is_made_and_taken_away)
{
	struct stat st;

	serve();
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert(S_ISSOCK(st.st_mode));
	ck_assert_uint_eq(st.st_mode & 07777, 0660);
	ck_assert_uint_eq(st.st_uid, geteuid());
	control_socket_close_all(&m);
	ck_assert(!exists());
	/* none is wanted */
	free(config.control.socket);
	config.control.socket = xstrdup("");
	serve();
	ck_assert_ptr_null(m.control[0].path);
}
END_TEST

START_TEST(it_is_the_groups_where_root_starts_it)
{
	struct config_error err;
	struct group *gr = getgrnam("nogroup");
	struct stat st;

	if (geteuid() != 0 || gr == NULL)
		return;
	ck_assert_int_eq(config_set(&config, "user", "nobody", &err), 0);
	ck_assert_int_eq(config_set(&config, "group", "nogroup", &err), 0);
	serve();
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0660);
	ck_assert_uint_eq(st.st_uid, 0);
	ck_assert_uint_eq(st.st_gid, gr->gr_gid);
	ck_assert_int_eq(config_set(&config, "group", "no-such-group", &err), 0);
	control_socket_close_all(&m);
	ck_assert_int_eq(control_socket_open(&m, &config, why, sizeof(why)), -1);
	ck_assert_ptr_nonnull(strstr(why, "the group of the configuration does not exist"));
	ck_assert(!exists());
}
END_TEST

START_TEST(a_stale_file_is_replaced_a_live_one_is_not)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	char wanted[64];

	memcpy(un.sun_path, path, strlen(path));
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&un, sizeof(un)), 0);
	ck_assert_int_eq(listen(fd, 1), 0);
	ck_assert_int_eq(control_socket_open(&m, &config, why, sizeof(why)), -1);
	snprintf(wanted, sizeof(wanted), "process %d answers there", (int)getpid());
	ck_assert_msg(strstr(why, wanted) != NULL && strstr(why, path) != NULL, "%s", why);
	ck_assert(exists());
	close(fd);
	serve();
	ck_assert_str_eq(ask("nothing\n"), "{\"ok\":false,\"error\":\"there is no such request; help tells "
	    "which there are\"}\n");
}
END_TEST

START_TEST(what_is_no_socket_stays)
{
	FILE *f = fopen(path, "w");

	ck_assert_ptr_nonnull(f);
	fclose(f);
	ck_assert_int_eq(control_socket_open(&m, &config, why, sizeof(why)), -1);
	ck_assert_ptr_nonnull(strstr(why, "no socket"));
	ck_assert(exists());
	name_socket("no/such/directory/c.sock");
	ck_assert_int_eq(control_socket_open(&m, &config, why, sizeof(why)), -1);
	ck_assert_ptr_nonnull(strstr(why, "No such file"));
}
END_TEST

START_TEST(a_reload_moves_it_or_leaves_it)
{
	char old[sizeof(path)];

	serve();
	memcpy(old, path, sizeof(path));
	/* given up: the old one serves on */
	name_socket("other.sock");
	ck_assert_int_eq(control_socket_open(&m, &config, why, sizeof(why)), 0);
	ck_assert(exists());
	control_socket_withdraw(&m);
	ck_assert(!exists());
	/* taken over: the old one goes */
	serve();
	ck_assert_ptr_nonnull(strstr(ask("help\n"), "\"reload\""));
	memcpy(path, old, sizeof(path));
	ck_assert(!exists());
}
END_TEST

START_TEST(a_line_may_come_in_pieces)
{
	static const char line[] = "help\n";
	char text[4096];
	int fd;

	serve();
	fd = client();
	for (size_t i = 0; i < sizeof(line) - 1; i++) {
		ck_assert_int_eq(send(fd, &line[i], 1, 0), 1);
		for (int turn = 0; turn < 3; turn++)
			event_base_loop(m.base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
	}
	answer_of(fd, text, sizeof(text));
	ck_assert_ptr_nonnull(strstr(text, "\"ok\":true"));
}
END_TEST

START_TEST(what_is_no_line_is_refused)
{
	char text[4096], line[1000];
	int fd;

	serve();
	memset(line, 'x', sizeof(line));
	fd = client();
	ck_assert_int_eq(send(fd, line, sizeof(line), 0), (ssize_t)sizeof(line));
	answer_of(fd, text, sizeof(text));
	ck_assert_ptr_nonnull(strstr(text, "no such request"));
	/* one that goes away without a word, and one that stays silent, which its deadline ends */
	close(client());
	ck_assert_uint_eq(answer_of(client(), text, sizeof(text)), 0);
	ck_assert_ptr_nonnull(strstr(ask("help\n"), "\"ok\":true"));
}
END_TEST

START_TEST(clients_are_few_and_the_others_wait)
{
	char text[4096];
	int fd[16];

	serve();
	for (int i = 0; i < 16; i++)
		fd[i] = client();
	for (int turn = 0; turn < 40; turn++)
		event_base_loop(m.base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
	/* the last comes when those before it were ended */
	ck_assert_int_eq(send(fd[15], "help\n", 5, 0), 5);
	answer_of(fd[15], text, sizeof(text));
	ck_assert_ptr_nonnull(strstr(text, "\"ok\":true"));
	for (int i = 0; i < 15; i++)
		close(fd[i]);
}
END_TEST

/* The answer as a value. */
static struct value
parsed(const char *text, struct arena *a)
{
	struct codec_error err;
	struct value v;

	ck_assert_msg(json_read((const uint8_t *)text, strlen(text), &codec_event_limits, a, &v, &err) == 0,
	    "%s: %s", err.text, text);
	return v;
}

START_TEST(the_status_is_whole)
{
	static const char *const members[] = { "version", "pid", "config", "clock_ms", "uptime_ms", "generations",
		"reload", "listen", "admin", "roles", "counters", "gauges", "topics", "producer", "tailer", "index" };
	struct role indexer = { .id = ROLE_INDEXER, .name = "indexer" };
	struct generation *g = generation_new(&m, 3, &config, -1, -1);
	struct child c = { .role = &indexer, .generation = g, .pid = 77, .control = -1, .state = CHILD_RESTING };
	const struct value *index, *list;
	struct arena a;
	struct value v, dead;

	arena_init(&a, 0);
	TAILQ_INSERT_TAIL(&m.children, &c, entry);
	board_begin(m.board, 3);
	atomic_store(&m.board->index.state, BOARD_INDEX_DISK_FULL);
	atomic_store(&m.board->index.partitions[BOARD_EVENTS], 2);
	atomic_store(&m.board->index.next[BOARD_EVENTS][1], 5);
	atomic_store(&m.board->index.end[BOARD_EVENTS][1], 12);
	board_add(board_slot(m.board, ROLE_INDEXER, 0, 3), COUNT_tail_records, 9);
	config_defaults(&config);
	name_socket("control.sock");
	free(config.user);
	config.user = xstrdup("");
	serve();
	v = parsed(ask("status\n"), &a);
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		ck_assert_msg(value_map_get(&v, members[i], false) != NULL, "no %s", members[i]);
	list = value_map_get(&v, "roles", false);
	ck_assert_uint_eq(list->n, 1);
	ck_assert_int_eq(value_map_get(&list->u.items[0], "pid", false)->u.integer, 77);
	dead = value_cstring("dead");
	ck_assert(value_equal(value_map_get(&list->u.items[0], "state", false), &dead));
	index = value_map_get(&v, "index", false);
	list = value_map_get(value_map_get(index, "events", false), "partitions", false);
	ck_assert_uint_eq(list->n, 2);
	ck_assert_int_eq(value_map_get(&list->u.items[1], "lag", false)->u.integer, 7);
	ck_assert(value_map_get(&v, "counters", false)->n + value_map_get(&v, "gauges", false)->n == COUNTERS);
	TAILQ_REMOVE(&m.children, &c, entry);
	arena_free(&a);
}
END_TEST

START_TEST(who_may_not_is_refused)
{
	struct control_asker stranger = { .cred = { .pid = 4711, .uid = 4711, .gid = 4711 }, .may = false };
	static const char *const words[] = { "status", "ready", "reload", "stop", "rebuild", "help" };
	struct buf out;

	buf_init(&out, 0);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		buf_reset(&out);
		control_request(&m, words[i], &stranger, &out);
		ck_assert_str_eq(buf_cstr(&out), "{\"ok\":false,\"error\":\"only root and the user and group of "
		    "the configuration may\"}\n");
	}
	ck_assert_uint_eq(m.reload.number, 0);
	buf_free(&out);
}
END_TEST

START_TEST(a_rebuild_needs_an_indexer)
{
	struct generation *g;

	serve();
	config.index.enabled = 0;
	g = generation_new(&m, 1, &config, -1, -1);
	ck_assert_ptr_nonnull(strstr(ask("rebuild\n"), "index.enabled is false"));
	g->config.index.enabled = 1;
	ck_assert_ptr_nonnull(strstr(ask("rebuild\n"), "the indexer is not ready"));
	config_defaults(&config);
}
END_TEST

/* Serve until the reload of this number has ended. */
static void
await_reload(unsigned number)
{
	while (m.reload.number != number || m.reload.state == RELOAD_CHECKING) {
		int status;
		pid_t pid;

		event_base_loop(m.base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
		if ((pid = waitpid(-1, &status, WNOHANG)) > 0)
			reload_reaped(&m, pid, status);
		usleep(1000);
	}
}

START_TEST(a_reload_says_what_became_of_it)
{
	struct value v, wanted;
	struct arena a;

	arena_init(&a, 0);
	serve();
	generation_new(&m, 1, &config, -1, -1)->state = GENERATION_RUNNING;
	/* what checks the file fails without a word */
	m.options.exe = "/bin/false";
	ck_assert_str_eq(ask("reload\n"), "{\"ok\":true,\"reload\":1}\n");
	ck_assert_str_eq(ask("reload\n"), "{\"ok\":true,\"reload\":2}\n");
	await_reload(2);
	ck_assert_int_eq(m.reload.state, RELOAD_FAILED);
	ck_assert_str_eq(m.reload.why, "the installed /bin/false does not run: exit status 1");
	/* it cannot be run at all */
	m.options.exe = "/nonexistent/cmdrd";
	ck_assert_str_eq(ask("reload\n"), "{\"ok\":true,\"reload\":3}\n");
	v = parsed(ask("status\n"), &a);
	wanted = value_cstring("/nonexistent/cmdrd cannot be run: No such file or directory");
	ck_assert(value_equal(value_map_get(value_map_get(&v, "reload", false), "error", false), &wanted));
	reload_ended(&m, NULL);
	ck_assert_int_eq(m.reload.state, RELOAD_DONE);
	ck_assert_ptr_null(m.reload.why);
	config_defaults(&config);
	arena_free(&a);
}
END_TEST

START_TEST(text_is_escaped)
{
	struct buf out;
	struct jsonw w;
	struct arena a;
	struct value v;

	arena_init(&a, 0);
	buf_init(&out, 0);
	w = jsonw_of(&out);
	jsonw_begin(&w, NULL, '[');
	jsonw_string(&w, NULL, "q\" b\\ n\n d\x7f \xc3\xa4 \xf0\x9f\x98\x80");
	jsonw_string(&w, NULL, "\xff \xc3 \xed\xa0\x80 \xc0\x80");
	jsonw_string(&w, NULL, NULL);
	jsonw_int(&w, NULL, INT64_MIN);
	jsonw_begin(&w, NULL, '{');
	jsonw_bool(&w, "a\"", true);
	jsonw_null(&w, "b");
	jsonw_end(&w, '}');
	jsonw_end(&w, ']');
	ck_assert_str_eq(buf_cstr(&out), "[\"q\\\" b\\\\ n\\u000a d\\u007f \xc3\xa4 \xf0\x9f\x98\x80\","
	    "\"\xef\xbf\xbd \xef\xbf\xbd \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd \xef\xbf\xbd\xef\xbf\xbd\","
	    "null,-9223372036854775808,{\"a\\\"\":true,\"b\":null}]");
	v = parsed(buf_cstr(&out), &a);
	ck_assert_uint_eq(v.n, 5);
	buf_free(&out);
	arena_free(&a);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("control");
	TCase *tc = tcase_create("control socket");
	SRunner *sr;
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, it_is_made_and_taken_away);
	tcase_add_test(tc, it_is_the_groups_where_root_starts_it);
	tcase_add_test(tc, a_stale_file_is_replaced_a_live_one_is_not);
	tcase_add_test(tc, what_is_no_socket_stays);
	tcase_add_test(tc, a_reload_moves_it_or_leaves_it);
	tcase_add_test(tc, a_line_may_come_in_pieces);
	tcase_add_test(tc, what_is_no_line_is_refused);
	tcase_add_test(tc, clients_are_few_and_the_others_wait);
	tcase_add_test(tc, the_status_is_whole);
	tcase_add_test(tc, who_may_not_is_refused);
	tcase_add_test(tc, a_rebuild_needs_an_indexer);
	tcase_add_test(tc, a_reload_says_what_became_of_it);
	tcase_add_test(tc, text_is_escaped);
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? 0 : 1;
}
