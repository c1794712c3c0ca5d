/*
 * check_batch.c: several commands in one request, and commands with an
 * Idempotency-Key, through a worker's HTTP face.
 */
#include "index/writer.h"
#include "value/fressian.h"

#include "worker_client.h"

#define NDJSON	"POST /commands\nContent-Type: application/x-ndjson\r\n"
#define POST	"POST /commands\n" JSON
#define TWO	"[" COMMAND "," COMMAND "]"
#define ONE_BAD	"[" COMMAND ",{\"action\":\":x\",\"data\":{}},{\"action\":\"a\",\"data\":{},\"id\":1}]"
#define KEY	POST "Idempotency-Key: \"order-17\"\r\n"
#define KEY_ID	"2a848f15-0bfb-5533-945a-d6c4b1a4b19a"

static char dir[64];
static struct index_writer *w;

static const struct {
	const char	*head, *body;
	int		 status;
	const char	*says, *and;
	int		 publishes;
} rows[] = {
	{ POST, TWO, 202, "{\"results\":[{\"status\":202,\"command\":{\"id\":\"", "\"offset\":17}},{\"status\":202", 2 },
	{ POST, "[" COMMAND "]", 202, "{\"results\":[{\"status\":202", "}}]}", 1 },
	{ POST, ONE_BAD, 207, "{\"status\":422,\"problem\":{\"type\":\"urn:cmdr:problem:invalid-command\"",
	    "\"pointer\":\"/id\"", 1 },
	{ POST, "[7,[]]", 422, "{\"results\":[{\"status\":422,\"problem\"", "{\"status\":422", 0 },
	{ "POST /commands?atomic=true\n" JSON, ONE_BAD, 422, "2 of 3 commands", "\"pointer\":\"/1/action\"", 0 },
	{ "POST /commands?atomic=true\n" JSON, TWO, 202, "{\"results\":[", "202", 2 },
	{ "POST /commands?atomic=false\n" JSON, ONE_BAD, 207, "{\"results\":[", "202", 1 },
	{ NDJSON, COMMAND "\n" COMMAND "\r\n\n  \n" COMMAND, 202, "{\"results\":[", "202", 3 },
	{ NDJSON, COMMAND "\n{\"a\":\n" COMMAND "\n", 207, "{\"status\":400,\"problem\"", "\"line\":2", 2 },
	{ NDJSON, COMMAND, 202, "{\"results\":[{\"status\":202", "}}]}", 1 },
	{ NDJSON, "\n\n", 400, "batch is empty", "malformed", 0 },
	{ "POST /commands?atomic=true\nContent-Type: application/x-ndjson\r\n", "{\n" COMMAND, 422, "\"pointer\":\"/0\"",
	    "none was written", 0 },
	{ "POST /commands\nContent-Type: application/edn\r\n", "({:action :a :data {}} {:action :b/c :data {:x 1}})", 202,
	    "\"action\":\"b/c\"", "\"action\":\"a\"", 2 },
	{ POST, "[" COMMAND "," COMMAND "," COMMAND "," COMMAND "," COMMAND "]", 413, "http.max_batch", "too-large", 0 },
};

static void
begin(void)
{
	char err[512];

	start();
	strcpy(dir, "/tmp/check_batch.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_msg(index_writer_open(&w, dir, "commands", "events", err, sizeof(err)) == INDEX_OK, "%s",
	    err);
	ck_assert_int_eq(index_writer_files(w, f.index_fd), INDEX_OK);
	set("index.directory", dir);
	set("http.max_batch", "4");
	set("kafka.delivery_timeout", "1s");
	f.produce = FAKE_ACK;
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

START_TEST(each_item_has_its_result)
{
	fake_start(&f);
	dial();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int status;

		f.publishes = 0;
		ask(rows[i].head, rows[i].body);
		status = answer();
		ck_assert_msg(status == rows[i].status && has(rows[i].says) && has(rows[i].and), "%s%s: %s",
		    rows[i].head, rows[i].body, c.got);
		ck_assert_msg(f.publishes == rows[i].publishes, "%s: %d published", rows[i].body, f.publishes);
	}
}
END_TEST

