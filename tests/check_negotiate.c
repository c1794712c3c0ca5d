/*
 * check_negotiate.c: src/value/negotiate.c: Content-Type and Accept.
 */
#include <string.h>

#include <check.h>

#include "value/negotiate.h"

static const struct offer offers[] = {
	{ "application/json", NULL, "json" },
	{ "application/edn", NULL, "edn" },
	{ "application/transit+json", NULL, "transit" },
	{ "application/transit+json", ";verbose=true", "verbose" },
	{ "application/transit+msgpack", NULL, "msgpack" },
	{ "text/html", NULL, "html" },
};
#define N (sizeof(offers) / sizeof(offers[0]))

/* Accept and what it chooses; NULL: nothing. */
static const struct {
	const char	*header, *want;
} accepts[] = {
	{ "", "json" },
	{ " , ", "json" },
	{ "*/*", "json" },
	{ "*", "json" },
	{ "application/*", "json" },
	{ "text/*", "html" },
	{ "application/edn", "edn" },
	{ "APPLICATION/Edn", "edn" },
	{ "application/json", "json" },
	{ "application/xml", NULL },
	{ "application/xml, */*;q=0.1", "json" },
	{ "application/edn;q=0.5, application/json;q=0.4", "edn" },
	{ "application/edn;q=0.5,application/json;q=0.501", "json" },
	{ "application/edn ; q=0.5 , application/json ; Q=0.6", "json" },
	/* The more exact range decides, wherever it stands. */
	{ "*/*, application/json;q=0.5, application/*;q=0.9", "html" },
	{ "application/json;q=0, */*", "edn" },
	{ "application/json;q=0.000, application/json;q=0", NULL },
	{ "*/*;q=0", NULL },
	{ "application/*;q=0, text/html", "html" },
	{ "application/*;q=0, application/edn;q=0.001", "edn" },
	/* Equal q: the named one, then the one named first. */
	{ "*/*, application/edn", "edn" },
	{ "application/edn, application/json", "edn" },
	{ "application/edn, application/json, */*", "edn" },
	{ "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "html" },
	{ "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", "html" },
	{ "image/gif, *; q=.2, */*; q=.2", "json" },
	{ "application/edn;q=0.8, application/edn;q=0.9, application/json;q=0.85", "edn" },
	/* Parameters. */
	{ "application/transit+json", "transit" },
	{ "application/transit+json;verbose=true", "verbose" },
	{ "application/transit+json; Verbose=\"TRUE\"", "verbose" },
	{ "application/transit+json;verbose=false", "transit" },
	{ "application/transit+json;q=.5, application/transit+json;verbose=true;q=.6", "verbose" },
	{ "application/transit+json, application/transit+json;verbose=true;q=0.6", "transit" },
	{ "application/transit+json;q=0, application/transit+json;verbose=true", "verbose" },
	{ "application/json;charset=utf-8", "json" },
	{ "application/json;indent=2;q=0.1, application/edn;q=0.2", "edn" },
	{ "application/edn;q=0.2;ext=\"a,b\\\";q=1\", application/json;q=0.1", "edn" },
	{ "application/edn;x=\"application/json, */*\"", "edn" },
	{ "application/edn;", "edn" },
	{ "application/edn;;q=0.3", "edn" },
	/* What cannot be parsed matches nothing. */
	{ "json", NULL },
	{ "application/", NULL },
	{ "/json", NULL },
	{ "*/json", NULL },
	{ "application/json/x", NULL },
	{ "application/json;q=2", NULL },
	{ "application/json;q=1.001", NULL },
	{ "application/json;q=", NULL },
	{ "application/json;q=.", NULL },
	{ "application/json;q=-1", NULL },
	{ "application/json;q=x, application/edn;q=0.1", "edn" },
	{ "application/json;x=\"unclosed, application/edn", NULL },
	{ "application/json;x, application/edn", "edn" },
	{ "\"application/json\", application/edn", "edn" },
	{ "application/json;q=1.000", "json" },
	{ "application/json;q=0.123456789", "json" },
	{ "application/json;q=1.", "json" },
};

START_TEST(accept_chooses_an_offer)
{
	const struct offer *got;

	got = negotiate_accept(accepts[_i].header, strlen(accepts[_i].header), offers, N);
	if (accepts[_i].want == NULL)
		ck_assert_msg(got == NULL, "%s", accepts[_i].header);
	else
		ck_assert_msg(got != NULL && strcmp(got->what, accepts[_i].want) == 0, "%s",
		    accepts[_i].header);
}
END_TEST

static const struct {
	const char		*header;
	enum negotiate_result	 result;
	const char		*want;
} types[] = {
	{ "", NEGOTIATE_ABSENT, NULL },
	{ " ", NEGOTIATE_ABSENT, NULL },
	{ "application/json", NEGOTIATE_OK, "json" },
	{ "Application/JSON", NEGOTIATE_OK, "json" },
	{ "application/json; charset=utf-8", NEGOTIATE_OK, "json" },
	{ "application/json;charset=\"UTF-8\"", NEGOTIATE_OK, "json" },
	{ "application/json; charset=us-ascii", NEGOTIATE_OK, "json" },
	{ "application/json; charset=iso-8859-1", NEGOTIATE_CHARSET, NULL },
	{ "application/json; charset=utf-8; charset=latin1", NEGOTIATE_CHARSET, NULL },
	{ "application/json; charset=utf-16", NEGOTIATE_CHARSET, NULL },
	{ "application/json; profile=\"a;b, c\"; x=y", NEGOTIATE_OK, "json" },
	{ "application/json;", NEGOTIATE_OK, "json" },
	{ "application/transit+json", NEGOTIATE_OK, "transit" },
	{ "application/transit+json;verbose=true", NEGOTIATE_OK, "verbose" },
	{ "application/transit+json;verbose=false", NEGOTIATE_OK, "transit" },
	{ "application/xml", NEGOTIATE_UNKNOWN, NULL },
	{ "application/xml; charset=latin1", NEGOTIATE_UNKNOWN, NULL },
	{ "application/jso", NEGOTIATE_UNKNOWN, NULL },
	{ "application/jsonx", NEGOTIATE_UNKNOWN, NULL },
	{ "application/*", NEGOTIATE_UNKNOWN, NULL },
	{ "*/*", NEGOTIATE_UNKNOWN, NULL },
	{ "json", NEGOTIATE_MALFORMED, NULL },
	{ "application/json, application/edn", NEGOTIATE_MALFORMED, NULL },
	{ "application/json charset=utf-8", NEGOTIATE_MALFORMED, NULL },
	{ "application/json; charset", NEGOTIATE_MALFORMED, NULL },
	{ "application/json; charset=\"utf-8", NEGOTIATE_MALFORMED, NULL },
	{ "application/json; charset=\"utf-8\\", NEGOTIATE_MALFORMED, NULL },
};

START_TEST(content_type_names_an_offer)
{
	const struct offer *got = NULL;
	enum negotiate_result result = negotiate_content_type(types[_i].header,
	    strlen(types[_i].header), offers, N, &got);

	ck_assert_msg(result == types[_i].result, "%s: %s", types[_i].header,
	    negotiate_reason(result));
	if (types[_i].want == NULL)
		ck_assert_ptr_null(got);
	else
		ck_assert_str_eq(got->what, types[_i].want);
}
END_TEST

START_TEST(no_header_at_all)
{
	const struct offer *got = NULL;

	ck_assert_ptr_eq(negotiate_accept(NULL, 0, offers, N), &offers[0]);
	ck_assert_ptr_null(negotiate_accept("*/*", 3, offers, 0));
	ck_assert_int_eq(negotiate_content_type(NULL, 0, offers, N, &got), NEGOTIATE_ABSENT);
	ck_assert_ptr_null(got);
}
END_TEST

/* The header need not end in NUL: nothing behind its length is looked at. */
START_TEST(the_length_ends_the_header)
{
	ck_assert_str_eq(negotiate_accept("application/ednXX", 15, offers, N)->what, "edn");
	ck_assert_str_eq(negotiate_accept("*/*;q=1.0001", 7, offers, N)->what, "json");
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("negotiate");
	TCase *t = tcase_create("negotiate");
	SRunner *r;
	int failed;

	tcase_add_loop_test(t, accept_chooses_an_offer, 0, sizeof(accepts) / sizeof(accepts[0]));
	tcase_add_loop_test(t, content_type_names_an_offer, 0, sizeof(types) / sizeof(types[0]));
	tcase_add_test(t, no_header_at_all);
	tcase_add_test(t, the_length_ends_the_header);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
