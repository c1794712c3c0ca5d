/*
 * check_index_hurt.c: files that are no index, other ones, damaged ones; a disk that is full or fails at any call. What
 * comes of it is a code and a sentence, and an index that is whole where it could be kept so.
 */
#include <sys/stat.h>

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/index_model.h"

static char err[512], path[128];

static void
begin(void)
{
	model_begin();
	snprintf(path, sizeof(path), "%s/%s", model.dir, INDEX_FILE);
}

/* The files alone, with everything in the first. */
static void
close_writer(void)
{
	index_writer_close(model.w);
	model.w = NULL;
}

static void
write_file(const void *data, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(write(fd, data, len), (ssize_t)len);
	close(fd);
}

static void
expect(enum index_result writer, enum index_result reader)
{
	struct index_reader *r = NULL;

	ck_assert_msg(index_reader_open(&r, model.dir, NULL, err, sizeof(err)) == reader, "%s", err);
	index_reader_close(r);
	ck_assert_msg(reader == INDEX_OK || strstr(err, model.dir) != NULL, "%s", err);
	ck_assert_msg(index_writer_open(&model.w, model.dir, "commands", "events", err, sizeof(err)) == writer, "%s", err);
	ck_assert_msg(writer == INDEX_OK || strstr(err, model.dir) != NULL, "%s", err);
	if (writer != INDEX_OK)
		model.w = NULL;
}

START_TEST(there_is_no_file)
{
	close_writer();
	ck_assert_int_eq(index_remove(model.dir), 0);
	expect(INDEX_OK, INDEX_NONE);
}
END_TEST

START_TEST(the_file_is_empty)
{
	close_writer();
	ck_assert_int_eq(index_remove(model.dir), 0);
	write_file("", 0);
	expect(INDEX_OK, INDEX_NONE);
	model_fill(10);
}
END_TEST

/* As where setting aside was cut short: the log of a database that is not there any more. */
START_TEST(a_log_is_left_over)
{
	int64_t rows[INDEX_TOPICS], undecodable, bytes;
	char command[800];

	model_fill(100);
	snprintf(command, sizeof(command), "cp '%s-wal' '%s.log' && cp '%s-shm' '%s.shm'", path, path, path, path);
	ck_assert_int_eq(system(command), 0);
	close_writer();
	snprintf(command, sizeof(command), "rm '%s' && mv '%s.log' '%s-wal' && mv '%s.shm' '%s-shm'", path, path, path, path,
	    path);
	ck_assert_int_eq(system(command), 0);
	expect(INDEX_OK, INDEX_NONE);
	index_writer_counts(model.w, rows, &undecodable, &bytes);
	ck_assert_int_eq(rows[0], 0);
	memset(model.count, 0, sizeof(model.count));
	model_fill(100);
	model_whole();
}
END_TEST

START_TEST(the_file_is_garbage)
{
	char garbage[70000];

	model_fill(10);
	close_writer();
	for (size_t i = 0; i < sizeof(garbage); i++)
		garbage[i] = (char)random();
	write_file(garbage, sizeof(garbage));
	expect(INDEX_CORRUPT, INDEX_CORRUPT);
	write_file("hello\n", 6);
	expect(INDEX_CORRUPT, INDEX_CORRUPT);
	/* The beginning of a database, and nothing of it. */
	write_file("SQLite format 3", 16);
	expect(INDEX_CORRUPT, INDEX_CORRUPT);
}
END_TEST

static void
run_sql(const char *sql)
{
	sqlite3 *db;
	char *message = NULL;

	ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
	ck_assert_msg(sqlite3_exec(db, sql, NULL, NULL, &message) == SQLITE_OK, "%s", message);
	sqlite3_close(db);
}

START_TEST(the_file_is_another_programs)
{
	close_writer();
	ck_assert_int_eq(index_remove(model.dir), 0);
	run_sql("CREATE TABLE mine (a); INSERT INTO mine VALUES (1)");
	expect(INDEX_CORRUPT, INDEX_CORRUPT);
	ck_assert(strstr(err, "not cmdr's") != NULL);
	run_sql("INSERT INTO mine VALUES (2)");
}
END_TEST