START_TEST(failures_are_items_too)
{
	f.produce = FAKE_NAK;
	f.nak_kind = NAK_NOT_SENT;
	fake_start(&f);
	dial();
	ask(POST, TWO);
	ck_assert_int_eq(answer(), 503);
	ck_assert_msg(has("{\"results\":[{\"status\":503,\"problem\":{") && has("Retry-After: 1"), "%s", c.got);
	f.nak_kind = NAK_UNKNOWN;
	ask(POST, TWO);
	ck_assert_int_eq(answer(), 504);
	ck_assert(has("outcome-unknown") && has("\"id\":\""));
}
END_TEST

START_TEST(sync_items_wait_each)
{
	f.emit = f.emit_early = true;
	fake_start(&f);
	dial();
	ask("POST /commands?sync=true\n" JSON, TWO);
	ck_assert_int_eq(answer(), 201);
	ck_assert_msg(has("{\"results\":[{\"status\":201,\"command\":{") && has("foo-created"), "%s", c.got);
	ck_assert_int_eq(f.watches, 2);
	set("sync.timeout", "100ms");
	ask("POST /commands?sync=true\nPrefer: wait=1\r\n" JSON, TWO);
	ck_assert_int_eq(answer(), 201);
	ck_assert(has("Preference-Applied: wait=1"));
}
END_TEST

START_TEST(a_client_that_hangs_up_frees_all)
{
	f.produce = FAKE_SILENT;
	fake_start(&f);
	dial();
	ask(POST, TWO);
	for (int i = 0; i < 1000 && f.publishes < 2; i++) {
		fake_turn(&f);
		usleep(1000);
	}
	ck_assert_int_eq(f.publishes, 2);
	close(c.fd);
	c.fd = -1;
	for (int i = 0; i < 5000 && board_sum(f.board, COUNT_commands_in_flight) > 0; i++)
		usleep(1000);
	ck_assert_int_eq(board_sum(f.board, COUNT_commands_in_flight), 0);
}
END_TEST

START_TEST(a_key_makes_the_id)
{
	uint64_t first;

	fake_start(&f);
	dial();
	ask(KEY, COMMAND);
	ck_assert_int_eq(answer(), 202);
	ck_assert_msg(has("\"id\":\"" KEY_ID "\"") && has("Location: /commands/" KEY_ID), "%s", c.got);
	ck_assert(f.once && !has("Idempotency-Replayed"));
	first = f.fingerprint;
	/* The same command in another form, and another order. */
	ask("POST /commands\nContent-Type: application/edn\r\nIdempotency-Key: order-17\r\n",
	    "{:data {:a 1} :action :create-foo}");
	ck_assert_int_eq(answer(), 202);
	ck_assert_uint_eq(f.fingerprint, first);
	ask(KEY, "{\"action\":\"create-foo\",\"data\":{\"a\":2}}");
	ck_assert_int_eq(answer(), 202);
	ck_assert_uint_ne(f.fingerprint, first);
	ask(KEY, "[" COMMAND "]");
	ck_assert_int_eq(answer(), 202);
	ck_assert(has("\"id\":\"2b483413-f50f-559b-a8b6-0bef2af77868\""));
	ask(POST, COMMAND);
	ck_assert_int_eq(answer(), 202);
	ck_assert(!f.once);
}
END_TEST

START_TEST(what_the_producer_says_of_a_key)
{
	fake_start(&f);
	dial();
	f.produce = FAKE_KNOWN;
	ask(KEY, COMMAND);
	ck_assert_int_eq(answer(), 202);
	ck_assert_msg(has("Idempotency-Replayed: true") && has("\"partition\":1,\"offset\":4"), "%s", c.got);
	f.produce = FAKE_NAK;
	f.nak_kind = NAK_BUSY;
	ask(KEY, COMMAND);
	ck_assert_int_eq(answer(), 409);
	ck_assert(has("urn:cmdr:problem:idempotency-in-progress"));
	f.nak_kind = NAK_REUSED;
	ask(KEY, COMMAND);
	ck_assert_int_eq(answer(), 422);
	ck_assert(has("urn:cmdr:problem:idempotency-key-reused"));
	/* It is asked again and again, for kafka.delivery_timeout. */
	f.nak_kind = NAK_LOOK;
	f.publishes = 0;
	ask(KEY, COMMAND);
	ck_assert_int_eq(answer(), 503);
	ck_assert(has("safe to retry") && f.publishes > 3);
}
END_TEST

