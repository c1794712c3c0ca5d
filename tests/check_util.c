/*
 * check_util.c: src/util: ids, tables, buffers, arenas.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <check.h>

#include "util/arena.h"
#include "util/buf.h"
#include "util/hex.h"
#include "util/id.h"
#include "util/idtab.h"
#include "util/log.h"

START_TEST(ids_have_the_version_1_layout_and_differ)
{
	struct id a = id_make(), b = id_make();

	ck_assert_int_eq(a.b[6] >> 4, 1);
	ck_assert_int_eq(a.b[8] >> 6, 2);
	ck_assert_int_eq(a.b[10] & 1, 1);
	ck_assert(!id_equal(&a, &b));
}
END_TEST

START_TEST(ids_parse_and_print)
{
	const char *text = "AB675EA0-7f6d-11e6-bcdd-540e9df06c05";
	char out[ID_TEXT + 1];
	struct id id;

	ck_assert_int_eq(id_parse(text, 36, &id), 0);
	id_format(&id, out);
	ck_assert_str_eq(out, "ab675ea0-7f6d-11e6-bcdd-540e9df06c05");
	ck_assert_int_eq(id_parse(text, 35, &id), -1);
	ck_assert_int_eq(id_parse("ab675ea0-7f6d-11e6-bcdd-540e9df06c0g", 36, &id), -1);
	ck_assert_int_eq(id_parse("{b675ea0-7f6d-11e6-bcdd-540e9df06c05", 36, &id), -1);
}
END_TEST

START_TEST(version_5_is_that_of_the_rfc)
{
	struct id dns = id_dns(), id = id_v5(&dns, "www.example.com", 15);
	char out[ID_TEXT + 1];

	id_format(&id, out);
	ck_assert_str_eq(out, "2ed6657d-e927-568b-95e1-2665a8aea6a2");
}
END_TEST

START_TEST(table_survives_random_puts_and_removes)
{
	enum { N = 2000 };
	static struct id ids[N];
	static int in[N];
	struct idtab t;
	size_t count = 0;

	idtab_init(&t);
	for (int i = 0; i < N; i++)
		ids[i] = id_make();
	srand(7);
	for (int round = 0; round < 50000; round++) {
		int i = rand() % N;

		if (in[i]) {
			ck_assert_ptr_eq(idtab_remove(&t, &ids[i]), &ids[i]);
			count--;
		} else {
			ck_assert_ptr_null(idtab_put(&t, &ids[i], &ids[i]));
			count++;
		}
		in[i] = !in[i];
		ck_assert_uint_eq(t.count, count);
	}
	for (int i = 0; i < N; i++)
		ck_assert_ptr_eq(idtab_get(&t, &ids[i]), in[i] ? &ids[i] : NULL);
	idtab_free(&t);
}
END_TEST

START_TEST(reader_never_passes_its_end)
{
	struct rdr r = rdr_of("\1\2\3", 3);

	ck_assert_uint_eq(rdr_u16(&r), 0x0201);
	ck_assert_uint_eq(rdr_u16(&r), 0);
	ck_assert(r.failed);
	ck_assert_uint_eq(rdr_u8(&r), 0);
}
END_TEST

START_TEST(buffer_keeps_its_maximum)
{
	struct buf b;

	buf_init(&b, 10);
	buf_puts(&b, "12345678");
	buf_put_u32(&b, 1);
	ck_assert(b.overflow);
	ck_assert_uint_eq(b.len, 8);
	buf_free(&b);
}
END_TEST

START_TEST(log_lines_name_the_role_after_the_file_was_moved)
{
	char path[] = "/tmp/check_util.XXXXXX", line[256] = "";
	int fd = mkstemp(path);
	FILE *f;

	ck_assert_int_ne(fd, -1);
	close(fd);
	ck_assert_int_eq(log_open(LOG_TO_FILE, path, "worker 2"), 0);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(log_reopen(), 0);
	log_notice("moved");
	ck_assert_ptr_nonnull(f = fopen(path, "r"));
	ck_assert_ptr_nonnull(fgets(line, sizeof(line), f));
	fclose(f);
	unlink(path);
	log_open(LOG_TO_STDERR, NULL, "test");
	ck_assert_msg(strstr(line, " notice worker 2[") != NULL, "%s", line);
}
END_TEST

START_TEST(arena_keeps_its_limit)
{
	struct arena a;

	arena_init(&a, 10000);
	ck_assert_ptr_nonnull(arena_alloc(&a, 5000));
	ck_assert_ptr_null(arena_alloc(&a, 6000));
	arena_reset(&a);
	ck_assert_ptr_nonnull(arena_alloc(&a, 5000));
	ck_assert_ptr_null(arena_array(&a, SIZE_MAX / 2, 4));
	arena_free(&a);
}
END_TEST

START_TEST(hex_is_read_and_written)
{
	uint8_t bytes[4];
	struct buf b;

	buf_init(&b, 0);
	ck_assert(hex_decode("00fFa5", 6, bytes));
	hex_encode(&b, bytes, 3);
	ck_assert_str_eq(buf_cstr(&b), "00ffa5");
	ck_assert(hex_decode("", 0, bytes));
	ck_assert(!hex_decode("0", 1, bytes));
	ck_assert(!hex_decode("0g", 2, bytes));
	ck_assert(!hex_decode("x0", 2, bytes));
	buf_free(&b);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("util");
	TCase *t = tcase_create("util");
	SRunner *r;
	int failed;

	tcase_add_test(t, ids_have_the_version_1_layout_and_differ);
	tcase_add_test(t, ids_parse_and_print);
	tcase_add_test(t, version_5_is_that_of_the_rfc);
	tcase_add_test(t, table_survives_random_puts_and_removes);
	tcase_add_test(t, reader_never_passes_its_end);
	tcase_add_test(t, buffer_keeps_its_maximum);
	tcase_add_test(t, log_lines_name_the_role_after_the_file_was_moved);
	tcase_add_test(t, arena_keeps_its_limit);
	tcase_add_test(t, hex_is_read_and_written);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
