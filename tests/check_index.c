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
#include "tests/index_model.h"

static char err[512];

static void
ask(int questions)
{
	for (int i = 0; i < questions; i++) {
		struct index_query q = model_question();

		model_compare(&q);
	}
}

START_TEST(pages_are_those_of_a_naive_index)
{
	model_fill(3000);
	for (int i = 0; i < 6; i++) {
		ask(50);
		model_fill(400);
	}
	model_whole();
}
END_TEST

/* Lists of several levels of blocks, the ends of which move. */
START_TEST(deep_lists_are_those_of_a_naive_index)
{
	for (int i = 0; i < 5; i++) {
		model_fill(14000);
		if (i == 3)
			model_trim(9000);
		for (int j = 0; j < 30; j++) {
			struct index_query q = model_question();

			q.offset = random() % 3 == 0 ? random() % 60000 : q.offset;
			model_compare_pages(&q, 3);
		}
	}
	model_whole();
}
END_TEST

/* What an indexer does in a year, in any order. */
START_TEST(anything_in_any_order)
{
	size_t count[INDEX_TOPICS];
	int64_t next[INDEX_TOPICS][MODEL_PARTS];

	for (int i = 0; i < 150; i++) {
		long kind = random() % 10;

		memcpy(count, model.count, sizeof(count));
		memcpy(next, model.next, sizeof(next));
		if (kind < 5) {
			model_fill((int)(random() % 300));
		} else if (kind == 5) {
			ck_assert_int_eq(index_writer_begin(model.w), INDEX_OK);
			ck_assert_int_eq(model_add((int)(random() % 300)), INDEX_OK);
			index_writer_rollback(model.w);
			model_undo(count, next);
		} else if (kind == 6) {
			model_reopen();
		} else {
			model_trim(1 + (int)(random() % (kind == 9 ? 1000 : 200)));
		}
		ask(2);
		if (i % 25 == 0)
			model_whole();
	}
}
END_TEST

/* Nothing from low on is missing, and something before it is. */
static void
compare_lows(void)
{
	struct index_position *list;
	size_t n;

	ck_assert_int_eq(index_reader_positions(model.r, INDEX_COMMANDS, &model.a, &list, &n), INDEX_OK);
	ck_assert_uint_eq(n, MODEL_PARTS);
	for (size_t i = 0; i < n; i++) {
		int64_t low = 0;

		for (size_t j = 0; j < model.first[0]; j++)
			if (model.rows[0][j].rec.partition == list[i].partition)
				low = model.rows[0][j].rec.offset + 1;
		ck_assert_int_eq(list[i].low, low);
		ck_assert_int_eq(list[i].next, model.next[0][i]);
	}
}

START_TEST(trimming_keeps_every_answer_right)
{
	model_fill(4500);
	for (int i = 0; i < 20; i++) {
		model_trim(i == 10 ? 3000 : 150);
		ask(5);
		model_fill(50);
		model_whole();
	}
	compare_lows();
}
END_TEST

/* Remove what is old, a few at a time. Returns how many went. */
static int
trim_all(const struct index_retention *how, int max)
{
	int removed, total = 0;

	do {
		ck_assert_msg(index_writer_trim(model.w, how, max, &removed) == INDEX_OK, "%s",
		    index_writer_error(model.w));
		ck_assert_int_le(removed, 3 * max);
		total += removed;
	} while (removed > 0);
	return total;
}

/* Pages that became free go back to the file system, a few at a time, but for some. */
START_TEST(the_file_shrinks)
{
	static uint8_t value[4000];
	struct index_retention how = { .older_than = INT64_MAX };
	char path[128];
	struct stat before, after;

	snprintf(path, sizeof(path), "%s/%s", model.dir, INDEX_FILE);
	ck_assert_int_eq(index_writer_begin(model.w), INDEX_OK);
	for (int i = 0; i < 6000; i++) {
		struct index_record rec = model_invent(0)->rec;

		rec.value = value;
		rec.value_len = sizeof(value);
		ck_assert_int_eq(index_writer_add(model.w, INDEX_COMMANDS, &rec), INDEX_OK);
		model.count[0]++;
	}
	ck_assert_int_eq(index_writer_commit(model.w), INDEX_OK);
	model_reopen();
	ck_assert_int_eq(stat(path, &before), 0);
	trim_all(&how, 300);
	model_reopen();
	ck_assert_int_eq(stat(path, &after), 0);
	ck_assert_int_gt(before.st_size, 6000 * 4096);
	ck_assert_int_lt(after.st_size, 1500 * 4096);
	ck_assert_int_gt(after.st_size, 1000 * 4096);
}
END_TEST