/* The command of KEY, as it was written before; with its event. */
static void
write_former(bool with_event)
{
	struct index_record rec = { .action = "create-foo", .partition = 2, .offset = 9, .timestamp = 5 };
	struct value items[6], data[2], v;
	struct codec_error err;
	struct buf b = { 0 };
	struct arena a;

	arena_init(&a, 0);
	id_parse(KEY_ID, ID_TEXT, &rec.id);
	items[0] = value_ckeyword(&a, "id");
	items[1] = value_uuid(&a, &rec.id);
	items[2] = value_ckeyword(&a, "action");
	items[3] = value_ckeyword(&a, "create-foo");
	items[4] = value_ckeyword(&a, "data");
	data[0] = value_ckeyword(&a, "a");
	data[1] = value_int(1);
	items[5] = value_map(data, 1);
	v = value_map(items, 3);
	ck_assert_int_eq(fressian_write(&b, &v, &err), 0);
	rec.value = b.data;
	rec.value_len = b.len;
	ck_assert_int_eq(index_writer_begin(w), INDEX_OK);
	ck_assert_int_eq(index_writer_add(w, INDEX_COMMANDS, &rec), INDEX_OK);
	rec.has_parent = true;
	rec.parent = rec.id;
	if (with_event)
		ck_assert_int_eq(index_writer_add(w, INDEX_EVENTS, &rec), INDEX_OK);
	ck_assert_int_eq(index_writer_commit(w), INDEX_OK);
	buf_free(&b);
	arena_free(&a);
}

START_TEST(what_the_index_knows_is_replayed)
{
	write_former(true);
	fake_start(&f);
	dial();
	ask(KEY, COMMAND);
	ck_assert_int_eq(answer(), 202);
	ck_assert_msg(has("Idempotency-Replayed: true") && has("\"timestamp\":5") && has("\"offset\":9"), "%s", c.got);
	ask("POST /commands?sync=true\n" JSON "Idempotency-Key: order-17\r\n", COMMAND);
	ck_assert_int_eq(answer(), 201);
	ck_assert_msg(has("Idempotency-Replayed: true") && has("\"events\":[{"), "%s", c.got);
	ask(KEY, "{\"action\":\"create-foo\",\"data\":{\"a\":2}}");
	ck_assert_int_eq(answer(), 422);
	ask(KEY, "{\"action\":\"create-foo\",\"data\":{\"a\":1.0}}");
	ck_assert_int_eq(answer(), 422);
	ck_assert_int_eq(f.publishes, 0);
}
END_TEST

/* Its event is still to come: a repeat joins the wait. */
START_TEST(a_repeat_joins_the_wait)
{
	struct id id;

	set("sync.timeout", "10s");
	write_former(false);
	id_parse(KEY_ID, ID_TEXT, &id);
	fake_start(&f);
	dial();
	ask("POST /commands?sync=true\n" JSON "Idempotency-Key: order-17\r\n", COMMAND);
	for (int i = 0; i < 1000 && f.watches == 0; i++) {
		fake_turn(&f);
		usleep(1000);
	}
	fake_event(&f, &id);
	ck_assert_int_eq(answer(), 201);
	ck_assert(has("Idempotency-Replayed: true") && has("foo-created"));
	ck_assert_int_eq(f.publishes, 0);
}
END_TEST

START_TEST(without_an_index_no_key_is_taken)
{
	set("index.enabled", "false");
	fake_start(&f);
	dial();
	ask(KEY, COMMAND);
	ck_assert_int_eq(answer(), 400);
	ck_assert(has("index.enabled"));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("batch");
	TCase *t = tcase_create("batch");
	SRunner *r;
	int failed;

	tcase_set_timeout(t, 120);
	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, each_item_has_its_result);
	tcase_add_test(t, failures_are_items_too);
	tcase_add_test(t, sync_items_wait_each);
	tcase_add_test(t, a_client_that_hangs_up_frees_all);
	tcase_add_test(t, a_key_makes_the_id);
	tcase_add_test(t, what_the_producer_says_of_a_key);
	tcase_add_test(t, what_the_index_knows_is_replayed);
	tcase_add_test(t, a_repeat_joins_the_wait);
	tcase_add_test(t, without_an_index_no_key_is_taken);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
