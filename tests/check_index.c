/*
 * check_index.c: the index against a naive one in memory: what is added,
 * trimmed, rolled back and asked for at random; and that no question scans.
 */
#include <sys/stat.h>

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "index/db.h"
#include "index/reader.h"
#include "index/writer.h"

#define ROWS_MAX	20000

static char dir[64], err[512];
static struct index_writer *w;
static struct index_reader *r;
static struct arena a;

/* The naive one: both topics in the order of indexing. */
static struct row {
	struct index_record	rec;
	char			value[16];
	char			action[16];
} rows[INDEX_TOPICS][ROWS_MAX];
static size_t first[INDEX_TOPICS], count[INDEX_TOPICS];	/* rows before first are trimmed */
static int64_t next_offset[INDEX_TOPICS][4];

static void
begin(void)
{
	strcpy(dir, "/tmp/check_index.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	memset(first, 0, sizeof(first));
	memset(count, 0, sizeof(count));
	memset(next_offset, 0, sizeof(next_offset));
	srandom(4711);
	arena_init(&a, 0);
	ck_assert_msg(index_writer_open(&w, dir, "commands", "events", err, sizeof(err)) == INDEX_OK, "%s", err);
}

static void
end(void)
{
	char command[128];

	index_reader_close(r);
	r = NULL;
	index_writer_close(w);
	w = NULL;
	arena_free(&a);
	snprintf(command, sizeof(command), "rm -rf '%s'", dir);
	ck_assert_int_eq(system(command), 0);
}

static void
open_reader(void)
{
	ck_assert_msg(index_reader_open(&r, dir, NULL, err, sizeof(err)) == INDEX_OK, "%s", err);
}

static struct id
id_of(int topic, long n)
{
	struct id id = { { 0 } };

	id.b[0] = (uint8_t)topic;
	memcpy(id.b + 1, &n, sizeof(n));
	return id;
}

/* A record made up from chance: few actions, few parents, times that go back and forth. */
static struct row *
invent(int topic)
{
	struct row *row = &rows[topic][count[topic]];
	struct index_record *rec = &row->rec;

	memset(row, 0, sizeof(*row));
	rec->id = id_of(topic, random() % 50 == 0 && count[topic] > 0 ? 0 : (long)count[topic]);
	snprintf(row->action, sizeof(row->action), "act-%ld", random() % 5);
	rec->action = row->action;
	rec->has_parent = topic == INDEX_EVENTS && random() % 4 != 0;
	if (rec->has_parent)
		rec->parent = id_of(0, random() % 40);
	rec->partition = (int32_t)(random() % 4);
	next_offset[topic][rec->partition] += 1 + random() % 2;
	rec->offset = next_offset[topic][rec->partition] - 1;
	rec->timestamp = 1000000 + (int64_t)count[topic] * 10 + random() % 2000;
	snprintf(row->value, sizeof(row->value), "v%zu", count[topic]);
	rec->value = (const uint8_t *)row->value;
	rec->value_len = strlen(row->value);
	return row;
}

static void
put_positions(void)
{
	for (int t = 0; t < INDEX_TOPICS; t++)
		for (int p = 0; p < 4; p++) {
			struct index_position at = { .partition = p, .next = next_offset[t][p],
				.last = next_offset[t][p] - 1 };

			ck_assert_int_eq(index_writer_position(w, (enum index_topic)t, &at), INDEX_OK);
		}
}

/* n records of each topic in one transaction. */
static void
fill(int n)
{
	ck_assert_int_eq(index_writer_begin(w), INDEX_OK);
	for (int i = 0; i < n; i++)
		for (int t = 0; t < INDEX_TOPICS; t++) {
			ck_assert_msg(index_writer_add(w, (enum index_topic)t, &invent(t)->rec) == INDEX_OK,
			    "%s", index_writer_error(w));
			count[t]++;
		}
	put_positions();
	ck_assert_msg(index_writer_commit(w) == INDEX_OK, "%s", index_writer_error(w));
}

static bool
matches(const struct index_query *q, const struct row *row)
{
	const struct index_record *rec = &row->rec;

	return (q->action == NULL || strcmp(q->action, rec->action) == 0) &&
	    (!q->has_parent || (rec->has_parent && id_equal(&q->parent, &rec->parent))) &&
	    rec->timestamp >= q->since && rec->timestamp < q->until;
}

static void
same(const struct index_record *got, const struct row *row)
{
	ck_assert_mem_eq(&got->id, &row->rec.id, sizeof(got->id));
	ck_assert_int_eq(got->has_parent, row->rec.has_parent);
	if (got->has_parent)
		ck_assert_mem_eq(&got->parent, &row->rec.parent, sizeof(got->parent));
	ck_assert_str_eq(got->action, row->action);
	ck_assert_int_eq(got->partition, row->rec.partition);
	ck_assert_int_eq(got->offset, row->rec.offset);
	ck_assert_int_eq(got->timestamp, row->rec.timestamp);
	ck_assert_uint_eq(got->value_len, row->rec.value_len);
	ck_assert_mem_eq(got->value, row->value, got->value_len);
}

/* Ask for every page of a question, by cursor, and compare with a walk over the naive rows. */
static void
compare(struct index_query *q)
{
	size_t at = first[q->topic], skipped = 0, total = 0;
	char cursor[INDEX_CURSOR];
	struct index_page page;

	for (size_t i = at; i < count[q->topic]; i++)
		total += matches(q, &rows[q->topic][i]);
	do {
		enum index_result result = index_reader_list(r, q, &a, &page);

		ck_assert_msg(result == INDEX_OK, "%s", index_reader_error(r));
		ck_assert_int_eq(page.total, (int64_t)total);
		for (size_t i = 0; i < page.n; at++) {
			ck_assert_uint_lt(at, count[q->topic]);
			if (!matches(q, &rows[q->topic][at]))
				continue;
			if (skipped++ < (size_t)q->offset)
				continue;
			same(&page.list[i++], &rows[q->topic][at]);
		}
		q->offset = 0;
		skipped = 1;
		snprintf(cursor, sizeof(cursor), "%s", page.next);
		q->after = cursor;
		ck_assert(page.n > 0 || cursor[0] == '\0');
		arena_reset(&a);
	} while (cursor[0] != '\0');
	for (; at < count[q->topic]; at++)
		ck_assert(!matches(q, &rows[q->topic][at]) || skipped == 0 || total == 0 || page.n == 0);
}

static struct index_query
question(void)
{
	static char action[16];
	struct index_query q = { .topic = (enum index_topic)(random() % 2), .since = INT64_MIN, .until = INT64_MAX,
		.limit = 1 + random() % 300, .max_bytes = random() % 8 == 0 ? 100 : SIZE_MAX };

	snprintf(action, sizeof(action), "act-%ld", random() % 6);
	q.action = random() % 2 ? action : NULL;
	q.has_parent = q.topic == INDEX_EVENTS && random() % 3 == 0;
	if (q.has_parent)
		q.parent = id_of(0, random() % 42);
	if (random() % 2)
		q.since = 1000000 + random() % ((int64_t)count[q.topic] * 10 + 2000);
	if (random() % 2)
		q.until = q.since == INT64_MIN ? 1000000 + random() % ((int64_t)count[q.topic] * 10 + 2000) :
		    q.since + random() % 20000;
	q.offset = random() % 3 == 0 ? random() % 500 : 0;
	return q;
}

START_TEST(pages_are_those_of_a_naive_index)
{
	fill(3000);
	open_reader();
	for (int i = 0; i < 300; i++) {
		struct index_query q = question();

		compare(&q);
		if (i % 50 == 0)
			fill(100);
	}
	ck_assert_msg(index_reader_check(r, NULL, NULL, err, sizeof(err)) == INDEX_OK, "%s", err);
}
END_TEST

static void
trim_by_count(int n)
{
	struct index_retention how = { .older_than = INT64_MIN, .max_bytes = 1 };
	int64_t kept[INDEX_TOPICS], undecodable, bytes;
	int removed;

	ck_assert_msg(index_writer_trim(w, &how, n, &removed) == INDEX_OK, "%s", index_writer_error(w));
	ck_assert_int_eq(removed, n);
	index_writer_counts(w, kept, &undecodable, &bytes);
	for (int t = 0; t < INDEX_TOPICS; t++)
		first[t] = count[t] - (size_t)kept[t];
}

START_TEST(trimming_keeps_every_answer_right)
{
	struct index_position *list;
	size_t n;

	fill(3000);
	open_reader();
	for (int i = 0; i < 20; i++) {
		trim_by_count(150);
		for (int j = 0; j < 5; j++) {
			struct index_query q = question();

			compare(&q);
		}
		fill(50);
	}
	ck_assert_msg(index_reader_check(r, NULL, NULL, err, sizeof(err)) == INDEX_OK, "%s", err);
	/* Nothing from low on is missing, and something before it is. */
	ck_assert_int_eq(index_reader_positions(r, INDEX_COMMANDS, &a, &list, &n), INDEX_OK);
	ck_assert_uint_eq(n, 4);
	for (size_t i = 0; i < n; i++) {
		int64_t low = 0;

		for (size_t j = 0; j < first[0]; j++)
			if (rows[0][j].rec.partition == list[i].partition)
				low = rows[0][j].rec.offset + 1;
		ck_assert_int_eq(list[i].low, low);
		ck_assert_int_eq(list[i].next, next_offset[0][i]);
	}
}
END_TEST

START_TEST(trimming_by_age_stops_at_the_first_young_one)
{
	struct index_retention how = { .older_than = INT64_MAX };
	int removed, total = 0;

	fill(100);
	how.older_than = rows[0][50].rec.timestamp;
	do {
		ck_assert_int_eq(index_writer_trim(w, &how, 7, &removed), INDEX_OK);
		total += removed;
	} while (removed > 0);
	for (int t = 0; t < INDEX_TOPICS; t++) {
		size_t n = 0;

		while (n < count[t] && rows[t][n].rec.timestamp < how.older_than)
			n++;
		total -= (int)n;
	}
	ck_assert_int_eq(total, 0);
	/* All of it. */
	how.older_than = INT64_MAX;
	do
		ck_assert_int_eq(index_writer_trim(w, &how, 1000, &removed), INDEX_OK);
	while (removed > 0);
	first[0] = count[0];
	first[1] = count[1];
	fill(2000);
	open_reader();
	for (int i = 0; i < 20; i++) {
		struct index_query q = question();

		compare(&q);
	}
}
END_TEST

START_TEST(a_rollback_leaves_nothing_behind)
{
	size_t before[INDEX_TOPICS];
	int64_t offsets[INDEX_TOPICS][4];

	fill(1500);
	open_reader();
	for (int i = 0; i < 5; i++) {
		memcpy(before, count, sizeof(count));
		memcpy(offsets, next_offset, sizeof(offsets));
		ck_assert_int_eq(index_writer_begin(w), INDEX_OK);
		for (int j = 0; j < 700; j++)
			for (int t = 0; t < INDEX_TOPICS; t++) {
				struct row *row = invent(t);

				snprintf(row->action, sizeof(row->action), "new-%d", i);
				ck_assert_int_eq(index_writer_add(w, (enum index_topic)t, &row->rec), INDEX_OK);
				count[t]++;
			}
		index_writer_rollback(w);
		memcpy(count, before, sizeof(count));
		memcpy(next_offset, offsets, sizeof(offsets));
		fill(100);
		for (int j = 0; j < 10; j++) {
			struct index_query q = question();

			compare(&q);
		}
	}
	ck_assert_msg(index_reader_check(r, NULL, NULL, err, sizeof(err)) == INDEX_OK, "%s", err);
}
END_TEST

START_TEST(a_record_is_taken_in_once)
{
	int64_t kept[INDEX_TOPICS], undecodable, bytes;

	fill(10);
	ck_assert_int_eq(index_writer_begin(w), INDEX_OK);
	for (int i = 0; i < 10; i++)
		ck_assert_int_eq(index_writer_add(w, INDEX_EVENTS, &rows[1][i].rec), INDEX_OK);
	ck_assert_int_eq(index_writer_commit(w), INDEX_OK);
	index_writer_counts(w, kept, &undecodable, &bytes);
	ck_assert_int_eq(kept[1], 10);
	ck_assert_int_gt(bytes, 4096);
	fill(10);
	open_reader();
	ck_assert_msg(index_reader_check(r, NULL, NULL, err, sizeof(err)) == INDEX_OK, "%s", err);
}
END_TEST

START_TEST(one_by_its_id_and_its_children)
{
	struct index_record got, *list;
	struct id parent = id_of(0, 3), none = id_of(9, 9);
	size_t n, expected = 0;

	fill(500);
	open_reader();
	ck_assert_int_eq(index_reader_get(r, INDEX_COMMANDS, &rows[0][17].rec.id, &a, &got), INDEX_OK);
	for (size_t i = 0; i < count[0]; i++)
		if (id_equal(&rows[0][i].rec.id, &rows[0][17].rec.id)) {
			same(&got, &rows[0][i]);
			break;
		}
	ck_assert_int_eq(index_reader_get(r, INDEX_EVENTS, &none, &a, &got), INDEX_NONE);
	ck_assert_int_eq(index_reader_children(r, &parent, 1000, true, &a, &list, &n), INDEX_OK);
	for (size_t i = 0; i < count[1]; i++)
		if (rows[1][i].rec.has_parent && id_equal(&rows[1][i].rec.parent, &parent))
			same(&list[expected++], &rows[1][i]);
	ck_assert_uint_eq(n, expected);
	ck_assert_int_eq(index_reader_children(r, &parent, 2, false, &a, &list, &n), INDEX_OK);
	ck_assert_uint_eq(n, 2);
	ck_assert_uint_eq(list[0].value_len, 0);
}
END_TEST

/* From any vector of positions on, a scan shows every later record, in its order. */
START_TEST(a_stream_finds_its_place)
{
	struct index_record *list;
	int64_t want[4], seq;
	size_t n, at;

	fill(2000);
	open_reader();
	for (int i = 0; i < 50; i++) {
		for (int p = 0; p < 4; p++)
			want[p] = random() % (next_offset[1][p] + 2);
		ck_assert_int_eq(index_reader_seek(r, INDEX_EVENTS, want, i % 5 == 0 ? 2 : 4, &seq), INDEX_OK);
		for (int p = 2; i % 5 == 0 && p < 4; p++)
			want[p] = 0;
		for (at = 0; at < (size_t)seq; at++)
			ck_assert_int_lt(rows[1][at].rec.offset, want[rows[1][at].rec.partition]);
		ck_assert(at == count[1] || rows[1][at].rec.offset >= want[rows[1][at].rec.partition]);
		do {
			ck_assert_int_eq(index_reader_scan(r, INDEX_EVENTS, seq, 100, 300, &a, &list, &n), INDEX_OK);
			for (size_t j = 0; j < n; j++) {
				ck_assert_int_eq(list[j].seq, seq + 1);
				same(&list[j], &rows[1][at++]);
				seq++;
			}
			arena_reset(&a);
		} while (n > 0);
		ck_assert_uint_eq(at, count[1]);
	}
}
END_TEST

START_TEST(cursors_know_what_they_are_of)
{
	struct index_query q = { .topic = INDEX_COMMANDS, .since = INT64_MIN, .until = INT64_MAX, .limit = 2,
		.max_bytes = SIZE_MAX };
	static const char *const bad[] = { "", "x", "00", "0123456789abcdef0123456789abcdef0123456789" };
	struct index_page page, other;
	char kept[INDEX_CURSOR], name[64];

	fill(10);
	open_reader();
	ck_assert_int_eq(index_reader_list(r, &q, &a, &page), INDEX_OK);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		q.after = bad[i];
		ck_assert_int_eq(index_reader_list(r, &q, &a, &other), INDEX_BAD);
	}
	q.after = page.next;
	q.topic = INDEX_EVENTS;
	ck_assert_int_eq(index_reader_list(r, &q, &a, &other), INDEX_BAD);
	q.topic = INDEX_COMMANDS;
	while (first[0] < 5)
		trim_by_count(1);
	ck_assert_int_eq(index_reader_list(r, &q, &a, &other), INDEX_GONE);
	strcpy(kept, page.next);
	index_reader_close(r);
	r = NULL;
	index_writer_close(w);
	ck_assert_int_eq(index_set_aside(dir, name, sizeof(name)), 0);
	ck_assert_int_eq(index_writer_open(&w, dir, "commands", "events", err, sizeof(err)), INDEX_OK);
	open_reader();
	q.after = kept;
	ck_assert_int_eq(index_reader_list(r, &q, &a, &other), INDEX_GONE);
}
END_TEST

