/*
 * check_fressian.c: Fressian against the golden vectors, the malformed ones, and
 * random values.
 */
#include <stdio.h>
#include <string.h>

#include <check.h>

#include "gen_value.h"
#include "tsv.h"
#include "value/fressian.h"

#define MEMORY ((size_t)256 << 20)

static struct arena arena;
static struct buf out;
static struct codec_error err;

static int
read_hex(char *hex, size_t *len, struct value *v)
{
	*len = tsv_hex(hex);
	return fressian_read((uint8_t *)hex, *len, &codec_event_limits, &arena, v, &err);
}

/* Every row is read; what the reference writes is written the same. */
START_TEST(vectors_are_read_and_written_back)
{
	unsigned rows = 0, written = 0;
	struct value v;
	struct tsv t;
	size_t len;

	for (tsv_open(&t, "fressian-vectors.tsv"); tsv_next(&t); rows++) {
		ck_assert_msg(read_hex(t.field[2], &len, &v) == 0, "%s: %s at %zu: %s", t.field[0],
		    codec_class_name(err.class), err.offset, err.text);
		if (strcmp(t.field[3], "both") == 0) {
			buf_reset(&out);
			ck_assert_msg(fressian_write(&out, &v, &err) == 0, "%s: %s", t.field[0], err.text);
			ck_assert_msg(out.len == len && memcmp(out.data, t.field[2], len) == 0,
			    "%s: written otherwise", t.field[0]);
			written++;
		}
		arena_reset(&arena);
	}
	tsv_close(&t);
	printf("fressian-vectors: %u rows read, %u written back\n", rows, written);
	ck_assert_uint_eq(rows, 622);
}
END_TEST

/* Is class one of "E_A|E_B"? */
static bool
listed(const char *classes, enum codec_class class)
{
	const char *name = codec_class_name(class), *p = strstr(classes, name);

	return p != NULL && (p[strlen(name)] == '\0' || p[strlen(name)] == '|');
}

START_TEST(malformed_messages_fail_as_listed)
{
	unsigned rows = 0, taken = 0;
	struct value v;
	struct tsv t;
	size_t len;

	for (tsv_open(&t, "fressian-bad.tsv"); tsv_next(&t); rows++) {
		if (read_hex(t.field[1], &len, &v) == 0) {
			ck_assert_msg(strcmp(t.field[2], "may") == 0, "%s: was read", t.field[0]);
			taken++;
		} else {
			ck_assert_msg(listed(t.field[3], err.class), "%s: %s at %zu: %s", t.field[0],
			    codec_class_name(err.class), err.offset, err.text);
			ck_assert_msg(err.offset <= len, "%s: offset", t.field[0]);
		}
		arena_reset(&arena);
	}
	tsv_close(&t);
	printf("fressian-bad: %u rows, %u refused, %u taken\n", rows, rows - taken, taken);
	ck_assert_uint_eq(rows, 332);
}
END_TEST

START_TEST(random_values_survive)
{
	struct value v, back;
	struct gen g;

	gen_init(&g, 1);
	for (int i = 0; i < 3000; i++) {
		v = gen_value(&g, &arena, 6, GEN_ALL);
		buf_reset(&out);
		ck_assert_int_eq(fressian_write(&out, &v, &err), 0);
		ck_assert_msg(fressian_read(out.data, out.len, &codec_event_limits, &arena, &back, &err) == 0,
		    "%d: %s at %zu", i, err.text, err.offset);
		ck_assert_msg(value_equal(&v, &back), "%d differs", i);
		arena_reset(&arena);
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("fressian");
	TCase *t = tcase_create("fressian");
	SRunner *r;
	int failed;

	arena_init(&arena, MEMORY);
	tcase_set_timeout(t, 120);
	tcase_add_test(t, vectors_are_read_and_written_back);
	tcase_add_test(t, malformed_messages_fail_as_listed);
	tcase_add_test(t, random_values_survive);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	buf_free(&out);
	arena_free(&arena);
	return failed == 0 ? 0 : 1;
}
