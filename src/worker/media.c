/*
 * media.c: the media types of requests and answers. See media.h.
 */
#include <stdlib.h>
#include <string.h>

#include "util/log.h"
#include "util/mem.h"
#include "value/json.h"
#include "worker/media.h"

#define MEDIA_MAX	NEGOTIATE_OFFERS_MAX

static struct {
	struct media	media[MEDIA_MAX];
	/* Answers: HTML is the last, and left out where there is no page. */
	struct offer	answers[MEDIA_MAX];
	size_t		nanswers;
	struct offer	requests[MEDIA_MAX];
	size_t		nrequests;
	char		*request_types, *answer_types, *page_types;
} m;

static const struct codec ndjson = {
	.name = "ndjson", .type = "application/x-ndjson", .text = 1, .read = json_read,
};
static const struct media html = { NULL, "text/html; charset=utf-8" };

/* "a, b, c": the offers' types, each once. */
static char *
list(const struct offer *offers, size_t n)
{
	char *text = xstrdup(""), *longer;

	for (size_t i = 0; i < n; i++) {
		if (i > 0 && strcmp(offers[i].type, offers[i - 1].type) == 0)
			continue;
		longer = xasprintf("%s%s%s", text, i > 0 ? ", " : "", offers[i].type);
		free(text);
		text = longer;
	}
	return text;
}

/* mapping.md: charset on text types that have one; the verbose form names itself. */
static char *
content_type(const struct codec *c)
{
	return xasprintf("%s%s%s", c->type, c->parameter != NULL ? c->parameter : "",
	    c->text ? "; charset=utf-8" : "");
}

void
media_init(void)
{
	if (codecs_count >= MEDIA_MAX)
		fatalx("more codecs than can be offered");
	for (size_t i = 0; i < codecs_count; i++) {
		const struct codec *c = &codecs[i];

		if (c->read != NULL)
			m.requests[m.nrequests++] = (struct offer){ c->type, c->parameter, c };
		if (c->write == NULL)
			continue;
		m.media[i].codec = c;
		m.media[i].content_type = content_type(c);
		m.answers[m.nanswers++] = (struct offer){ c->type, c->parameter, &m.media[i] };
	}
	m.requests[m.nrequests++] = (struct offer){ ndjson.type, NULL, &ndjson };
	m.request_types = list(m.requests, m.nrequests);
	m.answer_types = list(m.answers, m.nanswers);
	m.answers[m.nanswers++] = (struct offer){ "text/html", NULL, &html };
	m.page_types = list(m.answers, m.nanswers);
}

const struct codec *
media_ndjson(void)
{
	return &ndjson;
}

const struct media *
media_json(void)
{
	return m.answers[0].what;
}

const struct media *
media_accept(const struct guard_head *h, bool page)
{
	const struct guard_span *s = &h->field[FIELD_ACCEPT];
	const char *text = guard_head_text(h, s);
	const struct offer *o;

	/* What most clients send needs no look at the rest. */
	if (text == NULL || (s->len == 3 && memcmp(text, "*/*", 3) == 0))
		return media_json();
	o = negotiate_accept(text, s->len, m.answers, page ? m.nanswers : m.nanswers - 1);
	return o == NULL ? NULL : o->what;
}

bool
media_accepts(const struct guard_head *h, const char *type)
{
	const struct guard_span *s = &h->field[FIELD_ACCEPT];
	const char *text = guard_head_text(h, s);
	const struct offer offer = { type, NULL, type };

	return text == NULL || negotiate_accept(text, s->len, &offer, 1) != NULL;
}

enum negotiate_result
media_of_request(const struct guard_head *h, const struct codec **out)
{
	const struct guard_span *s = &h->field[FIELD_CONTENT_TYPE];
	const char *text = guard_head_text(h, s);
	const struct offer *o;
	enum negotiate_result r;

	if (text != NULL && s->len == strlen(m.requests[0].type) &&
	    memcmp(text, m.requests[0].type, s->len) == 0) {
		*out = m.requests[0].what;
		return NEGOTIATE_OK;
	}
	r = negotiate_content_type(text, text == NULL ? 0 : s->len, m.requests, m.nrequests, &o);
	if (r == NEGOTIATE_OK)
		*out = o->what;
	return r;
}

const char *
media_request_types(void)
{
	return m.request_types;
}

const char *
media_answer_types(bool page)
{
	return page ? m.page_types : m.answer_types;
}