START_TEST(the_index_is_of_another_version_or_topic)
{
	struct index_writer *w;

	model_fill(10);
	close_writer();
	ck_assert_int_eq(index_writer_open(&w, model.dir, "commands", "other", err, sizeof(err)), INDEX_VERSION);
	ck_assert(strstr(err, "other") != NULL);
	ck_assert_int_eq(index_writer_open(&w, model.dir, "command", "events", err, sizeof(err)), INDEX_VERSION);
	expect(INDEX_OK, INDEX_OK);
	close_writer();
	run_sql("PRAGMA user_version = 999");
	expect(INDEX_VERSION, INDEX_VERSION);
	ck_assert(strstr(err, "999") != NULL);
}
END_TEST

START_TEST(its_tables_are_others)
{
	close_writer();
	run_sql("DROP TABLE place; CREATE TABLE place (a)");
	expect(INDEX_CORRUPT, INDEX_CORRUPT);
}
END_TEST

/* A trigger that someone put in does not run. */
START_TEST(it_does_nothing_that_we_did_not_write)
{
	int64_t rows[INDEX_TOPICS], undecodable, bytes;

	close_writer();
	run_sql("CREATE TRIGGER t AFTER INSERT ON command BEGIN INSERT INTO action (name) VALUES (randomblob(9)); END");
	expect(INDEX_OK, INDEX_OK);
	model_fill(10);
	index_writer_counts(model.w, rows, &undecodable, &bytes);
	ck_assert_int_eq(rows[0], 10);
	close_writer();
	run_sql("CREATE TABLE n (n CHECK (n <= 5)); INSERT INTO n SELECT count(*) FROM action");
}
END_TEST

/* Whatever is asked of a damaged index, there is an answer. */
static void
ask_all(void)
{
	struct index_record rec, *list;
	struct index_position *places;
	struct index_undecodable *bad;
	struct index_page page;
	struct id id = model_id(0, 7);
	int64_t want[MODEL_PARTS] = { 3, 9 }, seq, total;
	size_t n;

	index_reader_get(model.r, INDEX_COMMANDS, &id, &model.a, &rec);
	index_reader_children(model.r, &id, 10, true, &model.a, &list, &n);
	index_reader_scan(model.r, INDEX_EVENTS, 3, 100, SIZE_MAX, &model.a, &list, &n);
	index_reader_seek(model.r, INDEX_EVENTS, want, MODEL_PARTS, &seq);
	index_reader_positions(model.r, INDEX_EVENTS, &model.a, &places, &n);
	index_reader_undecodable(model.r, 10, &model.a, &bad, &n, &total);
	for (int i = 0; i < 8; i++) {
		struct index_query q = model_question();

		index_reader_list(model.r, &q, &model.a, &page);
	}
	arena_reset(&model.a);
}

static void
write_some(void)
{
	struct index_retention how = { .older_than = INT64_MIN, .max_bytes = 1 };
	size_t count[INDEX_TOPICS];
	int64_t next[INDEX_TOPICS][MODEL_PARTS];
	int removed;

	memcpy(count, model.count, sizeof(count));
	memcpy(next, model.next, sizeof(next));
	index_writer_trim(model.w, &how, 50, &removed);
	if (index_writer_begin(model.w) == INDEX_OK && model_add(20) == INDEX_OK)
		index_writer_commit(model.w);
	model_undo(count, next);
}

