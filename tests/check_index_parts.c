/*
 * check_index_parts.c: what of the index needs no file: packed timestamps, the order of ids, cursors.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "index/blocks.h"
#include "index/cursor.h"
#include "index/key.h"
#include "index/times.h"

static struct buf pack;

static void
begin(void)
{
	srandom(4711);
	memset(&pack, 0, sizeof(pack));
}

static void
end(void)
{
	buf_free(&pack);
}

/* Times as they come, and such as no clock has. */
static int64_t
some_time(void)
{
	static const int64_t odd[] = { INT64_MIN, INT64_MAX, 0, -1, 1, INT64_MIN + 1, INT64_MAX - 1 };
	long kind = random() % 20;

	if (kind == 0)
		return odd[(size_t)random() % (sizeof(odd) / sizeof(odd[0]))];
	return kind < 10 ? 1700000000000 + random() % 100000 : 1500000000000 + random() % 1000;
}

START_TEST(timestamps_come_back)
{
	int64_t times[TIMES_MAX], got[TIMES_MAX];

	for (int round = 0; round < 500; round++) {
		size_t n = (size_t)random() % (TIMES_MAX + 1);

		for (size_t i = 0; i < n; i++)
			times[i] = some_time();
		buf_reset(&pack);
		times_pack(&pack, times, n);
		ck_assert_int_eq(times_unpack(pack.data, pack.len, got), (int)n);
		ck_assert(n == 0 || memcmp(times, got, n * sizeof(times[0])) == 0);
	}
	/* One more than there may be. */
	buf_reset(&pack);
	for (int i = 0; i <= TIMES_MAX; i++)
		buf_putc(&pack, 2);
	ck_assert_int_eq(times_unpack(pack.data, pack.len, got), -1);
}
END_TEST

START_TEST(as_they_come_they_take_little_room)
{
	int64_t times[TIMES_MAX];

	for (int i = 0; i < TIMES_MAX; i++)
		times[i] = 1700000000000 + i * 20 + random() % 10;
	times_pack(&pack, times, TIMES_MAX);
	ck_assert_uint_lt(pack.len, TIMES_MAX + 10);
}
END_TEST

static int64_t
sum(const struct times_span *spans, size_t n)
{
	int64_t all = 0;

	for (size_t i = 0; i < n; i++)
		all += spans[i].n;
	return all;
}

/* Every timestamp is in one span, no two spans meet, and their ends are timestamps. */
static void
check_spans(const struct times_span *spans, size_t n, const int64_t *times, size_t count)
{
	ck_assert_uint_le(n, TIMES_SPANS);
	ck_assert_int_eq(sum(spans, n), (int64_t)count);
	for (size_t i = 0; i < n; i++) {
		int64_t in = 0, ends = 0;

		ck_assert(i == 0 || spans[i].low > spans[i - 1].high);
		for (size_t k = 0; k < count; k++) {
			in += times[k] >= spans[i].low && times[k] <= spans[i].high;
			ends |= (times[k] == spans[i].low) | (times[k] == spans[i].high) << 1;
		}
		ck_assert_int_eq(in, spans[i].n);
		ck_assert_int_eq(ends, 3);
	}
}

START_TEST(spans_hold_what_they_say)
{
	static int64_t times[1000];
	static struct times_span spans[1000], got[TIMES_SPANS];

	for (int round = 0; round < 300; round++) {
		size_t count = 1 + (size_t)random() % 1000, n;

		for (size_t i = 0; i < count; i++) {
			times[i] = some_time();
			spans[i] = (struct times_span){ times[i], times[i], 1 };
		}
		n = times_join(spans, count);
		check_spans(spans, n, times, count);
		buf_reset(&pack);
		times_pack_spans(&pack, spans, n);
		ck_assert_int_eq(times_unpack_spans(pack.data, pack.len, got), (int)n);
		ck_assert_mem_eq(spans, got, n * sizeof(spans[0]));
	}
	ck_assert_uint_eq(times_join(spans, 0), 0);
}
END_TEST

/* Twelve partitions, hours apart: each keeps a span of its own. */
START_TEST(spans_part_what_lies_apart)
{
	struct times_span spans[240];
	size_t n;

	for (int i = 0; i < 240; i++) {
		int64_t t = i % 12 * 3600000 + i;

		spans[i] = (struct times_span){ t, t, 1 };
	}
	n = times_join(spans, 240);
	ck_assert_uint_ge(n, 12);
	for (size_t i = 0; i < n; i++)
		ck_assert_int_eq(spans[i].low / 3600000, spans[i].high / 3600000);
}
END_TEST

