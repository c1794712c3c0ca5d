/*
 * check_metrics.c: GET /metrics: the text format, the counts over all processes
 * that are and were, and that there is a bound to how many there are.
 */
#include <sys/wait.h>

#include <fcntl.h>

#include <openssl/ssl.h>

#include "worker_client.h"

#include "daemon/usage.h"
#include "util/log.h"
#include "worker/answers.h"
#include "worker/metrics.h"

#include "tls_maker.h"

static struct buf out;
static struct proc p;
static struct arena arena;
static struct access who;

static void
setup(void)
{
	log_level(0);
	memset(&p, 0, sizeof(p));
	config_defaults(&p.config);
	ck_assert_int_ne(board_create(&p.board), -1);
	p.generation = 1;
	p.shared = board_begin(p.board, 1);
	arena_init(&arena, 0);
	buf_init(&out, 0);
}

static const char *
page(void)
{
	buf_reset(&out);
	metrics_page(&out, &p, &who, &arena);
	return buf_cstr(&out);
}

/* A sample's value as it stands there, or NULL. */
static const char *
value(const char *text, const char *sample)
{
	static char found[32];
	size_t len = strlen(sample);

	for (const char *at = text; (at = strstr(at, sample)) != NULL; at += len) {
		if ((at != text && at[-1] != '\n') || at[len] != ' ')
			continue;
		snprintf(found, sizeof(found), "%.*s", (int)strcspn(at + len + 1, "\n"), at + len + 1);
		return found;
	}
	return NULL;
}

#define ck_value(sample, n) do {							\
	const char *there_ = value(page(), sample);					\
	ck_assert_msg(there_ != NULL && strcmp(there_, n) == 0, "%s: %s", sample, there_);	\
} while (0)

START_TEST(texts_are_escaped)
{
	buf_reset(&out);
	metrics_escape(&out, "a\\b\"c\nd");
	ck_assert_str_eq(buf_cstr(&out), "a\\\\b\\\"c\\nd");
	buf_reset(&out);
	metrics_head(&out, "x", METRICS_GAUGE, "say \"a\\b\"\nand c");
	ck_assert_str_eq(buf_cstr(&out), "# HELP x say \"a\\\\b\"\\nand c\n# TYPE x gauge\n");
}
END_TEST

START_TEST(numbers_are_in_base_units)
{
	buf_reset(&out);
	metrics_int(&out, "a", "", -3);
	metrics_ms(&out, "b", "x=\"y\"", 12005);
	metrics_ms(&out, "c", "", -1);
	metrics_us(&out, "d", "", 1000001);
	ck_assert_str_eq(buf_cstr(&out), "a -3\nb{x=\"y\"} 12.005\nc +Inf\nd 1.000001\n");
}
END_TEST

START_TEST(a_time_falls_into_the_first_bucket_that_holds_it)
{
	ck_assert_int_eq(histogram_bucket(-5), 0);
	ck_assert_int_eq(histogram_bucket(0), 0);
	ck_assert_int_eq(histogram_bucket(50000), 0);
	ck_assert_int_eq(histogram_bucket(50001), 1);
	ck_assert_int_eq(histogram_bucket(INT64_C(60000000000)), HISTOGRAM_BUCKETS - 2);
	ck_assert_int_eq(histogram_bucket(INT64_C(60000000001)), HISTOGRAM_BUCKETS - 1);
	/* What is written is what is meant. */
	for (int i = 0; i < HISTOGRAM_BUCKETS - 1; i++)
		ck_assert_double_eq(strtod(histogram_bound_texts[i], NULL), (double)histogram_bounds[i] / 1e9);
	ck_assert_str_eq(histogram_bound_texts[HISTOGRAM_BUCKETS - 1], "+Inf");
}
END_TEST