START_TEST(what_cannot_be_decoded_is_kept_for_a_while)
{
	struct index_undecodable u = { .topic = INDEX_EVENTS, .partition = 2, .timestamp = 5, .reason = "no map",
		.key = (const uint8_t *)"k", .key_len = 1, .value = (const uint8_t *)"value", .value_len = 5,
		.value_full = 5 }, *list;
	int64_t total, kept[INDEX_TOPICS], n_kept, bytes;
	size_t n;

	ck_assert_int_eq(index_writer_begin(w), INDEX_OK);
	for (u.offset = 0; u.offset < INDEX_KEPT_UNDECODABLE + 10; u.offset++)
		ck_assert_int_eq(index_writer_undecodable(w, &u), INDEX_OK);
	u.offset--;
	ck_assert_int_eq(index_writer_undecodable(w, &u), INDEX_OK);
	ck_assert_int_eq(index_writer_commit(w), INDEX_OK);
	open_reader();
	ck_assert_int_eq(index_reader_undecodable(r, 3, &a, &list, &n, &total), INDEX_OK);
	ck_assert_uint_eq(n, 3);
	ck_assert_int_eq(total, INDEX_KEPT_UNDECODABLE + 10);
	ck_assert_int_eq(list[0].offset, INDEX_KEPT_UNDECODABLE + 9);
	ck_assert_str_eq(list[0].reason, "no map");
	ck_assert_mem_eq(list[0].value, "value", 5);
	index_writer_counts(w, kept, &n_kept, &bytes);
	ck_assert_int_eq(n_kept, INDEX_KEPT_UNDECODABLE);
}
END_TEST

