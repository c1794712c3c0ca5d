/*
 * check_transit.c: transit in JSON, verbose JSON and MessagePack against the
 * rows of mapping.tsv, its cache around the wrap, and random values there and
 * back. What is refused is check_transit_bad.c's.
 */
#include <stdio.h>
#include <string.h>

#include <check.h>

#include "gen_value.h"
#include "tsv.h"
#include "value/edn.h"
#include "value/json.h"
#include "value/transit.h"
#include "value/transit_cache.h"

#define MEMORY	((size_t)256 << 20)
#define TAGGED	"#transit/tagged "

static struct arena arena;
static struct buf out;
static struct codec_error err;

static const struct media {
	const char	*type;
	codec_read_fn	*read;
	codec_write_fn	*write;
} medias[] = {
	{ "application/transit+json", transit_json_read, transit_json_write },
	{ "application/transit+json;verbose", transit_json_read, transit_verbose_write },
	{ "application/transit+msgpack", transit_msgpack_read, transit_msgpack_write },
};
#define MEDIAS (sizeof(medias) / sizeof(medias[0]))

static const struct media *
media_of(const char *type)
{
	for (size_t i = 0; i < MEDIAS; i++)
		if (strcmp(type, medias[i].type) == 0)
			return &medias[i];
	return NULL;
}

static void
start(void)
{
	arena_init(&arena, MEMORY);
	buf_init(&out, 0);
}

static void
stop(void)
{
	arena_free(&arena);
	buf_free(&out);
}

/* #transit/tagged ["tag" rep] is read as #fressian/tagged ["tag" [rep]]. */
static const char *
as_fressian(const char *edn)
{
	const char *at = strstr(edn, TAGGED), *tag, *fields, *end;

	if (at == NULL)
		return edn;
	tag = at + strlen(TAGGED);
	fields = strchr(tag, '"');
	fields = strchr(fields + 1, '"') + 1;
	end = strrchr(edn, ']');
	if (at > edn)	/* in a vector: the tagged one ends before the last bracket */
		end--;
	return arena_printf(&arena, "%.*s#fressian/tagged %.*s [%.*s]%s", (int)(at - edn), edn,
	    (int)(fields - tag), tag, (int)(end - fields), fields, end);
}

static struct value
edn(const char *name, const char *text)
{
	struct value v;

	text = as_fressian(text);
	ck_assert_msg(edn_read((const uint8_t *)text, strlen(text), &codec_event_limits, &arena,
	    &v, &err) == 0, "%s: its EDN: %s", name, err.text);
	return v;
}

static size_t
body_of(struct tsv *t)
{
	return strcmp(t->field[3], "hex") == 0 ? tsv_hex(t->field[4]) : strlen(t->field[4]);
}

/*
 * Commands stand in the table as they are after coercion, which is not the codec's: where it
 * changes them, skip.
 */
static bool
is_coerced(const char *name, const char *expected)
{
	return strcmp(expected, "#error rejected") == 0 ||
	    strcmp(name, "command-tjson-verbose-string-keys") == 0;
}

static void
check_in(const struct media *m, struct tsv *t)
{
	size_t len = body_of(t);
	const char *name = t->field[0], *expected = t->field[5];
	struct value v, want;
	int r = m->read((const uint8_t *)t->field[4], len, &codec_request_limits, &arena, &v, &err);

	if (strcmp(expected, "#error malformed") == 0) {
		ck_assert_msg(r == -1, "%s: was read", name);
		return;
	}
	ck_assert_msg(r == 0, "%s: %s at %zu: %s", name, codec_class_name(err.class), err.offset,
	    err.text);
	if (is_coerced(name, expected))
		return;
	want = edn(name, expected);
	ck_assert_msg(value_equal(&v, &want), "%s: read otherwise", name);
}

/* The reference escapes supplementary characters: such bodies compare as JSON. */
static bool
same_json(const char *body, size_t len)
{
	struct value a, b;

	return strstr(body, "\\uD83D") != NULL &&
	    json_read((const uint8_t *)body, len, &codec_event_limits, &arena, &a, &err) == 0 &&
	    json_read(out.data, out.len, &codec_event_limits, &arena, &b, &err) == 0 &&
	    value_equal(&a, &b);
}

static void
check_out(const struct media *m, struct tsv *t)
{
	size_t len = body_of(t);
	struct value v = edn(t->field[0], t->field[5]), again;

	buf_reset(&out);
	ck_assert_msg(m->write(&out, &v, &err) == 0, "%s: %s", t->field[0], err.text);
	ck_assert_msg((out.len == len && memcmp(out.data, t->field[4], len) == 0) ||
	    same_json(t->field[4], len),
	    "%s: written otherwise: %.*s", t->field[0], (int)out.len, (const char *)out.data);
	ck_assert_msg(m->read(out.data, out.len, &codec_event_limits, &arena, &again, &err) == 0,
	    "%s: %s", t->field[0], err.text);
}

START_TEST(rows_of_the_contract)
{
	unsigned in = 0, written = 0;
	const struct media *m;
	struct tsv t;

	for (tsv_open(&t, "mapping.tsv"); tsv_next(&t); arena_reset(&arena)) {
		if ((m = media_of(t.field[1])) == NULL)
			continue;
		if (strcmp(t.field[2], "out") == 0) {
			check_out(m, &t);
			written++;
		} else {
			check_in(m, &t);
			in++;
		}
	}
	tsv_close(&t);
	printf("mapping: transit: %u rows read, %u written\n", in, written);
	ck_assert_uint_eq(in, 88);
	ck_assert_uint_eq(written, 147);
}
END_TEST

/*
 * v written and read back. What is read points into what was written, so that moves to the arena
 * first.
 */