START_TEST(trimming_by_age_stops_at_the_first_young_one)
{
	struct index_retention how = { .older_than = INT64_MAX };
	int expected = 0;

	model_fill(100);
	how.older_than = model.rows[0][50].rec.timestamp;
	for (int t = 0; t < INDEX_TOPICS; t++) {
		while (model.rows[t][model.first[t]].rec.timestamp < how.older_than)
			model.first[t]++;
		expected += (int)model.first[t];
	}
	ck_assert_int_eq(trim_all(&how, 7), expected);
	ask(20);
}
END_TEST

START_TEST(an_index_that_was_emptied_goes_on)
{
	struct index_retention how = { .older_than = INT64_MAX };

	model_fill(1500);
	trim_all(&how, 400);
	memcpy(model.first, model.count, sizeof(model.first));
	ask(5);
	model_whole();
	model_reopen();
	model_fill(2000);
	ask(20);
	model_whole();
}
END_TEST

/* An action that no record has any more leaves nothing behind, and can come back. */
START_TEST(actions_go_with_their_last_record)
{
	struct index_query q = { .topic = INDEX_COMMANDS, .action = "once", .since = INT64_MIN, .until = INT64_MAX,
		.limit = 10, .max_bytes = SIZE_MAX };
	struct index_page page;
	char cursor[INDEX_CURSOR];

	for (int round = 0; round < 2; round++) {
		ck_assert_int_eq(index_writer_begin(model.w), INDEX_OK);
		for (int i = 0; i < 600; i++) {
			struct model_row *row = model_invent(0);

			strcpy(row->action, "once");
			ck_assert_int_eq(index_writer_add(model.w, INDEX_COMMANDS, &row->rec), INDEX_OK);
			model.count[0]++;
		}
		ck_assert_int_eq(index_writer_commit(model.w), INDEX_OK);
		model_read();
		q.after = NULL;
		q.offset = 200;
		ck_assert_int_eq(index_reader_list(model.r, &q, &model.a, &page), INDEX_OK);
		ck_assert_int_eq(page.total, 600);
		strcpy(cursor, page.next);
		model_fill(10);
		while (model.first[0] < model.count[0] - 10)
			model_trim(100);
		q.offset = 0;
		ck_assert_int_eq(index_reader_list(model.r, &q, &model.a, &page), INDEX_OK);
		ck_assert_int_eq(page.total, 0);
		q.after = cursor;
		ck_assert_int_eq(index_reader_list(model.r, &q, &model.a, &page), INDEX_GONE);
		model_whole();
	}
	/* The numbers of the second time lie behind those of the first: an old cursor is never taken for a new one. */
	ck_assert_int_eq(index_writer_begin(model.w), INDEX_OK);
	for (int i = 0; i < 900; i++) {
		struct model_row *row = model_invent(0);

		strcpy(row->action, "once");
		ck_assert_int_eq(index_writer_add(model.w, INDEX_COMMANDS, &row->rec), INDEX_OK);
		model.count[0]++;
	}
	ck_assert_int_eq(index_writer_commit(model.w), INDEX_OK);
	ck_assert_int_eq(index_reader_list(model.r, &q, &model.a, &page), INDEX_GONE);
}
END_TEST

/* A clock that ran ahead holds nothing back, but does not let go of what is young either. */
START_TEST(a_timestamp_of_the_future_keeps_nothing)
{
	static const int64_t times[] = { 5, 9000000000, 6, 9000000000, 100, 9000000000 };
	struct index_retention how = { .older_than = 50 };
	struct index_query q = { .topic = INDEX_COMMANDS, .since = INT64_MIN, .until = INT64_MAX, .limit = 10,
		.max_bytes = SIZE_MAX };
	struct index_page page;

	ck_assert_int_eq(index_writer_begin(model.w), INDEX_OK);
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		struct model_row *row = model_invent(0);

		row->rec.timestamp = times[i];
		ck_assert_int_eq(index_writer_add(model.w, INDEX_COMMANDS, &row->rec), INDEX_OK);
		model.count[0]++;
	}
	ck_assert_int_eq(index_writer_commit(model.w), INDEX_OK);
	ck_assert_int_eq(trim_all(&how, 10), 1);
	how.now = 200;
	ck_assert_int_eq(trim_all(&how, 10), 2);
	model_read();
	ck_assert_int_eq(index_reader_list(model.r, &q, &model.a, &page), INDEX_OK);
	ck_assert_int_eq(page.total, 3);
	ck_assert_int_eq(page.list[1].timestamp, 100);
}
END_TEST

