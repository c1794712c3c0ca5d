/*
 * check_mapping.c: every row of mapping.tsv through the codec table: what a
 * body is read as, what command it makes, what a value is written as.
 */
#include <stdio.h>
#include <string.h>

#include <check.h>

#include "command/command.h"
#include "tsv.h"
#include "value/codec.h"
#include "value/edn.h"
#include "value/fressian.h"
#include "value/json.h"

#define ROWS 483

static struct arena arena;
static struct buf out, other;
static struct codec_error err;

/* Media types as the table writes them. */
static const struct {
	const char *type, *codec;
} types[] = {
	{ "application/json", "json" },
	{ "application/edn", "edn" },
	{ "application/transit+json", "transit-json" },
	{ "application/transit+json;verbose", "transit-json-verbose" },
	{ "application/transit+msgpack", "transit-msgpack" },
	{ "application/x-www-form-urlencoded", "form" },
	{ "(kafka value of the documented command)", "fressian" },
	{ "(kafka value of the documented event)", "fressian" },
	{ "(kafka key of the documented command)", "fressian" },
};

static const struct codec *
codec_of(const char *type)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(types[i].type, type) == 0)
			return codec_by_name(types[i].codec);
	ck_abort_msg("no codec for %s", type);
}

/* The body of a row and its length, hex undone. */
static const uint8_t *
body_of(struct tsv *t, size_t *len)
{
	*len = strcmp(t->field[3], "hex") == 0 ? tsv_hex(t->field[4]) : strlen(t->field[4]);
	return (const uint8_t *)t->field[4];
}

static bool
expected(const char *edn, struct value *v)
{
	return edn_read((const uint8_t *)edn, strlen(edn), &codec_event_limits, &arena, v,
	    &err) == 0;
}

static bool
read_row(struct tsv *t, struct value *v)
{
	size_t len;
	const uint8_t *body = body_of(t, &len);

	return codec_of(t->field[1])->read(body, len, &codec_request_limits, &arena, v, &err) == 0;
}

static bool
check_in(struct tsv *t)
{
	struct value got, want;
	bool read = read_row(t, &got);

	/* The table keeps that the reference ignores what follows a value; http.md 8 refuses it. */
	if (strcmp(t->field[5], "#error malformed") == 0 ||
	    strcmp(t->field[0], "json-in-bad-comment") == 0)
		return !read;
	return read && expected(t->field[5], &want) && value_equal(&got, &want);
}

/* {:action … :data …} and :user, :system where given: what command_parse took. */
static struct value
params_of(const struct command *c)
{
	struct value *items = arena_array(&arena, 8, sizeof(*items));
	size_t n = 0;

	items[n++] = value_ckeyword(&arena, "action");
	items[n++] = c->action;
	items[n++] = value_ckeyword(&arena, "data");
	items[n++] = c->data;
	if (c->has_user) {
		items[n++] = value_ckeyword(&arena, "user");
		items[n++] = value_uuid(&arena, &c->user);
	}
	if (c->has_system) {
		items[n++] = value_ckeyword(&arena, "system");
		items[n++] = value_uuid(&arena, &c->system);
	}
	return value_map(items, n / 2);
}

static bool
check_command(struct tsv *t)
{
	struct command_faults faults = { .n = 0 };
	struct value body, want, got;
	struct command c;

	/* An empty body is none in every type, whatever a reader makes of it (http.md 8). */
	if (strcmp(t->field[5], "#error malformed") == 0)
		return *t->field[4] == '\0' || !read_row(t, &body);
	if (!read_row(t, &body))
		return false;
	if (command_parse(&body, false, &arena, &c, &faults) == -1)
		return strcmp(t->field[5], "#error rejected") == 0 && faults.n > 0 &&
		    faults.list[0].detail[0] != '\0';
	got = params_of(&c);
	return expected(t->field[5], &want) && value_equal(&got, &want);
}

/* Bytes of the log: they read as the value says, which is written as the bytes. */
static bool
check_record(struct tsv *t)
{
	struct value got, want;
	size_t len;
	const uint8_t *body = body_of(t, &len);

	buf_reset(&out);
	return fressian_read(body, len, &codec_event_limits, &arena, &got, &err) == 0 &&
	    expected(t->field[5], &want) && value_equal(&got, &want) &&
	    fressian_write(&out, &want, &err) == 0 && out.len == len &&
	    memcmp(out.data, body, len) == 0;
}

