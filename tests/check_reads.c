/*
 * check_reads.c: reading over HTTP, from an index that the test writes: single
 * records, pages, validators, waiting, pages for people.
 */
#include "index/writer.h"
#include "value/codec.h"
#include "value/fressian.h"

#include "worker_client.h"

static char dir[64];
static struct index_writer *w;
static struct id command, event, spare;

/* {:id … (:parent …) :action … :data {"k" text}}, in the index. */
static void
add(enum index_topic topic, const struct id *id, const struct id *parent, const char *action,
    const char *text, int64_t offset)
{
	struct index_record rec = { .id = *id, .action = action, .partition = 1, .offset = offset,
		.timestamp = 1474374896789 + offset };
	struct value items[8], data[2], v;
	struct codec_error err;
	struct buf b = { 0 };
	struct arena a;
	size_t n = 0;

	arena_init(&a, 0);
	items[2 * n] = value_ckeyword(&a, "id");
	items[2 * n++ + 1] = value_uuid(&a, id);
	if (parent != NULL) {
		items[2 * n] = value_ckeyword(&a, "parent");
		items[2 * n++ + 1] = value_uuid(&a, parent);
		rec.has_parent = true;
		rec.parent = *parent;
	}
	items[2 * n] = value_ckeyword(&a, "action");
	items[2 * n++ + 1] = value_ckeyword(&a, action);
	data[0] = value_ckeyword(&a, "k");
	data[1] = value_cstring(text);
	items[2 * n] = value_ckeyword(&a, "data");
	items[2 * n++ + 1] = value_map(data, 1);
	v = value_map(items, n);
	ck_assert_int_eq(fressian_write(&b, &v, &err), 0);
	rec.value = b.data;
	rec.value_len = b.len;
	ck_assert_int_eq(index_writer_begin(w), INDEX_OK);
	ck_assert_int_eq(index_writer_add(w, topic, &rec), INDEX_OK);
	ck_assert_int_eq(index_writer_commit(w), INDEX_OK);
	atomic_store(&f.board->index.next[topic][1], offset + 1);
	atomic_fetch_add(&f.board->index.commits, 1);
	buf_free(&b);
	arena_free(&a);
}

static void
begin(void)
{
	char err[512];

	start();
	strcpy(dir, "/tmp/check_reads.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_msg(index_writer_open(&w, dir, "commands", "events", err, sizeof(err)) == INDEX_OK, "%s",
	    err);
	ck_assert_int_eq(index_writer_files(w, f.index_fd), INDEX_OK);
	set("index.directory", dir);
	atomic_store(&f.board->index.state, BOARD_INDEX_RUNNING);
	id_parse("ab675ea0-7f6d-11e6-bcdd-540e9df06c05", ID_TEXT, &command);
	id_parse("075415a0-7f6e-11e6-bcdd-540e9df06c05", ID_TEXT, &event);
	id_parse("ffffffff-7f6e-11e6-bcdd-540e9df06c05", ID_TEXT, &spare);
	add(INDEX_COMMANDS, &command, NULL, "create-foo", "map data payload", 0);
	add(INDEX_EVENTS, &event, &command, "foo-created", "<script>alert(\"1\" & '2')</script>\x01", 0);
}

static void
end(void)
{
	char line[128];

	stop();
	index_writer_close(w);
	snprintf(line, sizeof(line), "rm -rf '%s'", dir);
	ck_assert_int_eq(system(line), 0);
}

#define C "/commands/ab675ea0-7f6d-11e6-bcdd-540e9df06c05"
#define E "/events/075415a0-7f6e-11e6-bcdd-540e9df06c05"

