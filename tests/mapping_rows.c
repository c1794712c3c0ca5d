/*
 * mapping_rows.c: the rows of mapping.tsv that a request body is read by. See mapping_rows.h.
 */
#include <string.h>

#include <check.h>

#include "mapping_rows.h"
#include "tsv.h"
#include "value/edn.h"

/* Does the text that was sent name this keyword? */
static bool
spells(const struct value *text, const struct value *keyword)
{
	struct arena a;
	struct value v;
	bool same;

	if (text->kind != VALUE_STRING)
		return false;
	arena_init(&a, 0);
	v = value_keyword_split(&a, text->u.text, text->n);
	same = value_equal(&v, keyword);
	arena_free(&a);
	return same;
}

/* A reader gives the action of a command as text; its data are the data. */
static void
check_command(const char *name, const struct value *got, const struct value *want)
{
	const struct value *action = value_map_get(got, "action", false);
	const struct value *data = value_map_get(got, "data", false);

	ck_assert_msg(action != NULL && data != NULL, "%s", name);
	ck_assert_msg(spells(action, value_map_get(want, "action", false)), "%s: action", name);
	ck_assert_msg(value_equal(data, value_map_get(want, "data", false)), "%s: data", name);
}

static void
check_row(struct tsv *t, codec_read_fn *read, struct arena *a)
{
	const char *name = t->field[0], *edn = t->field[5];
	size_t len = strcmp(t->field[3], "hex") == 0 ? tsv_hex(t->field[4]) : strlen(t->field[4]);
	struct codec_error err;
	struct value got, want;
	int rc = read((const uint8_t *)t->field[4], len, &codec_request_limits, a, &got, &err);

	/* The table keeps that the reference ignores what follows a value; http.md 1 refuses it. */
	if (strcmp(edn, "#error malformed") == 0 || strcmp(name, "json-in-bad-comment") == 0) {
		ck_assert_msg(rc == -1, "%s was taken", name);
		ck_assert_msg(err.class != E_NONE && err.text[0] != '\0' && err.line > 0, "%s",
		    name);
		return;
	}
	ck_assert_msg(rc == 0, "%s: %s", name, err.text);
	if (strcmp(edn, "#error rejected") == 0)
		return;
	ck_assert_msg(edn_read((const uint8_t *)edn, strlen(edn), &codec_event_limits, a, &want,
	    &err) == 0, "%s: %s", name, err.text);
	if (strcmp(t->field[2], "command") == 0)
		check_command(name, &got, &want);
	else
		ck_assert_msg(value_equal(&got, &want), "%s", name);
}

unsigned
mapping_rows_check(const char *type, codec_read_fn *read)
{
	unsigned rows = 0;
	struct arena a;
	struct tsv t;

	arena_init(&a, 0);
	for (tsv_open(&t, "mapping.tsv"); tsv_next(&t);)
		if (strcmp(t.field[1], type) == 0 && strcmp(t.field[2], "out") != 0) {
			check_row(&t, read, &a);
			arena_reset(&a);
			rows++;
		}
	tsv_close(&t);
	arena_free(&a);
	return rows;
}