START_TEST(buckets_are_told_cumulated)
{
	struct board_slot *slot = board_slot(p.board, ROLE_WORKER, 0, 1), *other = board_slot(p.board, ROLE_WORKER,
	    1, 2);

	board_measure(slot, HISTOGRAM_stage_parse, 40000);
	board_measure(slot, HISTOGRAM_stage_parse, 200000);
	board_measure(other, HISTOGRAM_stage_parse, INT64_C(90000000000));
	board_measure(other, HISTOGRAM_stage_parse, -1);
	ck_value("cmdr_command_stage_seconds_bucket{stage=\"parse\",le=\"5e-05\"}", "2");
	ck_value("cmdr_command_stage_seconds_bucket{stage=\"parse\",le=\"0.0001\"}", "2");
	ck_value("cmdr_command_stage_seconds_bucket{stage=\"parse\",le=\"0.00025\"}", "3");
	ck_value("cmdr_command_stage_seconds_bucket{stage=\"parse\",le=\"60\"}", "3");
	ck_value("cmdr_command_stage_seconds_bucket{stage=\"parse\",le=\"+Inf\"}", "4");
	ck_value("cmdr_command_stage_seconds_sum{stage=\"parse\"}", "90.000240000");
	ck_value("cmdr_command_stage_seconds_count{stage=\"parse\"}", "4");
	ck_value("cmdr_command_stage_seconds_count{stage=\"publish\"}", "0");
	buf_reset(&out);
	metrics_histogram(&out, "x", "", (const int64_t[HISTOGRAM_BUCKETS]){ 1 }, 5);
	ck_assert_ptr_nonnull(strstr(buf_cstr(&out), "x_bucket{le=\"+Inf\"} 1\nx_sum 0.000000005\nx_count 1\n"));
}
END_TEST

/* A process that counts, and is gone. */
static void
one_counts(unsigned generation, int pid)
{
	struct board_slot *slot = board_slot(p.board, ROLE_WORKER, 0, generation);
	struct series *s = board_answers(p.board, 0, generation);

	board_enter(slot, generation, pid);
	board_add(slot, COUNT_http_requests, 1);
	board_add(slot, COUNT_http_open, 1);
	board_measure(slot, HISTOGRAM_total_kafka, 1000000);
	series_add(series_row(s, "route=\"/\"", "rest"), 1);
}

START_TEST(no_sum_goes_down)
{
	char want[8];

	for (int i = 1; i <= 6; i++) {
		/* Each worker of a generation is killed once; the slot of the generation before the last is used again. */
		one_counts((unsigned)(i + 1) / 2, i);
		snprintf(want, sizeof(want), "%d", i);
		ck_value("cmdr_http_requests_total", want);
		ck_value("cmdr_command_seconds_count{waits_for=\"kafka\"}", want);
		ck_value("cmdr_http_responses_total{route=\"/\"}", want);
		ck_value("cmdr_http_open", "1");
		board_leave(board_slot(p.board, ROLE_WORKER, 0, (unsigned)(i + 1) / 2), i);
		ck_value("cmdr_http_requests_total", want);
		ck_value("cmdr_http_open", "0");
	}
}
END_TEST

START_TEST(who_left_is_told_from_who_came)
{
	struct board_slot *slot = board_slot(p.board, ROLE_WORKER, 0, 1);

	board_enter(slot, 1, 100);
	board_set(slot, COUNT_http_open, 3);
	board_leave(slot, 99);
	ck_value("cmdr_http_open", "3");
	ck_value("cmdr_processes{role=\"worker\"}", "1");
	board_leave(slot, 100);
	ck_value("cmdr_http_open", "0");
	atomic_store(&slot->restarts, 4);
	ck_value("cmdr_processes{role=\"worker\"}", "0");
	ck_value("cmdr_restarts_total{role=\"worker\"}", "4");
}
END_TEST

