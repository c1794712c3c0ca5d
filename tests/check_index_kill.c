/*
 * check_index_kill.c: what a writer leaves that is killed at any moment: rows
 * and positions that agree. The records of a topic follow from their places, so what the file must hold is known from
 * the positions alone.
 */
#include <sys/wait.h>

#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/index_model.h"

#define ROUNDS	30

static char err[512];

/* The record at a place. */
static void
record_at(int topic, int partition, int64_t offset, struct model_row *row)
{
	memset(row, 0, sizeof(*row));
	row->rec.id = model_id(topic, offset * MODEL_PARTS + partition);
	snprintf(row->action, sizeof(row->action), "act-%d", (int)(offset % 7));
	row->rec.action = row->action;
	row->rec.has_parent = topic == INDEX_EVENTS;
	if (row->rec.has_parent)
		row->rec.parent = model_id(0, offset % 50);
	row->rec.partition = partition;
	row->rec.offset = offset;
	row->rec.timestamp = 1000 + offset * 3;
	snprintf(row->value, sizeof(row->value), "%d %d", partition, (int)offset);
	row->rec.value = (const uint8_t *)row->value;
	row->rec.value_len = strlen(row->value);
}

static void
find_places(struct index_position at[INDEX_TOPICS][MODEL_PARTS])
{
	struct index_position *list;
	size_t n;

	memset(at, 0, sizeof(*at) * INDEX_TOPICS);
	for (int t = 0; t < INDEX_TOPICS; t++) {
		ck_assert_int_eq(index_writer_positions(model.w, (enum index_topic)t, &list, &n), INDEX_OK);
		for (int p = 0; p < MODEL_PARTS; p++)
			at[t][p].partition = p;
		for (size_t i = 0; i < n; i++)
			at[t][list[i].partition] = list[i];
		free(list);
	}
}

static bool
write_batch(struct index_position at[INDEX_TOPICS][MODEL_PARTS])
{
	struct model_row row;

	if (index_writer_begin(model.w) != INDEX_OK)
		return false;
	for (long i = random() % 120; i >= 0; i--) {
		int t = (int)(random() % INDEX_TOPICS), p = (int)(random() % MODEL_PARTS);

		record_at(t, p, at[t][p].next++, &row);
		if (index_writer_add(model.w, (enum index_topic)t, &row.rec) != INDEX_OK)
			return false;
	}
	for (int t = 0; t < INDEX_TOPICS; t++)
		for (int p = 0; p < MODEL_PARTS; p++)
			if (index_writer_position(model.w, (enum index_topic)t, &at[t][p]) != INDEX_OK)
				return false;
	return index_writer_commit(model.w) == INDEX_OK;
}

/* The child: writes from where the file stands until it is killed. */
static void
write_on(unsigned seed)
{
	struct index_retention how = { .older_than = INT64_MIN, .max_bytes = 600000 };
	struct index_position at[INDEX_TOPICS][MODEL_PARTS];
	int removed;

	srandom(seed);
	if (index_writer_open(&model.w, model.dir, "commands", "events", err, sizeof(err)) != INDEX_OK)
		_exit(1);
	find_places(at);
	while (write_batch(at))
		if (random() % 4 == 0 && index_writer_trim(model.w, &how, 100, &removed) != INDEX_OK)
			break;
	_exit(1);
}

/* Every record from low to next of each partition, once, in order, as it should be. */
static void
verify_rows(int topic, const struct index_position *at)
{
	int64_t expected[MODEL_PARTS], seq = 0;
	struct index_record *list;
	struct model_row row;
	size_t n;

	for (int p = 0; p < MODEL_PARTS; p++)
		expected[p] = at[p].low;
	do {
		ck_assert_int_eq(index_reader_scan(model.r, (enum index_topic)topic, seq, 500, SIZE_MAX, &model.a, &list,
		    &n), INDEX_OK);
		for (size_t i = 0; i < n; i++) {
			record_at(topic, list[i].partition, expected[list[i].partition]++, &row);
			model_same(&list[i], &row);
			ck_assert(seq == 0 || list[i].seq == seq + 1);
			seq = list[i].seq;
		}
		arena_reset(&model.a);
	} while (n > 0);
	for (int p = 0; p < MODEL_PARTS; p++)
		ck_assert_int_eq(expected[p], at[p].next);
}