START_TEST(a_rollback_leaves_nothing_behind)
{
	size_t count[INDEX_TOPICS];
	int64_t next[INDEX_TOPICS][MODEL_PARTS];

	model_fill(1500);
	for (int i = 0; i < 5; i++) {
		memcpy(count, model.count, sizeof(count));
		memcpy(next, model.next, sizeof(next));
		ck_assert_int_eq(index_writer_begin(model.w), INDEX_OK);
		for (int j = 0; j < 700; j++)
			for (int t = 0; t < INDEX_TOPICS; t++) {
				struct model_row *row = model_invent(t);

				snprintf(row->action, sizeof(row->action), "new-%d", i);
				ck_assert_int_eq(index_writer_add(model.w, (enum index_topic)t, &row->rec), INDEX_OK);
				model.count[t]++;
			}
		index_writer_rollback(model.w);
		model_undo(count, next);
		model_fill(100);
		ask(10);
		model_whole();
	}
}
END_TEST

START_TEST(nothing_is_written_without_a_transaction)
{
	int64_t kept[INDEX_TOPICS], undecodable, bytes;

	ck_assert_int_eq(index_writer_add(model.w, INDEX_COMMANDS, &model_invent(0)->rec), INDEX_ERROR);
	ck_assert_int_eq(index_writer_commit(model.w), INDEX_ERROR);
	ck_assert(strstr(index_writer_error(model.w), "transaction") != NULL);
	index_writer_counts(model.w, kept, &undecodable, &bytes);
	ck_assert_int_eq(kept[0], 0);
}
END_TEST

START_TEST(a_record_is_taken_in_once)
{
	int64_t kept[INDEX_TOPICS], undecodable, bytes;

	model_fill(10);
	ck_assert_int_eq(index_writer_begin(model.w), INDEX_OK);
	for (int i = 0; i < 10; i++)
		ck_assert_int_eq(index_writer_add(model.w, INDEX_EVENTS, &model.rows[1][i].rec), INDEX_OK);
	ck_assert_int_eq(index_writer_commit(model.w), INDEX_OK);
	index_writer_counts(model.w, kept, &undecodable, &bytes);
	ck_assert_int_eq(kept[1], 10);
	ck_assert_int_gt(bytes, 4096);
	model_fill(10);
	model_read();
	model_whole();
}
END_TEST