START_TEST(one_record)
{
	fake_start(&f);
	dial();
	ask("GET " C "\n", "");
	ck_assert_int_eq(answer(), 200);
	ck_assert_msg(has("{\"id\":\"ab675ea0-7f6d-11e6-bcdd-540e9df06c05\",\"action\":\"create-foo\","
	    "\"data\":{\"k\":\"map data payload\"},\"timestamp\":1474374896789,\"topic\":\"commands\","
	    "\"partition\":1,\"offset\":0,\"children\":[\"075415a0-7f6e-11e6-bcdd-540e9df06c05\"]}"),
	    "%s", c.got);
	ask("GET /commands/AB675EA0-7F6D-11E6-BCDD-540E9DF06C05\n", "");
	ck_assert_int_eq(answer(), 200);
	ask("GET " E "\nAccept: application/edn\r\n", "");
	ck_assert_int_eq(answer(), 200);
	ck_assert_msg(has("{:id #uuid \"075415a0-7f6e-11e6-bcdd-540e9df06c05\", :parent #uuid "
	    "\"ab675ea0-7f6d-11e6-bcdd-540e9df06c05\", :action :foo-created, "), "%s", c.got);
	c.head = true;
	ask("HEAD " C "\n", "");
	ck_assert_int_eq(answer(), 200);
	c.head = false;
	ask("GET /commands/ffffffff-7f6e-11e6-bcdd-540e9df06c05\n", "");
	ck_assert_int_eq(answer(), 404);
	ask("GET /events/ffffffff-7f6e-11e6-bcdd-540e9df06c05\n", "");
	ck_assert_int_eq(answer(), 404);
	ask("GET /commands/7\n", "");
	ck_assert_int_eq(answer(), 400);
	ask("GET /commands/x/ab675ea0-7f6d-11e6-bcdd-540e9df06c05\n", "");
	ck_assert_int_eq(answer(), 400);
	ask("DELETE " C "\n", "");
	ck_assert_int_eq(answer(), 405);
}
END_TEST

static char *
tag(void)
{
	static char text[64];
	const char *at = strstr(c.got, "\r\nETag: ");

	ck_assert_ptr_nonnull(at);
	ck_assert_int_eq(sscanf(at, "\r\nETag: %63[^\r]", text), 1);
	return text;
}

START_TEST(validators)
{
	char head[256], first[64];

	fake_start(&f);
	dial();
	ask("GET " C "\n", "");
	ck_assert_int_eq(answer(), 200);
	strcpy(first, tag());
	snprintf(head, sizeof(head), "GET " C "\nIf-None-Match: \"x\", W/%s\r\n", first);
	ask(head, "");
	ck_assert_int_eq(answer(), 304);
	ck_assert(strcmp(tag(), first) == 0);
	ask("GET " C "\nIf-None-Match: *\r\n", "");
	ck_assert_int_eq(answer(), 304);
	/* What was selected hangs on both, and what is not sent has no length, for HEAD either. */
	ck_assert(has("Vary: Accept\r\n") && has("Vary: Accept-Encoding\r\n") && !has("Content-Length"));
	ask("HEAD " C "\nIf-None-Match: *\r\n", "");
	ck_assert_int_eq(answer(), 304);
	ck_assert(!has("Content-Length"));
	/* If-Match compares strongly. */
	snprintf(head, sizeof(head), "GET " C "\nIf-Match: \"x\", %s\r\n", first);
	ask(head, "");
	ck_assert_int_eq(answer(), 200);
	snprintf(head, sizeof(head), "GET " C "\nIf-Match: W/%s\r\n", first);
	ask(head, "");
	ck_assert_int_eq(answer(), 412);
	ck_assert(has("urn:cmdr:problem:precondition-failed"));
	/* Another form is another representation, a further child makes another one too. */
	snprintf(head, sizeof(head), "GET " C "\nAccept: application/edn\r\nIf-None-Match: %s\r\n", first);
	ask(head, "");
	ck_assert_int_eq(answer(), 200);
	add(INDEX_EVENTS, &spare, &command, "foo-seen", "", 1);
	snprintf(head, sizeof(head), "GET " C "\nIf-None-Match: %s\r\n", first);
	ask(head, "");
	ck_assert_int_eq(answer(), 200);
	ck_assert(strcmp(tag(), first) != 0);
}
END_TEST

START_TEST(a_page_for_people_holds_no_markup_of_others)
{
	fake_start(&f);
	dial();
	ask("GET " E "\nAccept: text/html\r\n", "");
	ck_assert_int_eq(answer(), 200);
	ck_assert_msg(has("&lt;script&gt;alert("), "%s", c.got);
	ck_assert(!has("<script") && !has("alert(\""));
	ck_assert(has("Content-Security-Policy: default-src 'none'") && has("nosniff"));
	ck_assert(has("<a href=\"/commands/ab675ea0-7f6d-11e6-bcdd-540e9df06c05\">"));
	ask("GET " C "\nAccept: text/html;q=0.5, application/json\r\n", "");
	ck_assert_int_eq(answer(), 200);
	ck_assert(has("application/json"));
	ask("GET /commands\nAccept: text/html\r\n", "");
	ck_assert_int_eq(answer(), 406);
}
END_TEST