/* Every question of the table, for each topic: it searches, or it asks for an end of an index. */
START_TEST(no_question_scans)
{
	struct db db;
	char path[96], sql[2048];
	sqlite3_stmt *s;

	snprintf(path, sizeof(path), "%s/%s", dir, INDEX_FILE);
	ck_assert_int_eq(db_open(&db, path, SQLITE_OPEN_READWRITE, err, sizeof(err)), INDEX_OK);
	for (int q = 0; q < QUERIES; q++)
		for (int t = 0; t < INDEX_TOPICS; t++) {
			char *text = db_query_text((enum query_id)q, (enum index_topic)t);

			snprintf(sql, sizeof(sql), "EXPLAIN QUERY PLAN %s", text);
			ck_assert_msg(sqlite3_prepare_v2(db.sql, sql, -1, &s, NULL) == SQLITE_OK, "%s: %s",
			    text, sqlite3_errmsg(db.sql));
			while (sqlite3_step(s) == SQLITE_ROW) {
				const char *plan = (const char *)sqlite3_column_text(s, 3);

				ck_assert_msg(strstr(plan, "TEMP B-TREE") == NULL, "%s: %s", text, plan);
				ck_assert_msg(strncmp(plan, "SCAN", 4) != 0 || strstr(plan, "CONSTANT ROW") != NULL ||
				    (strstr(plan, "SCAN undecodable") != NULL && strstr(text, "LIMIT") != NULL),
				    "%s: %s", text, plan);
			}
			sqlite3_finalize(s);
			free(text);
		}
	db_close(&db);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("index");
	TCase *t = tcase_create("index");
	SRunner *sr;
	int failed;

	tcase_set_timeout(t, 300);
	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, pages_are_those_of_a_naive_index);
	tcase_add_test(t, trimming_keeps_every_answer_right);
	tcase_add_test(t, trimming_by_age_stops_at_the_first_young_one);
	tcase_add_test(t, a_rollback_leaves_nothing_behind);
	tcase_add_test(t, a_record_is_taken_in_once);
	tcase_add_test(t, one_by_its_id_and_its_children);
	tcase_add_test(t, a_stream_finds_its_place);
	tcase_add_test(t, cursors_know_what_they_are_of);
	tcase_add_test(t, what_cannot_be_decoded_is_kept_for_a_while);
	tcase_add_test(t, no_question_scans);
	suite_add_tcase(s, t);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? 0 : 1;
}