START_TEST(one_by_its_id_and_its_children)
{
	struct index_record got, *list;
	struct id parent = model_id(0, 3), none = model_id(9, 9);
	size_t n, expected = 0;

	model_fill(500);
	model_read();
	ck_assert_int_eq(index_reader_get(model.r, INDEX_COMMANDS, &model.rows[0][17].rec.id, &model.a, &got), INDEX_OK);
	for (size_t i = 0; i < model.count[0]; i++)
		if (id_equal(&model.rows[0][i].rec.id, &model.rows[0][17].rec.id)) {
			model_same(&got, &model.rows[0][i]);
			break;
		}
	ck_assert_int_eq(index_reader_get(model.r, INDEX_EVENTS, &none, &model.a, &got), INDEX_NONE);
	ck_assert_int_eq(index_reader_children(model.r, &parent, 1000, true, &model.a, &list, &n), INDEX_OK);
	for (size_t i = 0; i < model.count[1]; i++)
		if (model.rows[1][i].rec.has_parent && id_equal(&model.rows[1][i].rec.parent, &parent))
			model_same(&list[expected++], &model.rows[1][i]);
	ck_assert_uint_eq(n, expected);
	ck_assert_int_eq(index_reader_children(model.r, &parent, 2, false, &model.a, &list, &n), INDEX_OK);
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

	model_fill(2000);
	model_read();
	for (int i = 0; i < 50; i++) {
		for (int p = 0; p < 4; p++)
			want[p] = random() % (model.next[1][p] + 2);
		ck_assert_int_eq(index_reader_seek(model.r, INDEX_EVENTS, want, i % 5 == 0 ? 2 : 4, &seq), INDEX_OK);
		for (int p = 2; i % 5 == 0 && p < 4; p++)
			want[p] = 0;
		for (at = 0; at < (size_t)seq; at++)
			ck_assert_int_lt(model.rows[1][at].rec.offset, want[model.rows[1][at].rec.partition]);
		ck_assert(at == model.count[1] || model.rows[1][at].rec.offset >= want[model.rows[1][at].rec.partition]);
		do {
			ck_assert_int_eq(index_reader_scan(model.r, INDEX_EVENTS, seq, 100, 300, &model.a, &list, &n), INDEX_OK);
			for (size_t j = 0; j < n; j++) {
				ck_assert_int_eq(list[j].seq, seq + 1);
				model_same(&list[j], &model.rows[1][at++]);
				seq++;
			}
			arena_reset(&model.a);
		} while (n > 0);
		ck_assert_uint_eq(at, model.count[1]);
	}
}
END_TEST

/* Fifty thousand children of one parent: all questions about the list alone are cheap, others are refused. */
START_TEST(no_question_takes_for_ever)
{
	struct index_query q = { .topic = INDEX_EVENTS, .has_parent = true, .parent = model_id(0, 1), .since = INT64_MIN,
		.until = INT64_MAX, .limit = 2, .offset = 49000, .max_bytes = SIZE_MAX };
	struct index_page page;

	ck_assert_int_eq(index_writer_begin(model.w), INDEX_OK);
	for (int i = 0; i < 51000; i++) {
		struct index_record rec = model_invent(1)->rec;

		rec.has_parent = true;
		rec.parent = q.parent;
		ck_assert_int_eq(index_writer_add(model.w, INDEX_EVENTS, &rec), INDEX_OK);
		model.count[1]++;
	}
	ck_assert_int_eq(index_writer_commit(model.w), INDEX_OK);
	model_read();
	ck_assert_int_eq(index_reader_list(model.r, &q, &model.a, &page), INDEX_OK);
	ck_assert_int_eq(page.total, 51000);
	ck_assert_int_eq(page.list[0].seq, 49001);
	q.action = "act-1";
	ck_assert_int_eq(index_reader_list(model.r, &q, &model.a, &page), INDEX_COSTLY);
	q.has_parent = false;
	q.since = 1000000;
	q.until = 1000500;
	q.offset = 0;
	ck_assert_int_eq(index_reader_list(model.r, &q, &model.a, &page), INDEX_OK);
}
END_TEST

START_TEST(cursors_know_what_they_are_of)
{
	struct index_query q = { .topic = INDEX_COMMANDS, .since = INT64_MIN, .until = INT64_MAX, .limit = 2,
		.max_bytes = SIZE_MAX };
	static const char *const bad[] = { "", "x", "00", "0123456789abcdef0123456789abcdef0123456789" };
	struct index_page page, other;
	char kept[INDEX_CURSOR], name[64];

	model_fill(10);
	model_read();
	ck_assert_int_eq(index_reader_list(model.r, &q, &model.a, &page), INDEX_OK);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		q.after = bad[i];
		ck_assert_int_eq(index_reader_list(model.r, &q, &model.a, &other), INDEX_BAD);
	}
	q.after = page.next;
	q.topic = INDEX_EVENTS;
	ck_assert_int_eq(index_reader_list(model.r, &q, &model.a, &other), INDEX_BAD);
	q.topic = INDEX_COMMANDS;
	while (model.first[0] < 5)
		model_trim(1);
	ck_assert_int_eq(index_reader_list(model.r, &q, &model.a, &other), INDEX_GONE);
	strcpy(kept, page.next);
	index_reader_close(model.r);
	model.r = NULL;
	index_writer_close(model.w);
	ck_assert_int_eq(index_set_aside(model.dir, name, sizeof(name)), 0);
	ck_assert_int_eq(index_writer_open(&model.w, model.dir, "commands", "events", err, sizeof(err)), INDEX_OK);
	model_read();
	q.after = kept;
	ck_assert_int_eq(index_reader_list(model.r, &q, &model.a, &other), INDEX_GONE);
}
END_TEST

