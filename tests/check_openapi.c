/*
 * check_openapi.c: the OpenAPI document says what the tables say: every route
 * and method, every problem, every media type; and every reference leads somewhere.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "value/json.h"
#include "worker/media.h"
#include "worker/openapi.h"
#include "worker/routes.h"

static struct buf text;
static struct arena a;
static struct value doc;

static void
begin(void)
{
	struct codec_error err;

	media_init();
	arena_init(&a, 0);
	openapi_write(&text, "", CONFIG_AUTH_NONE, NULL);
	ck_assert_msg(json_read(text.data, text.len, &codec_request_limits, &a, &doc, &err) == 0, "%s at %zu: %.80s",
	    err.text, err.offset, text.data + (err.offset > 40 ? err.offset - 40 : 0));
}

static void
end(void)
{
	buf_free(&text);
	arena_free(&a);
}

static bool
has_op(const char *path, unsigned method)
{
	for (size_t i = 0; i < openapi_nops; i++)
		if (strcmp(openapi_ops[i].path, path) == 0 && (1u << openapi_ops[i].method) == method)
			return true;
	return false;
}

START_TEST(every_route_and_method_is_there)
{
	size_t n = 0;

	for (size_t i = 0; i < routes_count; i++)
		for (unsigned bit = 1; bit != 0 && bit <= routes[i].methods; bit <<= 1)
			if (routes[i].methods & bit) {
				ck_assert_msg(has_op(routes[i].path, bit), "%s lacks an operation", routes[i].path);
				n++;
			}
	ck_assert_uint_eq(n, openapi_nops);
}
END_TEST

static bool
says(const char *what)
{
	return memmem(text.data, text.len, what, strlen(what)) != NULL;
}

START_TEST(every_problem_and_media_type_is_there)
{
#define X(name, status, slug, title) ck_assert_msg(says("\"urn:cmdr:problem:" slug "\""), slug);
	PROBLEMS(X)
#undef X
	for (size_t i = 0; i < codecs_count; i++)
		ck_assert_msg(says(codecs[i].type), "%s", codecs[i].type);
	ck_assert(says("application/x-ndjson") && says("text/event-stream") && says("text/html"));
}
END_TEST

/* Every "#/components/schemas/NAME". */
START_TEST(references_lead_somewhere)
{
	static const char prefix[] = "#/components/schemas/";
	const struct value *schemas = value_map_get(value_map_get(&doc, "components", false), "schemas", false);
	const char *at = (const char *)text.data, *stop = at + text.len;
	size_t n = 0;

	ck_assert_ptr_nonnull(schemas);
	while ((at = memmem(at, (size_t)(stop - at), prefix, strlen(prefix))) != NULL) {
		char name[64] = "";

		at += strlen(prefix);
		memcpy(name, at, strcspn(at, "\""));
		ck_assert_msg(value_map_get(schemas, name, false) != NULL, "%s", name);
		n++;
	}
	ck_assert_uint_gt(n, 20);
}
END_TEST

static const struct openapi_op *
op_of(const char *id)
{
	for (size_t i = 0; i < openapi_nops; i++)
		if (strcmp(openapi_ops[i].id, id) == 0)
			return &openapi_ops[i];
	return NULL;
}

/* From an answer that there is, to a parameter that its operation takes. */
START_TEST(links_lead_somewhere)
{
	static const char *const names[] = {
#define X(name, text, in, schema, doc) text,
		OPENAPI_PARAMETERS(X)
#undef X
	};

	for (size_t i = 0; i < openapi_nlinks; i++) {
		const struct openapi_link *l = &openapi_links[i];
		const struct openapi_op *from = op_of(l->from), *to = op_of(l->to);
		bool answers = false, takes = false;

		ck_assert_msg(from != NULL && to != NULL, "%s to %s", l->from, l->to);
		for (const struct openapi_answer *an = from->answers; an->status != 0; an++)
			answers = answers || an->status == l->status;
		for (unsigned p = 0; p < OPENAPI_NPARAMETERS; p++)
			takes = takes || ((to->parameters & (1u << p)) && strcmp(names[p], l->parameter) == 0);
		ck_assert_msg(answers && takes, "%s %d to %s's %s", l->from, l->status, l->to, l->parameter);
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("openapi");
	TCase *t = tcase_create("openapi");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, every_route_and_method_is_there);
	tcase_add_test(t, every_problem_and_media_type_is_there);
	tcase_add_test(t, references_lead_somewhere);
	tcase_add_test(t, links_lead_somewhere);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
