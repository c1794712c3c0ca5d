/*
 * check_fressian.c: Fressian against the golden vectors, in both directions, and
 * the malformed ones; random values. What is no row there stands in
 * check_fressian_rules.c.
 */
#include <stdio.h>
#include <string.h>

#include <check.h>

#include "gen_value.h"
#include "tsv.h"
#include "value/edn.h"
#include "value/fressian.h"

#define ROWS(a)	(sizeof(a) / sizeof((a)[0]))
#define MEMORY	((size_t)256 << 20)

static struct arena arena;
static struct buf out;
static struct codec_error err;

/* A value of the table's EDN. */
static struct value
value_of(const char *name, const char *edn)
{
	struct value v;

	int r = edn_read((const uint8_t *)edn, strlen(edn), &codec_event_limits, &arena, &v, &err);

	ck_assert_msg(r == 0, "%s: its EDN: %s at %u:%u: %s", name, codec_class_name(err.class),
	    err.line, err.column, err.text);
	return v;
}

static void
check_written(const char *name, const struct value *v, const uint8_t *bytes, size_t len)
{
	buf_reset(&out);
	ck_assert_msg(fressian_write(&out, v, &err) == 0, "%s: %s", name, err.text);
	ck_assert_msg(out.len == len && memcmp(out.data, bytes, len) == 0, "%s: written otherwise",
	    name);
}

static struct value
check_read(const char *name, const struct value *v, const uint8_t *bytes, size_t len)
{
	struct value got;

	ck_assert_msg(fressian_read(bytes, len, &codec_event_limits, &arena, &got, &err) == 0,
	    "%s: %s at %zu: %s", name, codec_class_name(err.class), err.offset, err.text);
	ck_assert_msg(value_equal(&got, v), "%s: read as something else", name);
	return got;
}

START_TEST(vectors_are_written_and_read)
{
	unsigned rows = 0, written = 0, read = 0;
	struct value v, got;
	struct tsv t;

	for (tsv_open(&t, "fressian-vectors.tsv"); tsv_next(&t); rows++) {
		const char *name = t.field[0], *direction = t.field[3];
		size_t len = tsv_hex(t.field[2]);
		const uint8_t *bytes = (const uint8_t *)t.field[2];

		v = value_of(name, t.field[1]);
		if (strcmp(direction, "read") != 0) {
			check_written(name, &v, bytes, len);
			written++;
		}
		if (strcmp(direction, "write") != 0) {
			got = check_read(name, &v, bytes, len);
			read++;
		}
		/* What was read keeps its order: it is written as it came. */
		if (strcmp(direction, "both") == 0)
			check_written(name, &got, bytes, len);
		arena_reset(&arena);
	}
	tsv_close(&t);
	printf("fressian-vectors: %u rows, %u written, %u read\n", rows, written, read);
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

/* What we take where a row says that a reader may fail. */
static const struct {
	const char *name, *edn;
} taken[] = {
	{ "footer-in-list", "[1 2]" },
	{ "bigdec-scale-2p31-1", "15E-2147483647M" },
	{ "bigdec-scale-minus-2p31", "15E+2147483648M" },
	{ "uri-malformed", "#uri \"% \"" },
	{ "regex-malformed", "#regex \"[a\"" },
	{ "char-surrogate", "\\ufffd" },
	{ "ratio-not-reduced", "1/2" },
	{ "map-duplicate-keys", "{1 2}" },
	{ "map-duplicate-keyword", "{:a 2}" },
	{ "map-nil-and-int-mix", "{nil 2}" },
	{ "set-duplicate", "#{1}" },
	{ "open-list-nested", "[[1]]" },
	{ "open-list-not-first", "[1 [2]]" },
	{ "utf8-4-byte", "\"😀\"" },
	{ "utf8-overlong-nul", "\"\\u0000\"" },
	{ "utf8-lone-high-surrogate", "\"\\ufffd\"" },
	{ "utf8-lone-low-surrogate", "\"\\ufffd\"" },
	{ "utf8-swapped-surrogates", "\"\\ufffd\\ufffd\"" },
	{ "utf8-high-then-ascii", "\"\\ufffda\"" },
	{ "many-resets", "5" },
	{ "many-footers", "5" },
	{ "many-cache-entries", NULL },	/* 100000 times 5 */
};

static void
check_taken(const char *name, const struct value *got)
{
	struct value v;
	size_t i = 0;

	while (i < ROWS(taken) && strcmp(taken[i].name, name) != 0)
		i++;
	ck_assert_msg(i < ROWS(taken), "%s: was read", name);
	if (taken[i].edn == NULL) {
		ck_assert_uint_eq(got->n, 100000);
		return;
	}
	v = value_of(name, taken[i].edn);
	ck_assert_msg(value_equal(got, &v), "%s: read as something else", name);
}

START_TEST(malformed_messages_fail_as_listed)
{
	unsigned rows = 0, values = 0;
	struct value got;
	struct tsv t;

	for (tsv_open(&t, "fressian-bad.tsv"); tsv_next(&t); rows++) {
		const char *name = t.field[0];
		size_t len = tsv_hex(t.field[1]);
		const uint8_t *bytes = (const uint8_t *)t.field[1];

		if (fressian_read(bytes, len, &codec_event_limits, &arena, &got, &err) == 0) {
			ck_assert_msg(strcmp(t.field[2], "may") == 0, "%s: was read", name);
			check_taken(name, &got);
			values++;
		} else {
			ck_assert_msg(listed(t.field[3], err.class), "%s: %s at %zu: %s", name,
			    codec_class_name(err.class), err.offset, err.text);
			ck_assert_msg(err.offset <= len && err.text[0] != '\0',
			    "%s: no offset or text", name);
		}
		arena_reset(&arena);
	}
	tsv_close(&t);
	printf("fressian-bad: %u rows, %u refused, %u read\n", rows, rows - values, values);
	ck_assert_uint_eq(rows, 332);
	ck_assert_uint_eq(values, ROWS(taken));
}
END_TEST

START_TEST(random_values_survive)
{
	struct value v;
	struct gen g;

	gen_init(&g, 1);
	for (int i = 0; i < 3000; i++) {
		char name[32];

		snprintf(name, sizeof(name), "random value %d", i);
		v = gen_value(&g, &arena, 6, GEN_ALL);
		buf_reset(&out);
		ck_assert_msg(fressian_write(&out, &v, &err) == 0, "%s: %s", name, err.text);
		check_read(name, &v, out.data, out.len);
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
	tcase_set_timeout(t, 300);
	tcase_add_test(t, vectors_are_written_and_read);
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
