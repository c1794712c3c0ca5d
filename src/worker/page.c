/*
 * page.c: GET /. See page.h. Both forms are made from the table of routes.
 */
#include "build-config.h"
#include "worker/page.h"
#include "worker/response.h"
#include "worker/routes.h"
#include "worker/worker.h"

static const char about[] = "the one door through which commands enter a log-centric system: "
    "they are checked, given an id, written to Kafka and acknowledged";

static void
html(struct exchange *x)
{
	struct buf *out = &exchange_worker(x)->out;

	buf_reset(out);
	buf_printf(out, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
	    "<title>cmdr</title></head>\n<body><h1>cmdr " PACKAGE_VERSION "</h1>\n"
	    "<p>This is %s.</p>\n<table>\n", about);
	for (size_t i = 0; i < routes_count; i++)
		if (routes[i].handle != NULL && routes_here(x, &routes[i]))
			buf_printf(out, "<tr><td>%s</td><td><code>%s</code></td><td>%s</td></tr>\n",
			    routes_allow(x, &routes[i]), routes[i].path, routes[i].doc);
	buf_printf(out, "</table>\n<p>Bodies: %s.<br>Answers: %s.</p>\n</body></html>\n",
	    media_request_types(), media_answer_types(false));
	response_text(x, 200, x->answer->content_type, out->data, out->len);
}

static struct value
row(struct exchange *x, const struct route *r)
{
	struct arena *a = &x->arena;
	struct value *items = arena_array(a, 6, sizeof(*items));
	const char *allow = routes_allow(x, r);

	if (items == NULL || allow == NULL)
		return value_nil();
	items[0] = value_ckeyword(a, "path");
	items[1] = value_cstring(r->path);
	items[2] = value_ckeyword(a, "methods");
	items[3] = value_cstring(allow);
	items[4] = value_ckeyword(a, "doc");
	items[5] = value_cstring(r->doc);
	return value_map(items, 3);
}

void
page_root(struct exchange *x)
{
	struct arena *a = &x->arena;
	struct value list[16], items[8], v;
	size_t n = 0;

	if (x->answer->codec == NULL) {
		html(x);
		return;
	}
	for (size_t i = 0; i < routes_count && n < sizeof(list) / sizeof(list[0]); i++)
		if (routes[i].handle != NULL && routes_here(x, &routes[i]))
			list[n++] = row(x, &routes[i]);
	items[0] = value_ckeyword(a, "name");
	items[1] = value_cstring("cmdr");
	items[2] = value_ckeyword(a, "version");
	items[3] = value_cstring(PACKAGE_VERSION);
	items[4] = value_ckeyword(a, "about");
	items[5] = value_cstring(about);
	items[6] = value_ckeyword(a, "resources");
	items[7] = value_seq(VALUE_VECTOR, list, n);
	v = value_map(items, 4);
	response_value(x, 200, &v);
}