/* The text that a JSON text is written as once read: the same for two that differ in spelling. */
static bool
rewrite_json(struct buf *to, const uint8_t *json, size_t len)
{
	struct value v;

	buf_reset(to);
	return json_read(json, len, &codec_event_limits, &arena, &v, &err) == 0 &&
	    json_write(to, &v, &err) == 0;
}

static bool
same_json(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len)
{
	static struct buf x, y;

	return rewrite_json(&x, a, a_len) && rewrite_json(&y, b, b_len) && x.len == y.len &&
	    memcmp(x.data, y.data, x.len) == 0;
}

static bool
check_out(struct tsv *t)
{
	const struct codec *codec = codec_of(t->field[1]);
	struct value v;
	size_t len;
	const uint8_t *body = body_of(t, &len);

	buf_reset(&out);
	if (!expected(t->field[5], &v) || codec->write(&out, &v, &err) == -1)
		return false;
	if (out.len == len && memcmp(out.data, body, len) == 0)
		return true;
	return strstr(codec->type, "json") != NULL && same_json(out.data, out.len, body, len);
}

static bool
check_row(struct tsv *t)
{
	if (strcmp(t->field[2], "in") == 0)
		return check_in(t);
	if (strcmp(t->field[2], "out") == 0)
		return check_out(t);
	return t->field[1][0] == '(' ? check_record(t) : check_command(t);
}

START_TEST(every_row_holds)
{
	unsigned rows = 0, good = 0;
	struct tsv t;

	for (tsv_open(&t, "mapping.tsv"); tsv_next(&t); rows++) {
		if (check_row(&t))
			good++;
		else
			printf("mapping: %s (line %u) does not hold\n", t.field[0], t.line);
		arena_reset(&arena);
	}
	tsv_close(&t);
	printf("mapping: %u/%u\n", good, rows);
	fflush(stdout);
	ck_assert_uint_eq(rows, ROWS);
	ck_assert_uint_eq(good, ROWS);
}
END_TEST

/* The documented command in each type: one command, and one record on the log. */
START_TEST(the_documented_command_is_one_record)
{
	struct command_faults faults = { .n = 0 };
	const char *key_id = "ab675ea0-7f6d-11e6-bcdd-540e9df06c05";
	struct value body, record;
	struct command c;
	unsigned commands = 0;
	struct id id;
	struct tsv t;

	ck_assert_int_eq(id_parse(key_id, ID_TEXT, &id), 0);
	buf_reset(&other);
	for (tsv_open(&t, "mapping.tsv"); tsv_next(&t);) {
		size_t n = strlen(t.field[0]);

		if (strncmp(t.field[0], "command-", 8) != 0 || n < 4 ||
		    strcmp(t.field[0] + n - 4, "-doc") != 0 || t.field[1][0] == '(')
			continue;
		ck_assert(read_row(&t, &body));
		ck_assert_int_eq(command_parse(&body, false, &arena, &c, &faults), 0);
		record = command_value(&arena, &id, &c);
		buf_reset(&out);
		ck_assert_int_eq(fressian_write(&out, &record, &err), 0);
		if (commands++ == 0)
			buf_put(&other, out.data, out.len);
		ck_assert(out.len == other.len && memcmp(out.data, other.data, out.len) == 0);
	}
	tsv_close(&t);
	ck_assert_uint_eq(commands, 6);
	for (tsv_open(&t, "mapping.tsv"); tsv_next(&t);) {
		size_t len;
		const uint8_t *bytes;

		if (t.field[1][0] != '(')
			continue;
		bytes = body_of(&t, &len);
		if (strcmp(t.field[0], "command-fressian-doc") == 0)
			ck_assert(len == other.len && memcmp(bytes, other.data, len) == 0);
		if (strcmp(t.field[0], "key-fressian-doc") != 0)
			continue;
		buf_reset(&out);
		command_key(&out, COMMAND_KEY_FRESSIAN, &id);
		ck_assert(len == out.len && memcmp(bytes, out.data, len) == 0);
	}
	tsv_close(&t);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("mapping");
	TCase *t = tcase_create("mapping");
	SRunner *r;
	int failed;

	arena_init(&arena, 0);
	tcase_add_test(t, every_row_holds);
	tcase_add_test(t, the_documented_command_is_one_record);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	arena_free(&arena);
	buf_free(&out);
	buf_free(&other);
	return failed == 0 ? 0 : 1;
}