START_TEST(a_series_has_a_row_for_each_text)
{
	struct series *s = board_answers(p.board, 1, 1);
	struct series_row *a = series_row(s, "a", "rest"), *half = &s->rows[1], *last;
	char text[SERIES_LABELS + 8];

	ck_assert_ptr_eq(series_row(s, "a", "rest"), a);
	/* One that died while it wrote the text left nothing. */
	strcpy(half->labels, "half");
	ck_assert_ptr_null(series_labels(half));
	ck_assert_ptr_eq(series_row(s, "b", "rest"), half);
	ck_assert_str_eq(series_labels(half), "b");
	for (int i = 2; i < SERIES_ROWS - 1; i++) {
		snprintf(text, sizeof(text), "%d", i);
		ck_assert_ptr_eq(series_row(s, text, "rest"), &s->rows[i]);
	}
	last = series_row(s, "one more", "rest");
	ck_assert_ptr_eq(last, &s->rows[SERIES_ROWS - 1]);
	ck_assert_str_eq(series_labels(last), "rest");
	ck_assert_ptr_eq(series_row(s, "another", "rest"), last);
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	ck_assert_ptr_eq(series_row(s, text, "rest"), last);
	series_add(last, 7);
	board_slot(p.board, ROLE_WORKER, 1, 1);
	ck_value("cmdr_http_responses_total{rest}", "7");
}
END_TEST

START_TEST(answers_are_counted_by_what_they_were)
{
	static struct answers a, next;
	struct series *s = board_answers(p.board, 0, 1);

	board_slot(p.board, ROLE_WORKER, 0, 1);
	answers_init(&a, s);
	for (int i = 0; i < 3; i++)
		answers_count(&a, &routes[0], METHOD_GET, "text/html; charset=utf-8", 200);
	answers_count(&a, NULL, METHOD_UNKNOWN, "application/problem+json", 400);
	answers_count(&a, &routes[1], METHOD_OPTIONS, NULL, 204);
	answers_count(&a, &routes[1], METHOD_POST, "image/png", 200);
	answers_count(&a, &routes[1], METHOD_POST, "application/jsonx", 200);
	/* The next process in the slot goes on. */
	answers_init(&next, s);
	answers_count(&next, &routes[0], METHOD_GET, "text/html", 200);
	ck_value("cmdr_http_responses_total{route=\"/\",method=\"GET\",type=\"text/html\",status=\"200\"}", "4");
	ck_value("cmdr_http_responses_total{route=\"none\",method=\"other\",type=\"application/problem+json\","
	    "status=\"400\"}", "1");
	ck_value("cmdr_http_responses_total{route=\"/commands\",method=\"OPTIONS\",type=\"none\",status=\"204\"}", "1");
	ck_value("cmdr_http_responses_total{route=\"/commands\",method=\"POST\",type=\"other\",status=\"200\"}", "2");
}
END_TEST

START_TEST(answers_have_a_bound)
{
	static struct answers a;
	int64_t n = 0;

	answers_init(&a, board_answers(p.board, 0, 1));
	for (int round = 0; round < 2; round++)
		for (int status = 100; status < 1000; status++)
			answers_count(&a, &routes[0], METHOD_GET, "text/html", status);
	for (int i = 0; i < SERIES_ROWS; i++)
		n += atomic_load(&a.series->rows[i].count);
	ck_assert_int_eq(n, 1800);
	board_slot(p.board, ROLE_WORKER, 0, 1);
	ck_value("cmdr_http_responses_total{route=\"other\",method=\"other\",type=\"other\",status=\"other\"}", "1290");
}
END_TEST

/* Every row's labels fit, whatever the route. */
START_TEST(labels_of_every_route_fit)
{
	static struct answers a;

	answers_init(&a, board_answers(p.board, 0, 1));
	for (size_t i = 0; i < routes_count; i++)
		answers_count(&a, &routes[i], METHOD_OPTIONS, "application/transit+msgpack", 204);
	ck_assert_ptr_null(series_labels(&a.series->rows[SERIES_ROWS - 1]));
}
END_TEST

static void
topic_of(int n)
{
	atomic_store(&p.shared->tailer.partitions, n);
	for (int i = 0; i < n; i++) {
		atomic_store(&p.shared->tailer.positions[i], 10);
		atomic_store(&p.shared->tailer.ends[i], 10 + i % 7);
	}
}