START_TEST(the_file_is_damaged)
{
	struct stat st;
	uint8_t *whole, *hurt;
	int found = 0, fd;

	model_fill(1500);
	close_writer();
	ck_assert_int_eq(stat(path, &st), 0);
	whole = malloc((size_t)st.st_size);
	hurt = malloc((size_t)st.st_size);
	fd = open(path, O_RDONLY);
	ck_assert_int_eq(read(fd, whole, (size_t)st.st_size), st.st_size);
	close(fd);
	for (int i = 0; i < 150; i++) {
		size_t len = (size_t)st.st_size;

		memcpy(hurt, whole, len);
		if (i % 5 == 0)
			len = (size_t)(random() % st.st_size);
		for (long n = random() % 60; n >= 0 && len > 0; n--)
			hurt[(size_t)random() % (i % 3 == 0 && len > 8192 ? 8192 : len)] = (uint8_t)random();
		ck_assert_int_eq(index_remove(model.dir), 0);
		write_file(hurt, len);
		if (index_reader_open(&model.r, model.dir, NULL, err, sizeof(err)) == INDEX_OK) {
			ask_all();
			found += index_reader_check(model.r, NULL, NULL, err, sizeof(err)) == INDEX_CORRUPT;
			index_reader_close(model.r);
		}
		model.r = NULL;
		if (index_writer_open(&model.w, model.dir, "commands", "events", err, sizeof(err)) == INDEX_OK)
			write_some();
		else
			model.w = NULL;
		close_writer();
	}
	/* Most of the damage is within rows, where nothing but the check finds it. */
	ck_assert_int_gt(found, 20);
	free(whole);
	free(hurt);
}
END_TEST

START_TEST(the_check_finds_what_is_wrong)
{
	static const char *const wrong[] = {
		"DELETE FROM command WHERE seq = 700",
		"DELETE FROM command WHERE seq < 10",
		"UPDATE command SET nth = nth + 100000 WHERE seq = 900",
		"UPDATE event SET child = child + 1 WHERE seq > 500 AND parent IS NOT NULL",
		"DELETE FROM block WHERE topic = 1 AND action = 0 AND level = 0 AND nr = 2",
		"DELETE FROM block WHERE topic = 0 AND action = 0 AND level = 1",
		"UPDATE command SET timestamp = timestamp + 1 WHERE seq = 300",
		"INSERT INTO block VALUES (0, 0, 0, 70, x'00')",
		"DELETE FROM action WHERE id = 2",
		"UPDATE place SET next = 5 WHERE topic = 1 AND partition = 1",
		"UPDATE past SET last = 3 WHERE topic = 0",
	};
	struct stat st;
	char copy[800];

	model_fill(4500);
	close_writer();
	ck_assert_int_eq(stat(path, &st), 0);
	snprintf(copy, sizeof(copy), "cp '%s' '%s.whole'", path, path);
	ck_assert_int_eq(system(copy), 0);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		snprintf(copy, sizeof(copy), "cp '%s.whole' '%s'; rm -f '%s-wal' '%s-shm'", path, path, path, path);
		ck_assert_int_eq(system(copy), 0);
		model_read();
		model_whole();
		index_reader_close(model.r);
		model.r = NULL;
		run_sql(wrong[i]);
		model_read();
		ck_assert_msg(index_reader_check(model.r, NULL, NULL, err, sizeof(err)) == INDEX_CORRUPT, "%s", wrong[i]);
		ck_assert_str_ne(err, "");
		index_reader_close(model.r);
		model.r = NULL;
	}
}
END_TEST

static int
give_up(void *arg)
{
	return ++*(int *)arg > 3;
}

START_TEST(the_check_can_be_ended)
{
	int calls = 0;

	model_fill(5000);
	model_read();
	ck_assert_int_eq(index_reader_check(model.r, give_up, &calls, err, sizeof(err)), INDEX_ERROR);
	ck_assert_int_eq(calls, 4);
	ck_assert_str_ne(err, "");
	calls = -1000000;
	ck_assert_int_eq(index_reader_check(model.r, give_up, &calls, err, sizeof(err)), INDEX_OK);
}
END_TEST

/* SQLite's calls to the system fail from the so manieth on. */
static struct {
	int	left, error;
	bool	reads;		/* those that read, too */
} fault = { -1, 0, false };

static bool
fails(void)
{
	if (fault.left < 0 || fault.left-- > 0)
		return false;
	fault.left = 0;
	errno = fault.error;
	return true;
}