START_TEST(what_cannot_be_decoded_is_kept_for_a_while)
{
	struct index_undecodable u = { .topic = INDEX_EVENTS, .partition = 2, .timestamp = 5, .reason = "no map",
		.key = (const uint8_t *)"k", .key_len = 1, .value = (const uint8_t *)"value", .value_len = 5,
		.value_full = 5 }, *list;
	int64_t total, kept[INDEX_TOPICS], n_kept, bytes;
	size_t n;

	ck_assert_int_eq(index_writer_begin(model.w), INDEX_OK);
	for (u.offset = 0; u.offset < INDEX_KEPT_UNDECODABLE + 10; u.offset++)
		ck_assert_int_eq(index_writer_undecodable(model.w, &u), INDEX_OK);
	u.offset--;
	ck_assert_int_eq(index_writer_undecodable(model.w, &u), INDEX_OK);
	ck_assert_int_eq(index_writer_commit(model.w), INDEX_OK);
	model_read();
	ck_assert_int_eq(index_reader_undecodable(model.r, 3, &model.a, &list, &n, &total), INDEX_OK);
	ck_assert_uint_eq(n, 3);
	ck_assert_int_eq(total, INDEX_KEPT_UNDECODABLE + 10);
	ck_assert_int_eq(list[0].offset, INDEX_KEPT_UNDECODABLE + 9);
	ck_assert_str_eq(list[0].reason, "no map");
	ck_assert_mem_eq(list[0].value, "value", 5);
	index_writer_counts(model.w, kept, &n_kept, &bytes);
	ck_assert_int_eq(n_kept, INDEX_KEPT_UNDECODABLE);
}
END_TEST

/* Every question and change of the table, for each topic. */
START_TEST(no_question_scans)
{
	struct db db;
	char path[96], sql[2048];
	sqlite3_stmt *s;

	snprintf(path, sizeof(path), "%s/%s", model.dir, INDEX_FILE);
	ck_assert_int_eq(db_open(&db, path, SQLITE_OPEN_READWRITE, 0), INDEX_OK);
	for (int q = 0; q < QUERIES; q++)
		for (int t = 0; t < INDEX_TOPICS; t++) {
			char *text = db_query_text((enum query_id)q, (enum index_topic)t);

			snprintf(sql, sizeof(sql), "EXPLAIN QUERY PLAN %s", text);
			ck_assert_msg(sqlite3_prepare_v2(db.sql, sql, -1, &s, NULL) == SQLITE_OK, "%s: %s",
			    text, sqlite3_errmsg(db.sql));
			while (sqlite3_step(s) == SQLITE_ROW) {
				const char *plan = (const char *)sqlite3_column_text(s, 3);

				ck_assert_msg(strstr(plan, "TEMP B-TREE") == NULL, "%s: %s", text, plan);
				ck_assert_msg(strncmp(plan, "SCAN", 4) != 0 || strcmp(plan, "SCAN CONSTANT ROW") == 0,
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
	tcase_add_checked_fixture(t, model_begin, model_end);
	tcase_add_test(t, pages_are_those_of_a_naive_index);
	tcase_add_test(t, deep_lists_are_those_of_a_naive_index);
	tcase_add_test(t, anything_in_any_order);
	tcase_add_test(t, trimming_keeps_every_answer_right);
	tcase_add_test(t, the_file_shrinks);
	tcase_add_test(t, trimming_by_age_stops_at_the_first_young_one);
	tcase_add_test(t, an_index_that_was_emptied_goes_on);
	tcase_add_test(t, actions_go_with_their_last_record);
	tcase_add_test(t, a_timestamp_of_the_future_keeps_nothing);
	tcase_add_test(t, a_rollback_leaves_nothing_behind);
	tcase_add_test(t, nothing_is_written_without_a_transaction);
	tcase_add_test(t, a_record_is_taken_in_once);
	tcase_add_test(t, one_by_its_id_and_its_children);
	tcase_add_test(t, a_stream_finds_its_place);
	tcase_add_test(t, no_question_takes_for_ever);
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