START_TEST(lag_is_told_by_partition_up_to_a_bound)
{
	topic_of(3);
	atomic_store(&p.shared->tailer.positions[1], -1);	/* not known yet */
	atomic_store(&p.shared->tailer.positions[0], 12);	/* past what the brokers told last */
	ck_value("cmdr_tail_partitions{topic=\"events\"}", "3");
	ck_value("cmdr_tail_lag_records{topic=\"events\"}", "2");
	ck_value("cmdr_tail_lag_max_records{topic=\"events\"}", "2");
	ck_value("cmdr_tail_partition_lag_records{topic=\"events\",partition=\"0\"}", "0");
	ck_value("cmdr_tail_partition_lag_records{topic=\"events\",partition=\"2\"}", "2");
	ck_assert_ptr_null(value(page(), "cmdr_tail_partition_lag_records{topic=\"events\",partition=\"1\"}"));
	ck_assert_ptr_null(strstr(page(), "cmdr_tail_lag_records{topic=\"commands\"}"));
	topic_of(256);
	ck_value("cmdr_tail_partition_lag_records{topic=\"events\",partition=\"255\"}", "3");
	topic_of(257);
	ck_assert_ptr_null(strstr(page(), "cmdr_tail_partition_lag_records"));
	ck_value("cmdr_tail_lag_max_records{topic=\"events\"}", "6");
	atomic_store(&p.shared->tailer.partitions, BOARD_PARTITIONS + 5);
	ck_value("cmdr_tail_partitions{topic=\"events\"}", "4096");
}
END_TEST

START_TEST(the_index_is_told_where_there_is_one)
{
	struct board_index *b = &p.board->index;
	struct config_error err;

	atomic_store(&b->state, BOARD_INDEX_DISK_FULL);
	atomic_store(&b->rows[BOARD_EVENTS], 5);
	atomic_store(&b->bytes, 4096);
	atomic_store(&b->partitions[BOARD_EVENTS], 1);
	atomic_store(&b->next[BOARD_EVENTS][0], 5);
	atomic_store(&b->end[BOARD_EVENTS][0], 9);
	ck_value("cmdr_index_state{state=\"disk-full\"}", "1");
	ck_value("cmdr_index_state{state=\"running\"}", "0");
	ck_value("cmdr_index_rows{topic=\"events\"}", "5");
	ck_value("cmdr_index_size_bytes", "4096");
	ck_value("cmdr_index_lag_records{topic=\"events\"}", "4");
	ck_value("cmdr_index_partition_lag_records{topic=\"events\",partition=\"0\"}", "4");
	ck_assert_int_eq(config_set(&p.config, "index.enabled", "false", &err), 0);
	ck_assert_ptr_null(strstr(page(), "cmdr_index_lag"));
	ck_assert_ptr_null(strstr(page(), "cmdr_index_state"));
	ck_assert_ptr_null(strstr(page(), "role=\"indexer\""));
}
END_TEST

START_TEST(silence_is_told_in_seconds)
{
	ck_value("cmdr_kafka_silence_seconds{role=\"producer\"}", "+Inf");
	ck_value("cmdr_ready", "0");
	atomic_store(&p.shared->producer.answered_ms, clock_ms() + 100000);
	ck_value("cmdr_kafka_silence_seconds{role=\"producer\"}", "0.000");
}
END_TEST

/* Whatever another version of the daemon counts, a scoreboard is not taken for another. */
START_TEST(another_layout_is_not_taken)
{
	struct board *b;
	int fd = board_create(&b);

	ck_assert_ptr_nonnull(board_map(fd));
	b->layout++;
	ck_assert_ptr_null(board_map(fd));
}
END_TEST

static bool
is_of(const char *line, const struct metrics_family *family)
{
	size_t len = strlen(family->name);

	if (strncmp(line, family->name, len) != 0)
		return false;
	if (family->type == METRICS_HISTOGRAM)
		return strncmp(line + len, "_bucket{", 8) == 0 || strncmp(line + len, "_sum{", 5) == 0 ||
		    strncmp(line + len, "_count{", 7) == 0;
	return line[len] == '{' || line[len] == ' ';
}

