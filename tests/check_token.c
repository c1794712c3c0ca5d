/*
 * check_token.c: where a stream stands, as text: what is written is read back,
 * and nothing else is read.
 */
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "daemon/scoreboard.h"
#include "worker/token.h"
#include "worker/vector.h"

static int64_t got[BOARD_PARTITIONS];
static size_t got_n;
static uint64_t got_source;

static int
parse(const char *text)
{
	return token_parse(text, strlen(text), &got_source, got, &got_n);
}

static const char *
put(uint64_t source, const int64_t *next, size_t n)
{
	static struct buf b;

	buf_reset(&b);
	token_put(&b, source, next, n);
	return buf_cstr(&b);
}

START_TEST(what_is_written_is_read)
{
	static const int64_t rows[][4] = {
		{ 0, 0, 0, 0 }, { 1, 2, 3, 4 }, { 0, 127, 128, 16383 }, { 16384, 0, 0, 1 },
		{ INT64_MAX, INT64_MAX, 1, INT64_MAX - 1 }, { 5, 0, 0, 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ck_assert_int_eq(parse(put(0x123456789abc + i, rows[i], 4)), 0);
		ck_assert_uint_eq(got_source, 0x123456789abc + i);
		ck_assert_uint_le(got_n, 4);
		for (size_t p = 0; p < 4; p++)
			ck_assert_int_eq(p < got_n ? got[p] : 0, rows[i][p]);
	}
}
END_TEST

START_TEST(every_partition_there_may_be_fits)
{
	static int64_t next[BOARD_PARTITIONS];

	for (size_t i = 0; i < BOARD_PARTITIONS; i++)
		next[i] = INT64_MAX - (int64_t)i;
	ck_assert_int_eq(parse(put(7, next, BOARD_PARTITIONS)), 0);
	ck_assert_uint_eq(got_n, BOARD_PARTITIONS);
	ck_assert_mem_eq(got, next, sizeof(next));
}
END_TEST

START_TEST(zeros_at_the_end_are_left_out)
{
	static const int64_t next[] = { 3, 0, 0 };
	char one[64];

	strcpy(one, put(7, next, 1));
	ck_assert_str_eq(one, put(7, next, 3));
	ck_assert_int_eq(parse(put(7, next + 1, 2)), 0);
	ck_assert_uint_eq(got_n, 0);
}
END_TEST

/* The text is contract: tokens outlive the daemon that gave them. */
START_TEST(the_text_stays_as_it_is)
{
	static const int64_t next[] = { 1, 300, 0, 2 };

	ck_assert_str_eq(put(0x060504030201, next, 4), "AQECAwQFBgQBrAIAAg");
	ck_assert_int_eq(parse("AQECAwQFBgQBrAIAAg"), 0);
	ck_assert_uint_eq(got_source, 0x060504030201);
	/* Written by hand, with a zero at its end. */
	ck_assert_int_eq(parse("AQECAwQFBgIBAA"), 0);
	ck_assert_uint_eq(got_n, 2);
}
END_TEST

START_TEST(nothing_else_is_a_token)
{
	static char long_one[13 + (BOARD_PARTITIONS + 1) * 4 / 3];
	static const char *const rows[] = {
		"", "A", "AQ", "AQECAwQFBg",	/* too short */
		"AgECAwQFBgQBrAIAAg",		/* another version */
		"AQECAwQFBgQBrAIAAgA",		/* a character too many */
		"AQECAwQFBgQBrAIAAgAA",		/* a byte too many */
		"AQECAwQFBgQBrAIAA",		/* too few */
		"AQECAwQFBgQBrAIAAh",		/* bits that fill the end are not 0 */
		"AQECAwQFBgQBrAIAAg==",		/* padding */
		" AQECAwQFBgQBrAIAAg", "AQECAwQFBgQBrAIAAg\n", "AQECAwQ+BgQBrAIAAg", "AQECAwQ/BgQBrAIAAg",
		"AQECAwQFBgGAAA",		/* 0 in two bytes */
		"AQECAwQFBgH___________8B",	/* 64 bits and more */
		"AQECAwQFBgH___________8A",
		"AQECAwQFBoEgAAAA",		/* more partitions than there can be */
		"AQECAwQFBv___________wE",
	};

	/* The same number of partitions, and all of them there. */
	memset(long_one, 'A', sizeof(long_one) - 1);
	memcpy(long_one, "AQECAwQFBoEg", 12);
	ck_assert_int_eq(parse(long_one), -1);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_msg(parse(rows[i]) == -1, "\"%s\" is read", rows[i]);
}
END_TEST

/* Whatever is read is written the same, but for zeros at its end. */
START_TEST(one_text_for_one_place)
{
	char text[40], again[80];
	int read = 0;

	srandom(1);
	for (int i = 0; i < 200000; i++) {
		size_t len = (size_t)(10 + random() % 12);

		strcpy(text, "AQECAwQFBg");
		for (size_t k = 9; k < len; k++)
			text[k] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
			    [random() % 64];
		text[len] = '\0';
		if (parse(text) == -1)
			continue;
		read++;
		if (got_n > 0 && got[got_n - 1] == 0)
			continue;
		strcpy(again, put(got_source, got, got_n));
		ck_assert_str_eq(text, again);
	}
	ck_assert_int_gt(read, 100);
}
END_TEST

START_TEST(the_source_tells_clusters_and_topics_apart)
{
	ck_assert_uint_eq(token_source(1, "events"), token_source(1, "events"));
	ck_assert_uint_ne(token_source(1, "events"), token_source(2, "events"));
	ck_assert_uint_ne(token_source(1, "events"), token_source(1, "commands"));
	ck_assert_uint_lt(token_source(1, "events"), UINT64_C(1) << 48);
}
END_TEST

START_TEST(streams_share_a_place_until_one_moves)
{
	static const int64_t next[] = { 5, 7 }, floor[] = { 5, 7, 0 }, higher[] = { 5, 8 };
	struct vector *a = vector_new(next, 2), *b = vector_share(a), *c;

	ck_assert_ptr_eq(a, b);
	vector_set(&b, 1, 9);
	ck_assert_ptr_ne(a, b);
	ck_assert_int_eq(vector_at(a, 1), 7);
	ck_assert_int_eq(vector_at(b, 1), 9);
	ck_assert_int_eq(vector_at(b, 0), 5);
	c = b;
	vector_set(&b, 0, 6);
	ck_assert_ptr_eq(b, c);
	vector_set(&b, 4, 1);
	ck_assert_int_eq(vector_at(b, 0), 6);
	ck_assert_int_eq(vector_at(b, 3), 0);
	ck_assert_int_eq(vector_at(b, 4), 1);
	ck_assert_int_eq(vector_at(b, 99), 0);
	ck_assert(vector_reaches(a, floor, 3));
	ck_assert(!vector_reaches(a, higher, 2));
	ck_assert(vector_within(a, higher, 2));
	ck_assert(!vector_within(b, floor, 3));
	ck_assert(!vector_within(a, next, 1));
	vector_free(a);
	vector_free(b);
	vector_free(NULL);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("token");
	TCase *tc = tcase_create("token");
	SRunner *r;
	int failed;

	tcase_add_test(tc, what_is_written_is_read);
	tcase_add_test(tc, every_partition_there_may_be_fits);
	tcase_add_test(tc, zeros_at_the_end_are_left_out);
	tcase_add_test(tc, the_text_stays_as_it_is);
	tcase_add_test(tc, nothing_else_is_a_token);
	tcase_add_test(tc, one_text_for_one_place);
	tcase_add_test(tc, the_source_tells_clusters_and_topics_apart);
	tcase_add_test(tc, streams_share_a_place_until_one_moves);
	suite_add_tcase(s, tc);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
