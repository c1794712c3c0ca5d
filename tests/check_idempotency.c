/*
 * check_idempotency.c: the text of Idempotency-Key, and the id it makes. The
 * expected ids are those of another implementation of RFC 9562.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "worker/idempotency.h"

static const struct {
	const char	*field;
	const char	*key;	/* NULL: refused */
} fields[] = {
	{ "\"order-17\"", "order-17" },
	{ "order-17", "order-17" },
	{ "8e03978e-40d5-43e8-bc93-6894a57f9324", "8e03978e-40d5-43e8-bc93-6894a57f9324" },
	{ "\"a b\"", "a b" },
	{ "\"a\\\"b\"", "a\"b" },
	{ "\"a\\\\b\"", "a\\b" },
	{ "a:b/c", "a:b/c" },
	{ "", NULL },
	{ "\"\"", NULL },
	{ "\"", NULL },
	{ "\"a", NULL },
	{ "\"a\\", NULL },
	{ "\"a\\n\"", NULL },
	{ "\"a\"b", NULL },
	{ "\"a\", \"b\"", NULL },
	{ "a, b", NULL },
	{ "a b", NULL },
	{ "\"\xc3\xa4\"", NULL },
	{ "\"a\tb\"", NULL },
};

START_TEST(the_text_is_read_strictly)
{
	struct idempotency_key key;
	struct arena a;
	const char *wrong;

	arena_init(&a, 0);
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		wrong = idempotency_parse(fields[i].field, strlen(fields[i].field), &a, &key);
		ck_assert_msg((wrong == NULL) == (fields[i].key != NULL), "%s: %s", fields[i].field,
		    wrong != NULL ? wrong : "taken");
		if (fields[i].key != NULL)
			ck_assert_msg(key.len == strlen(fields[i].key) &&
			    memcmp(key.text, fields[i].key, key.len) == 0, "%s", fields[i].field);
	}
	arena_free(&a);
}
END_TEST

START_TEST(the_length_is_bounded)
{
	char field[600];
	struct idempotency_key key;
	struct arena a;

	arena_init(&a, 0);
	memset(field, 'x', sizeof(field));
	ck_assert_ptr_null(idempotency_parse(field, 255, &a, &key));
	ck_assert_ptr_nonnull(idempotency_parse(field, 256, &a, &key));
	ck_assert_ptr_nonnull(idempotency_parse(field, sizeof(field), &a, &key));
	field[0] = field[511] = '"';
	for (size_t i = 1; i < 511; i++)
		field[i] = i % 2 == 1 ? '\\' : '"';
	ck_assert_ptr_null(idempotency_parse(field, 512, &a, &key));
	ck_assert_uint_eq(key.len, 255);
	arena_free(&a);
}
END_TEST

static const struct {
	const char	*caller, *key;
	size_t		 item;
	const char	*id;
} ids[] = {
	{ "", "order-17", IDEMPOTENCY_SINGLE, "2a848f15-0bfb-5533-945a-d6c4b1a4b19a" },
	{ "alice", "order-17", IDEMPOTENCY_SINGLE, "d085fc53-1727-5b1d-a61f-d2e5601b231d" },
	{ "", "order-17", 0, "2b483413-f50f-559b-a8b6-0bef2af77868" },
	{ "", "a\"b", IDEMPOTENCY_SINGLE, "05952172-cf10-5ff8-ae87-57e133f6ebdc" },
};

START_TEST(the_id_is_that_of_the_contract)
{
	char text[ID_TEXT + 1];

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		struct idempotency_key key = { ids[i].key, strlen(ids[i].key) };
		struct id id = idempotency_id(ids[i].caller, &key, ids[i].item);

		id_format(&id, text);
		ck_assert_str_eq(text, ids[i].id);
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("idempotency");
	TCase *t = tcase_create("idempotency");
	SRunner *r;
	int failed;

	tcase_add_test(t, the_text_is_read_strictly);
	tcase_add_test(t, the_length_is_bounded);
	tcase_add_test(t, the_id_is_that_of_the_contract);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