static struct value
through(const struct media *m, const struct value *v)
{
	struct value back = value_nil();
	char *written;

	buf_reset(&out);
	ck_assert_msg(m->write(&out, v, &err) == 0, "%s: %s", m->type, err.text);
	written = arena_strndup(&arena, (const char *)out.data, out.len);
	ck_assert_msg(m->read((uint8_t *)written, out.len, &codec_event_limits, &arena, &back,
	    &err) == 0,
	    "%s: %s at %zu: %s", m->type, codec_class_name(err.class), err.offset, err.text);
	return back;
}

START_TEST(random_values_come_back)
{
	/* Names with slashes, bytes, floats and arrays come back as something near. */
	const unsigned exact = GEN_ALL & ~(GEN_KIND(VALUE_KEYWORD) | GEN_KIND(VALUE_SYMBOL) |
	    GEN_KIND(VALUE_BYTE) | GEN_KIND(VALUE_FLOAT) | GEN_KIND(VALUE_ARRAY));
	struct value v, first, second;
	struct gen g;

	gen_init(&g, (uint64_t)_i + 1);
	for (int i = 0; i < 400; i++, arena_reset(&arena)) {
		v = gen_value(&g, &arena, 1 + gen_below(&g, 5), i % 2 == 0 ? exact : GEN_ALL);
		first = through(&medias[_i], &v);
		ck_assert_msg(i % 2 != 0 || value_equal(&v, &first), "seed %d, value %d", _i + 1,
		    i);
		second = through(&medias[_i], &first);
		ck_assert_msg(value_equal(&first, &second), "seed %d, value %d", _i + 1, i);
	}
}
END_TEST

/* :k0 … :k(n-1), twice: the second time from the cache, where it still holds them. */
static struct value
keywords_twice(unsigned n)
{
	struct value *items = arena_array(&arena, 2 * (size_t)n, sizeof(*items));

	for (unsigned i = 0; i < n; i++)
		items[i] = items[n + i] = value_ckeyword(&arena, arena_printf(&arena, "key%04u",
		    i));
	return value_seq(VALUE_VECTOR, items, 2 * (size_t)n);
}

static bool
ends_with(const char *tail)
{
	size_t n = strlen(tail);

	return out.len >= n && memcmp(out.data + out.len - n, tail, n) == 0;
}

START_TEST(cache_wraps_after_1936)
{
	static const struct {
		unsigned	 n;
		const char	*tail;
	} rows[] = {
		{ 1, "[\"~:key0000\",\"^0\"]" },
		{ 44, "\"^Z\",\"^[\"]" },
		{ 45, "\"^[\",\"^10\"]" },
		{ 1935, "\"^[Y\",\"^[Z\"]" },
		{ 1936, "\"^[Z\",\"^[[\"]" },
		/*
		 * The 1937th begins the table anew, and so nothing before it is found: all is
		 * written in full.
		 */
		{ 1937, "\"~:key1935\",\"~:key1936\"]" },
		{ 3872, "\"~:key3870\",\"~:key3871\"]" },
	};
	struct value v, back;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++, arena_reset(&arena)) {
		v = keywords_twice(rows[i].n);
		for (size_t m = MEDIAS; m-- > 0; ) {
			back = through(&medias[m], &v);
			ck_assert_msg(value_equal(&v, &back), "%s, %u", medias[m].type, rows[i].n);
		}
		ck_assert_msg(ends_with(rows[i].tail), "%u: …%.*s", rows[i].n, 40,
		    out.data + out.len - 40);
	}
}
END_TEST

/* What one side writes in codes after the wrap, the other finds. */
START_TEST(cache_codes_after_the_wrap)
{
	struct value v = keywords_twice(1940), back;
	struct value *items = (struct value *)(uintptr_t)v.u.items;

	items[1940] = items[1936];	/* entered as 0 by the wrap */
	items[1941] = items[0];		/* forgotten by it */
	v.n = 1942;
	back = through(&medias[0], &v);
	ck_assert(value_equal(&v, &back));
	ck_assert_msg(ends_with("\"~:key1939\",\"^0\",\"~:key0000\"]"), "…%.*s", 40,
	    out.data + out.len - 40);
}
END_TEST

/* Length is in UTF-16 units, prefix included. */
START_TEST(cache_counts_utf16_units)
{
	ck_assert(!transit_cache_counts("~:a", 3, false));
	ck_assert(transit_cache_counts("~:ab", 4, false));
	ck_assert(!transit_cache_counts("~:\xC3\xA9", 4, false));
	ck_assert(transit_cache_counts("~:\xC3\xA9\xC3\xA9", 6, false));
	ck_assert(transit_cache_counts("~:\xF0\x9F\x98\x80", 6, false));
	ck_assert(!transit_cache_counts("\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC", 9, true));
	ck_assert(transit_cache_counts("\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC" "a", 10, true));
	ck_assert(!transit_cache_counts("name", 4, false));
	ck_assert(transit_cache_counts("name", 4, true));
	ck_assert(!transit_cache_counts("~xabc", 5, false));
	ck_assert(!transit_cache_is_code("^ ", 2));
	ck_assert(transit_cache_is_code("^", 1));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("transit");
	TCase *tc = tcase_create("transit");
	SRunner *sr;
	int failed;

	tcase_add_checked_fixture(tc, start, stop);
	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, rows_of_the_contract);
	tcase_add_loop_test(tc, random_values_come_back, 0, (int)MEDIAS);
	tcase_add_test(tc, cache_wraps_after_1936);
	tcase_add_test(tc, cache_codes_after_the_wrap);
	tcase_add_test(tc, cache_counts_utf16_units);
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