static ssize_t
faulty_pwrite(int fd, const void *data, size_t len, off_t offset)
{
	return fails() ? -1 : pwrite(fd, data, len, offset);
}

static int
faulty_ftruncate(int fd, off_t size)
{
	return fails() ? -1 : ftruncate(fd, size);
}

static ssize_t
faulty_pread(int fd, void *data, size_t len, off_t offset)
{
	return fails() ? -1 : pread(fd, data, len, offset);
}

static void
make_faulty(bool reads)
{
	sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);

	vfs->xSetSystemCall(vfs, "pwrite", (sqlite3_syscall_ptr)faulty_pwrite);
	vfs->xSetSystemCall(vfs, "pwrite64", (sqlite3_syscall_ptr)faulty_pwrite);
	vfs->xSetSystemCall(vfs, "ftruncate", (sqlite3_syscall_ptr)faulty_ftruncate);
	fault.reads = reads;
	if (reads) {
		vfs->xSetSystemCall(vfs, "pread", (sqlite3_syscall_ptr)faulty_pread);
		vfs->xSetSystemCall(vfs, "pread64", (sqlite3_syscall_ptr)faulty_pread);
	}
}

/* Write with the system failing from some call on; then it works again. expected: what comes of it besides INDEX_OK. */
static int
write_and_fail(int after, int error, enum index_result expected)
{
	struct index_retention how = { .older_than = INT64_MIN, .max_bytes = 1 };
	size_t count[INDEX_TOPICS];
	int64_t next[INDEX_TOPICS][MODEL_PARTS], kept[INDEX_TOPICS], undecodable, bytes;
	enum index_result r;
	int removed = 0;

	memcpy(count, model.count, sizeof(count));
	memcpy(next, model.next, sizeof(next));
	fault.left = after;
	fault.error = error;
	r = index_writer_begin(model.w);
	if (r == INDEX_OK)
		r = model_add(400);
	if (r == INDEX_OK)
		r = index_writer_commit(model.w);
	if (r == INDEX_OK && random() % 2)
		r = index_writer_trim(model.w, &how, 150, &removed);
	else if (r != INDEX_OK)
		model_undo(count, next);
	fault.left = -1;
	/* SQLite calls a file damaged that cannot be read. */
	ck_assert_msg(r == INDEX_OK || r == expected || (r == INDEX_CORRUPT && fault.reads), "%d after %d: %s", (int)r,
	    after, index_writer_error(model.w));
	index_writer_counts(model.w, kept, &undecodable, &bytes);
	for (int t = 0; t < INDEX_TOPICS; t++)
		model.first[t] = model.count[t] - (size_t)kept[t];
	return r != INDEX_OK;
}

static void
fail_everywhere(int error, enum index_result expected)
{
	int failures = 0;

	for (int i = 0; i < 60; i++) {
		failures += write_and_fail(i < 30 ? i : (int)(random() % 400), error, expected);
		for (int j = 0; j < 2; j++) {
			struct index_query q = model_question();

			model_compare(&q);
		}
		if (i % 10 == 9)
			model_reopen();
		if (i % 5 == 0)
			model_whole();
	}
	ck_assert_int_gt(failures, 20);
	model_whole();
}

START_TEST(the_disk_is_full_at_any_moment)
{
	make_faulty(false);
	model_fill(500);
	fail_everywhere(ENOSPC, INDEX_FULL);
}
END_TEST

START_TEST(the_disk_fails_at_any_moment)
{
	make_faulty(false);
	model_fill(500);
	fail_everywhere(EIO, INDEX_ERROR);
}
END_TEST

START_TEST(reading_fails_at_any_moment)
{
	make_faulty(true);
	model_fill(500);
	fail_everywhere(EIO, INDEX_ERROR);
}
END_TEST