/* HELP, TYPE and samples of each family, together and once. */
START_TEST(the_page_is_well_formed)
{
	const struct metrics_family *family, *end;
	struct maker_tls m;
	char *text, *line, head[256];
	size_t n, samples;

	family = metrics_families(&n);
	end = family + n;
	board_enter(board_slot(p.board, ROLE_WORKER, 0, 1), 1, 5);
	series_row(board_answers(p.board, 0, 1), "a=\"b\"", "rest");
	topic_of(3);
	atomic_store(&p.board->index.partitions[BOARD_EVENTS], 1);
	maker_tls(&m, "a", NULL, 86400);
	who.tls = maker_tls_server(&m, NULL);
	maker_tls_free(&m);
	text = strdup(page());
	SSL_CTX_free(who.tls);
	who.tls = NULL;
	line = strtok(text, "\n");
	for (; family < end; family++) {
		ck_assert_int_eq(strncmp(family->name, "cmdr_", 5), 0);
		ck_assert(family->type == METRICS_COUNTER || !strstr(family->name, "_total"));
		ck_assert(family->type != METRICS_COUNTER || strcmp(family->name + strlen(family->name) - 6, "_total") == 0);
		snprintf(head, sizeof(head), "# HELP %s %s", family->name, family->doc);
		ck_assert_int_eq(strncmp(line, head, strlen(head)), 0);
		line = strtok(NULL, "\n");
		snprintf(head, sizeof(head), "# TYPE %s %s", family->name, metrics_type_name(family->type));
		ck_assert_str_eq(line, head);
		for (samples = 0; (line = strtok(NULL, "\n")) != NULL && line[0] != '#'; samples++)
			ck_assert_msg(is_of(line, family), "%s among those of %s", line, family->name);
		ck_assert_uint_gt(samples, 0);
	}
	ck_assert_ptr_null(line);
	free(text);
}
END_TEST

START_TEST(names_are_told_apart)
{
	size_t n;
	const struct metrics_family *list = metrics_families(&n);

	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < i; j++)
			ck_assert_str_ne(list[i].name, list[j].name);
}
END_TEST

START_TEST(a_process_tells_what_it_takes)
{
	struct board_slot *slot = board_slot(p.board, ROLE_WORKER, 0, 1);
	int dir = open("/proc/self/fd", O_RDONLY | O_DIRECTORY), before, n, more[3000];

	usage_open();
	usage_publish(slot);
	ck_assert_int_gt(atomic_load(&slot->rss_bytes), 100000);
	ck_assert_int_gt(atomic_load(&slot->cpu_us), 0);
	ck_assert_int_gt(atomic_load(&slot->max_fds), 0);
	before = (int)atomic_load(&slot->open_fds);
	ck_assert_int_ge(before, 3);
	/* Read piece by piece it comes to the same. */
	ck_assert_int_eq(usage_count(dir), before);
	for (n = 0; n < 3000 && (more[n] = dup(dir)) != -1; n++)
		continue;
	usage_publish(slot);
	ck_assert_int_eq(atomic_load(&slot->open_fds), before + n);
	if (n > 2000)
		ck_assert_int_eq(usage_count(dir), -1);
	while ((before = (int)usage_count(dir)) == -1)
		continue;
	ck_assert_int_eq(before, atomic_load(&slot->open_fds));
	while (n-- > 0)
		close(more[n]);
	close(dir);
}
END_TEST

static int
get(const char *head)
{
	dial();
	ask(head, "");
	return answer();
}

