/*
 * check_value.c: src/value/value.c and equal.c: keywords, equality, unique keys; utf8.c.
 */
#include <math.h>
#include <string.h>

#include <check.h>

#include "value/utf8.h"
#include "value/value.h"

static struct arena arena;

START_TEST(keywords_split_at_the_first_slash)
{
	struct value v = value_keyword_split(&arena, "a/b/c", 5);

	ck_assert_uint_eq(v.u.name->ns_len, 1);
	ck_assert_uint_eq(v.u.name->name_len, 3);
	v = value_keyword_split(&arena, "/", 1);
	ck_assert_ptr_null(v.u.name->ns);
	v = value_keyword_split(&arena, "/x", 2);
	ck_assert_ptr_nonnull(v.u.name->ns);
	ck_assert_uint_eq(v.u.name->ns_len, 0);
}
END_TEST

START_TEST(maps_and_sets_compare_without_order)
{
	struct value a[40], b[40], x, y;

	for (int i = 0; i < 20; i++) {
		a[2 * i] = b[2 * (19 - i)] = value_int(i);
		a[2 * i + 1] = b[2 * (19 - i) + 1] = value_double(i);
	}
	x = value_map(a, 20);
	y = value_map(b, 20);
	ck_assert(value_equal(&x, &y));
	ck_assert_uint_eq(value_hash(&x), value_hash(&y));
	b[1] = value_double(-1);
	ck_assert(!value_equal(&x, &y));
}
END_TEST

/* #{#{… "x" "y"} "x" "y"}, or its entries in another order at every depth. */
static struct value
nested_set(unsigned depth, bool turned)
{
	struct value *items = arena_array(&arena, 3, sizeof(*items));

	items[0] = depth == 0 ? value_int(1) : nested_set(depth - 1, turned);
	items[1] = value_cstring(turned ? "y" : "x");
	items[2] = value_cstring(turned ? "x" : "y");
	return value_seq(VALUE_SET, items, 3);
}

/* It must not try each depth twice: that would never end. */
START_TEST(sets_in_two_orders_at_every_depth_compare)
{
	struct value a = nested_set(200, false), b = nested_set(200, true);

	ck_assert(value_equal(&a, &b));
	((struct value *)(uintptr_t)b.u.items)[1] = value_int(2);
	ck_assert(!value_equal(&a, &b));
}
END_TEST

START_TEST(numbers_compare_by_kind_and_bits)
{
	struct value i = value_int(5), d = value_double(5), n = value_double(NAN),
	    z = value_double(0.0), m = value_double(-0.0);

	ck_assert(!value_equal(&i, &d));
	ck_assert(value_equal(&n, &n));
	ck_assert(!value_equal(&z, &m));
}
END_TEST

START_TEST(repeated_keys_keep_the_first_place_and_the_last_value)
{
	struct value items[200];
	size_t n = 100;

	for (int i = 0; i < 100; i++) {
		items[2 * i] = value_int(i % 30);
		items[2 * i + 1] = value_int(i);
	}
	ck_assert_int_eq(value_map_dedup(&arena, items, &n), 70);
	ck_assert_uint_eq(n, 30);
	for (int i = 0; i < 30; i++) {
		ck_assert_int_eq(items[2 * i].u.integer, i);
		ck_assert_int_eq(items[2 * i + 1].u.integer, i < 10 ? 90 + i : 60 + i);
	}
}
END_TEST

START_TEST(utf8_refuses_what_rfc_3629_refuses)
{
	static const struct {
		const char	*s;
		size_t		 len, valid;
	} rows[] = {
		{ "plain ascii text", 16, 16 },
		{ "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80", 9, 9 },
		{ "ab\xC0\x80", 4, 2 },		/* overlong NUL */
		{ "ab\xED\xA0\x80", 5, 2 },	/* surrogate */
		{ "\xF4\x90\x80\x80", 4, 0 },	/* above U+10FFFF */
		{ "12345678\xE2\x82", 10, 8 },	/* cut */
		{ "\xFF", 1, 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_uint_eq(utf8_valid((const uint8_t *)rows[i].s, rows[i].len), rows[i].valid);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("value");
	TCase *t = tcase_create("value");
	SRunner *r;
	int failed;

	arena_init(&arena, 0);
	tcase_add_test(t, keywords_split_at_the_first_slash);
	tcase_add_test(t, maps_and_sets_compare_without_order);
	tcase_add_test(t, sets_in_two_orders_at_every_depth_compare);
	tcase_add_test(t, numbers_compare_by_kind_and_bits);
	tcase_add_test(t, repeated_keys_keep_the_first_place_and_the_last_value);
	tcase_add_test(t, utf8_refuses_what_rfc_3629_refuses);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	arena_free(&arena);
	return failed == 0 ? 0 : 1;
}