START_TEST(no_room_for_a_new_index)
{
	int full = 0;

	close_writer();
	make_faulty(false);
	for (int i = 0; i < 40; i++) {
		enum index_result r;

		ck_assert_int_eq(index_remove(model.dir), 0);
		fault.left = i;
		fault.error = ENOSPC;
		r = index_writer_open(&model.w, model.dir, "commands", "events", err, sizeof(err));
		fault.left = -1;
		ck_assert_msg(r == INDEX_OK || r == INDEX_FULL, "%d after %d: %s", (int)r, i, err);
		if (r == INDEX_OK)
			close_writer();
		full += r == INDEX_FULL;
		/* There is room again. */
		ck_assert_msg(index_writer_open(&model.w, model.dir, "commands", "events", err, sizeof(err)) == INDEX_OK,
		    "after %d: %s", i, err);
		close_writer();
	}
	ck_assert_int_gt(full, 5);
}
END_TEST

START_TEST(one_writer_at_a_time)
{
	char command[256];
	int fd = index_lock(model.dir);

	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(index_lock(model.dir), -1);
	ck_assert_int_eq(errno, EWOULDBLOCK);
	close(fd);
	ck_assert_int_ne(fd = index_lock(model.dir), -1);
	close(fd);
	snprintf(command, sizeof(command), "test \"$(stat -c %%a '%s')\" = 640", path);
	ck_assert_int_eq(system(command), 0);
}
END_TEST

START_TEST(what_is_set_aside_is_whole)
{
	char name[64], other[64], file[200], fresh[64];
	int64_t rows[INDEX_TOPICS], undecodable, bytes;

	model_fill(40);
	close_writer();
	ck_assert_int_eq(index_set_aside(model.dir, name, sizeof(name)), 0);
	ck_assert_int_eq(index_writer_open(&model.w, model.dir, "commands", "events", err, sizeof(err)), INDEX_OK);
	index_writer_counts(model.w, rows, &undecodable, &bytes);
	ck_assert_int_eq(rows[0], 0);
	close_writer();
	ck_assert_int_eq(index_set_aside(model.dir, other, sizeof(other)), 0);
	ck_assert_str_ne(name, other);
	/* Back again, under the name that it had. */
	snprintf(file, sizeof(file), "%s/%s", model.dir, name);
	ck_assert_int_eq(rename(file, path), 0);
	ck_assert_int_eq(index_writer_open(&model.w, model.dir, "commands", "events", err, sizeof(err)), INDEX_OK);
	index_writer_counts(model.w, rows, &undecodable, &bytes);
	ck_assert_int_eq(rows[0], 40);
	close_writer();
	ck_assert_int_eq(index_remove(model.dir), 0);
	ck_assert_int_eq(index_set_aside(model.dir, fresh, sizeof(fresh)), 0);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("index_hurt");
	TCase *t = tcase_create("index_hurt");
	SRunner *sr;
	int failed;

	tcase_set_timeout(t, 300);
	tcase_add_checked_fixture(t, begin, model_end);
	tcase_add_test(t, there_is_no_file);
	tcase_add_test(t, the_file_is_empty);
	tcase_add_test(t, a_log_is_left_over);
	tcase_add_test(t, the_file_is_garbage);
	tcase_add_test(t, the_file_is_another_programs);
	tcase_add_test(t, the_index_is_of_another_version_or_topic);
	tcase_add_test(t, its_tables_are_others);
	tcase_add_test(t, it_does_nothing_that_we_did_not_write);
	tcase_add_test(t, the_file_is_damaged);
	tcase_add_test(t, the_check_finds_what_is_wrong);
	tcase_add_test(t, the_check_can_be_ended);
	tcase_add_test(t, the_disk_is_full_at_any_moment);
	tcase_add_test(t, the_disk_fails_at_any_moment);
	tcase_add_test(t, reading_fails_at_any_moment);
	tcase_add_test(t, no_room_for_a_new_index);
	tcase_add_test(t, one_writer_at_a_time);
	tcase_add_test(t, what_is_set_aside_is_whole);
	suite_add_tcase(s, t);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? 0 : 1;
}