START_TEST(a_worker_tells_it_all)
{
	fake_start(&f);
	ck_assert_int_eq(post(POST), 202);
	ck_assert_int_eq(post("POST /commands\n"), 415);
	ck_assert_int_eq(get("GET /nowhere\n"), 404);
	ck_assert_int_eq(get("GET /metrics\nAccept: text/plain;version=0.0.4;q=0.5,*/*;q=0.1\r\n"), 200);
	ck_assert(has("\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"));
	ck_assert(has("{route=\"/commands\",method=\"POST\",type=\"application/json\",status=\"202\"} 1\n"));
	ck_assert(has("{route=\"/commands\",method=\"POST\",type=\"application/problem+json\",status=\"415\"} 1\n"));
	ck_assert(has("{route=\"none\",method=\"GET\",type=\"application/problem+json\",status=\"404\"} 1\n"));
	ck_assert(has("\ncmdr_commands_acked_total 1\n"));
	ck_assert(has("\ncmdr_command_stage_seconds_count{stage=\"parse\"} 1\n"));
	ck_assert(has("\ncmdr_command_stage_seconds_count{stage=\"publish\"} 1\n"));
	ck_assert(has("\ncmdr_command_stage_seconds_count{stage=\"event\"} 0\n"));
	ck_assert(has("\ncmdr_command_seconds_count{waits_for=\"kafka\"} 1\n"));
	ck_assert_int_eq(get("GET /metrics\nAccept: text/plain\r\n"), 200);
	ck_assert_int_eq(get("HEAD /metrics\n"), 200);
	ck_assert_int_eq(get("GET /metrics\nAccept: application/json\r\n"), 406);
	ck_assert(has("which is text/plain"));
	ck_assert_int_eq(get("POST /metrics\n"), 405);
	/* Refused before it was routed. */
	dial();
	ask_bytes("BAD\r\n\r\n", 7);
	ck_assert_int_eq(answer(), 400);
	ck_assert_int_eq(get("GET /metrics\n"), 200);
	ck_assert(has("{route=\"none\",method=\"other\",type=\"application/problem+json\",status=\"400\"} 1\n"));
}
END_TEST

START_TEST(an_event_is_a_stage)
{
	f.emit = true;
	fake_start(&f);
	ck_assert_int_eq(post(SYNC), 201);
	ck_assert_int_eq(get("GET /metrics\n"), 200);
	ck_assert(has("\ncmdr_command_stage_seconds_count{stage=\"event\"} 1\n"));
	ck_assert(has("\ncmdr_command_seconds_count{waits_for=\"event\"} 1\n"));
	ck_assert(has("\ncmdr_command_seconds_count{waits_for=\"kafka\"} 0\n"));
}
END_TEST

START_TEST(the_certificate_has_so_much_time)
{
	struct maker_tls m;
	const char *left;

	ck_assert_ptr_null(strstr(page(), "cmdr_tls_certificate_expires_seconds"));
	for (int i = 0; i < 2; i++) {
		maker_tls(&m, "a", NULL, i == 0 ? 5000 : -5000);
		who.tls = maker_tls_server(&m, NULL);
		ck_assert_ptr_nonnull(left = value(page(), "cmdr_tls_certificate_expires_seconds"));
		ck_assert_int_le(atoi(left), i == 0 ? 5000 : -5000);
		ck_assert_int_gt(atoi(left), i == 0 ? 4000 : -6000);
		SSL_CTX_free(who.tls);
		who.tls = NULL;
		maker_tls_free(&m);
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("metrics");
	TCase *t = tcase_create("page"), *w = tcase_create("worker");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, setup, NULL);
	tcase_add_test(t, the_certificate_has_so_much_time);
	tcase_add_test(t, texts_are_escaped);
	tcase_add_test(t, numbers_are_in_base_units);
	tcase_add_test(t, a_time_falls_into_the_first_bucket_that_holds_it);
	tcase_add_test(t, buckets_are_told_cumulated);
	tcase_add_test(t, no_sum_goes_down);
	tcase_add_test(t, who_left_is_told_from_who_came);
	tcase_add_test(t, a_series_has_a_row_for_each_text);
	tcase_add_test(t, answers_are_counted_by_what_they_were);
	tcase_add_test(t, answers_have_a_bound);
	tcase_add_test(t, labels_of_every_route_fit);
	tcase_add_test(t, lag_is_told_by_partition_up_to_a_bound);
	tcase_add_test(t, the_index_is_told_where_there_is_one);
	tcase_add_test(t, silence_is_told_in_seconds);
	tcase_add_test(t, another_layout_is_not_taken);
	tcase_add_test(t, the_page_is_well_formed);
	tcase_add_test(t, names_are_told_apart);
	tcase_add_test(t, a_process_tells_what_it_takes);
	tcase_add_checked_fixture(w, start, stop);
	tcase_add_test(w, a_worker_tells_it_all);
	tcase_add_test(w, an_event_is_a_stage);
	suite_add_tcase(s, t);
	suite_add_tcase(s, w);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