static const struct {
	const char	*query;
	int		 status;
	const char	*says;
} lists[] = {
	{ "/commands", 200, "],\"limit\":100,\"offset\":0,\"total\":1}" },
	{ "/events?limit=1", 200, "\"next\":\"" },
	{ "/events?limit=2", 200, "\"limit\":2,\"offset\":0,\"total\":2}" },
	{ "/events?offset=1&limit=1", 200, "\"limit\":1,\"offset\":1,\"total\":2}" },
	{ "/events?offset=5", 200, "{\"events\":[],\"limit\":100,\"offset\":5,\"total\":2}" },
	{ "/events?action=foo-created", 200, "\"total\":1}" },
	{ "/events?action=:foo-created", 200, "\"total\":1}" },
	{ "/events?action=nobody", 200, "{\"events\":[],\"limit\":100,\"offset\":0,\"total\":0}" },
	{ "/events?parent=ab675ea0-7f6d-11e6-bcdd-540e9df06c05", 200, "\"total\":2}" },
	{ "/events?parent=ab675ea0-7f6d-11e6-bcdd-540e9df06c05&action=foo-seen", 200, "\"total\":1}" },
	{ "/events?since=1474374896790", 200, "\"total\":1}" },
	{ "/events?until=1474374896790", 200, "\"total\":1}" },
	{ "/events?since=2016-09-20T12:34:56.789Z&until=2016-09-20T12:34:57Z", 200, "\"total\":2}" },
	{ "/events?since=2016-09-20T14:34:56.790%2B02:00", 200, "\"total\":1}" },
	{ "/commands?parent=x&unknown=y", 200, "\"total\":1}" },
	{ "/commands?limit=0", 400, "limit" },
	{ "/commands?limit=1001", 400, "limit" },
	{ "/commands?limit=x", 400, "limit" },
	{ "/commands?limit=1&limit=2", 400, "limit" },
	{ "/commands?offset=-1", 400, "offset" },
	{ "/commands?offset=99999999999999999999", 400, "offset" },
	{ "/commands?after=x", 400, "after" },
	{ "/commands?after=&offset=1", 400, "after" },
	{ "/commands?since=yesterday", 400, "since" },
	{ "/commands?until=", 400, "until" },
	{ "/events?parent=7", 400, "parent" },
	{ "/events?action=", 400, "action" },
};

START_TEST(pages)
{
	char line[256];

	add(INDEX_EVENTS, &spare, &command, "foo-seen", "", 1);
	fake_start(&f);
	dial();
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		int status;

		snprintf(line, sizeof(line), "GET %s\n", lists[i].query);
		ask(line, "");
		status = answer();
		ck_assert_msg(status == lists[i].status && has(lists[i].says), "%s: %s", lists[i].query,
		    c.got);
	}
	ask("GET /events?limit=1\n", "");
	ck_assert_int_eq(answer(), 200);
	ck_assert_int_eq(sscanf(strstr(c.got, "\"next\":\"") + 8, "%100[^\"]", line + 100), 1);
	snprintf(line, 100, "GET /events?limit=1&after=");
	memmove(line + strlen(line), line + 100, strlen(line + 100) + 1);
	strcat(line, "\n");
	ask(line, "");
	ck_assert_int_eq(answer(), 200);
	ck_assert_msg(has("foo-seen") && !has("\"next\""), "%s", c.got);
}
END_TEST

/* Acknowledged before, and not in the index yet: the answer waits for it. */
START_TEST(what_was_acknowledged_is_waited_for)
{
	fake_start(&f);
	board_acked(f.board, 1, 1);
	dial();
	ask("GET /commands/ffffffff-7f6e-11e6-bcdd-540e9df06c05\n", "");
	usleep(100000);
	add(INDEX_COMMANDS, &spare, NULL, "create-bar", "", 1);
	ck_assert_int_eq(answer(), 200);
	ck_assert(has("create-bar"));
	board_acked(f.board, 1, 9);
	ask("GET /commands/ffffffff-7f6e-11e6-bcdd-000000000000\n", "");
	ck_assert_int_eq(answer(), 503);
	ck_assert(has("Retry-After") && has("has not read all"));
}
END_TEST