START_TEST(a_killed_writer_leaves_a_whole_index)
{
	struct index_position at[INDEX_TOPICS][MODEL_PARTS];
	int64_t most = 0;
	int status;
	pid_t pid;

	for (unsigned i = 0; i < ROUNDS; i++) {
		index_reader_close(model.r);
		index_writer_close(model.w);
		model.r = NULL;
		model.w = NULL;
		ck_assert_int_ne(pid = fork(), -1);
		if (pid == 0)
			write_on(i);
		usleep((useconds_t)(random() % 80000));
		ck_assert_int_eq(kill(pid, SIGKILL), 0);
		ck_assert_int_eq(waitpid(pid, &status, 0), pid);
		ck_assert(WIFSIGNALED(status));
		model_reopen();
		find_places(at);
		model_whole();
		for (int t = 0; t < INDEX_TOPICS; t++)
			verify_rows(t, at[t]);
		ck_assert_int_ge(at[0][0].next, most);
		most = at[0][0].next;
	}
	ck_assert_int_gt(most, 0);
}
END_TEST

/* What a machine that fell has of the file: the database, but of -wal only a part. */
START_TEST(a_log_that_was_cut_loses_its_end_alone)
{
	struct index_position at[INDEX_TOPICS][MODEL_PARTS], kept[INDEX_TOPICS][MODEL_PARTS];
	char wal[128], copy[600];
	long size;
	FILE *f;

	find_places(at);
	for (int i = 0; i < 30; i++)
		ck_assert(write_batch(at));
	snprintf(wal, sizeof(wal), "%s/%s-wal", model.dir, INDEX_FILE);
	ck_assert_ptr_nonnull(f = fopen(wal, "r"));
	ck_assert_int_eq(fseek(f, 0, SEEK_END), 0);
	size = ftell(f);
	fclose(f);
	/* A copy of the files as they are: the writer at work would write the log back when it closes. */
	snprintf(copy, sizeof(copy), "mkdir '%s/copy' && cp '%s/%s' '%s/%s-wal' '%s/copy'", model.dir, model.dir, INDEX_FILE,
	    model.dir, INDEX_FILE, model.dir);
	ck_assert_int_eq(system(copy), 0);
	index_writer_close(model.w);
	snprintf(copy, sizeof(copy), "mv '%s/copy/'* '%s'; rm -f '%s/%s-shm'", model.dir, model.dir, model.dir, INDEX_FILE);
	ck_assert_int_eq(system(copy), 0);
	ck_assert_int_eq(truncate(wal, size / 2 + 77), 0);
	ck_assert_msg(index_writer_open(&model.w, model.dir, "commands", "events", err, sizeof(err)) == INDEX_OK, "%s", err);
	find_places(kept);
	ck_assert_int_lt(kept[0][0].next, at[0][0].next);
	ck_assert_int_gt(kept[0][0].next, 0);
	model_whole();
	for (int t = 0; t < INDEX_TOPICS; t++)
		verify_rows(t, kept[t]);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("index_kill");
	TCase *t = tcase_create("index_kill");
	SRunner *sr;
	int failed;

	tcase_set_timeout(t, 300);
	tcase_add_checked_fixture(t, model_begin, model_end);
	tcase_add_test(t, a_killed_writer_leaves_a_whole_index);
	tcase_add_test(t, a_log_that_was_cut_loses_its_end_alone);
	suite_add_tcase(s, t);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? 0 : 1;
}