START_TEST(a_broken_pack_is_refused)
{
	static const uint8_t endless[] = { 0x80, 0x80, 0x80 }, wide[] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2 },
	    none[] = { 2, 0, 0 }, backwards[] = { 2, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 1 };
	struct times_span spans[TIMES_SPANS];
	int64_t times[TIMES_MAX];
	uint8_t noise[700];

	ck_assert_int_eq(times_unpack(endless, sizeof(endless), times), -1);
	ck_assert_int_eq(times_unpack(wide, sizeof(wide), times), -1);
	ck_assert_int_eq(times_unpack_spans(none, sizeof(none), spans), -1);
	ck_assert_int_eq(times_unpack_spans(backwards, sizeof(backwards), spans), -1);
	for (int round = 0; round < 20000; round++) {
		size_t n = (size_t)random() % sizeof(noise);

		for (size_t i = 0; i < n; i++)
			noise[i] = (uint8_t)(random() % 3 == 0 ? random() : random() % 4);
		times_unpack(noise, n, times);
		times_unpack_spans(noise, n, spans);
	}
}
END_TEST

START_TEST(ids_of_time_are_kept_in_its_order)
{
	struct id before = { { 0 } }, id, key;

	id_seed();
	for (int i = 0; i < 1000; i++) {
		id = id_make();
		key = key_of(&id);
		ck_assert_int_eq(key.b[6] >> 4, 6);
		ck_assert_int_lt(memcmp(&before, &key, ID_BYTES), 0);
		before = key;
		key = key_of(&key);
		ck_assert(id_equal(&id, &key));
	}
	/* The example of RFC 9562, A.5: the same time as version 1 and as version 6. */
	ck_assert_int_eq(id_parse("c232ab00-9414-11ec-b3c8-9f6bdeced846", ID_TEXT, &id), 0);
	ck_assert_int_eq(id_parse("1ec9414c-232a-6b00-b3c8-9f6bdeced846", ID_TEXT, &before), 0);
	key = key_of(&id);
	ck_assert(id_equal(&key, &before));
	key = key_of(&before);
	ck_assert(id_equal(&key, &id));
}
END_TEST

START_TEST(any_id_comes_back)
{
	for (int round = 0; round < 10000; round++) {
		struct id id, key, back;

		for (int i = 0; i < ID_BYTES; i++)
			id.b[i] = (uint8_t)random();
		key = key_of(&id);
		back = key_of(&key);
		ck_assert(id_equal(&id, &back));
		ck_assert(id.b[6] >> 4 == 1 || id.b[6] >> 4 == 6 || id_equal(&id, &key));
	}
}
END_TEST

START_TEST(a_cursor_is_of_one_question)
{
	struct index_query q = { .topic = INDEX_EVENTS, .action = "a", .since = 5, .until = 9, .limit = 3 }, other = q;
	char text[INDEX_CURSOR], broken[INDEX_CURSOR];
	int64_t at;

	cursor_write(text, 77, &q, 123456789012);
	ck_assert_uint_eq(strspn(text, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_"), strlen(text));
	ck_assert_int_eq(cursor_read(text, 77, &q, &at), INDEX_OK);
	ck_assert_int_eq(at, 123456789012);
	/* Another length of page is the same question. */
	other.limit = 9;
	ck_assert_int_eq(cursor_read(text, 77, &other, &at), INDEX_OK);
	ck_assert_int_eq(cursor_read(text, 78, &q, &at), INDEX_GONE);
	other.until = 10;
	ck_assert_int_eq(cursor_read(text, 77, &other, &at), INDEX_BAD);
	other = q;
	other.action = NULL;
	ck_assert_int_eq(cursor_read(text, 77, &other, &at), INDEX_BAD);
	other = q;
	other.has_parent = true;
	ck_assert_int_eq(cursor_read(text, 77, &other, &at), INDEX_BAD);
	for (size_t len = 0; len < strlen(text); len++) {
		memcpy(broken, text, len);
		broken[len] = '\0';
		ck_assert_int_eq(cursor_read(broken, 77, &q, &at), INDEX_BAD);
	}
	for (size_t i = 0; text[i] != '\0'; i++) {
		strcpy(broken, text);
		broken[i] = '!';
		ck_assert_int_eq(cursor_read(broken, 77, &q, &at), INDEX_BAD);
	}
}
END_TEST

START_TEST(blocks_are_where_they_say)
{
	ck_assert_int_eq(blocks_bits(0), 8);
	ck_assert_int_eq(blocks_bits(2), 16);
	ck_assert(blocks_ends(255, 0));
	ck_assert(!blocks_ends(256, 0));
	ck_assert(blocks_ends(4095, 1));
	ck_assert(!blocks_ends(4095 - 256, 1));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("index_parts");
	TCase *t = tcase_create("index_parts");
	SRunner *sr;
	int failed;

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, timestamps_come_back);
	tcase_add_test(t, as_they_come_they_take_little_room);
	tcase_add_test(t, spans_hold_what_they_say);
	tcase_add_test(t, spans_part_what_lies_apart);
	tcase_add_test(t, a_broken_pack_is_refused);
	tcase_add_test(t, ids_of_time_are_kept_in_its_order);
	tcase_add_test(t, any_id_comes_back);
	tcase_add_test(t, a_cursor_is_of_one_question);
	tcase_add_test(t, blocks_are_where_they_say);
	suite_add_tcase(s, t);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? 0 : 1;
}