START_TEST(a_first_child_is_waited_for)
{
	struct id child = id_make();

	add(INDEX_COMMANDS, &spare, NULL, "create-bar", "", 1);
	fake_start(&f);
	dial();
	ask("GET /commands/ffffffff-7f6e-11e6-bcdd-540e9df06c05?wait=20\n", "");
	usleep(100000);
	add(INDEX_EVENTS, &child, &spare, "bar-created", "", 1);
	ck_assert_int_eq(answer(), 200);
	ck_assert(!has("\"children\":[]"));
	/* One that is there already is no reason to wait, and a wait ends. */
	ask("GET " C "?wait=20\n", "");
	ck_assert_int_eq(answer(), 200);
	ask("GET " C "?wait=x\n", "");
	ck_assert_int_eq(answer(), 400);
	ask("GET " C "?wait=0\n", "");
	ck_assert_int_eq(answer(), 200);
}
END_TEST

START_TEST(without_an_index)
{
	set("index.enabled", "false");
	fake_start(&f);
	dial();
	ask("GET " C "\n", "");
	ck_assert_int_eq(answer(), 404);
	ck_assert(has("index.enabled"));
	ask("GET /events\n", "");
	ck_assert_int_eq(answer(), 404);
	ask("GET /ready\n", "");
	ck_assert_int_eq(answer(), 200);
}
END_TEST

/* The time of a sync command is over; the index has the event that no tailer told of. */
START_TEST(the_index_answers_a_sync_command_too)
{
	set("sync.timeout", "600ms");
	f.produce = FAKE_ACK;
	fake_start(&f);
	dial();
	ask("POST /commands?sync=true\n" JSON, COMMAND);
	for (int i = 0; i < 200 && f.publishes == 0; i++) {
		fake_turn(&f);
		usleep(1000);
	}
	add(INDEX_EVENTS, &spare, &f.watched, "foo-created", "", 5);
	ck_assert_int_eq(answer(), 201);
	ck_assert_msg(has("\"children\":[\"ffffffff-7f6e-11e6-bcdd-540e9df06c05\"]"), "%s", c.got);
}
END_TEST

/* What a client asks of gzip, and whether it is given. */
static const struct {
	const char	*field;
	bool		 zipped;
} codings[] = {
	{ "", false },
	{ "Accept-Encoding: gzip\r\n", true },
	{ "Accept-Encoding: br, GZIP;q=0.5\r\n", true },
	{ "Accept-Encoding: gzip;q=0, *\r\n", false },
	{ "Accept-Encoding: gzip;q=0.000\r\n", false },
	{ "Accept-Encoding: gzip;Q=0\r\n", false },
	{ "Accept-Encoding: *\r\n", true },
	{ "Accept-Encoding: *;q=0\r\n", false },
	{ "Accept-Encoding: identity\r\n", false },
	{ "Accept-Encoding: br\r\nAccept-Encoding: x-gzip\r\n", true },
};

START_TEST(large_answers_are_gzipped_where_asked_for)
{
	char text[3000], head[256];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	add(INDEX_COMMANDS, &spare, NULL, "create-bar", text, 1);
	fake_start(&f);
	dial();
	for (size_t i = 0; i < sizeof(codings) / sizeof(codings[0]); i++) {
		snprintf(head, sizeof(head), "GET /commands/ffffffff-7f6e-11e6-bcdd-540e9df06c05\n%s",
		    codings[i].field);
		ask(head, "");
		ck_assert_int_eq(answer(), 200);
		ck_assert_msg(has("\r\nContent-Encoding: gzip\r\n") == codings[i].zipped, "%s", codings[i].field);
		ck_assert_msg(has("xxxxxxxxxx") != codings[i].zipped, "%s", codings[i].field);
		ck_assert(has("\r\nVary: Accept-Encoding\r\n"));
	}
	ask("GET " C "\nAccept-Encoding: gzip\r\n", "");
	ck_assert_int_eq(answer(), 200);
	ck_assert(!has("Content-Encoding"));
	ask("GET /commands/ffffffff-7f6e-11e6-bcdd-540e9df06c05\nAccept: application/fressian\r\n"
	    "Accept-Encoding: gzip\r\n", "");
	ck_assert_int_eq(answer(), 200);
	ck_assert(!has("Content-Encoding"));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("reads");
	TCase *t = tcase_create("reads");
	SRunner *r;
	int failed;

	tcase_set_timeout(t, 120);
	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, one_record);
	tcase_add_test(t, validators);
	tcase_add_test(t, a_page_for_people_holds_no_markup_of_others);
	tcase_add_test(t, pages);
	tcase_add_test(t, what_was_acknowledged_is_waited_for);
	tcase_add_test(t, a_first_child_is_waited_for);
	tcase_add_test(t, without_an_index);
	tcase_add_test(t, large_answers_are_gzipped_where_asked_for);
	tcase_add_test(t, the_index_answers_a_sync_command_too);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
