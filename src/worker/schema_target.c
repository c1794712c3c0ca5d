/*
 * schema_target.c: which schema a request under /schemas/ is about. See
 * schema_target.h. The path is split before it is decoded: the slash within an
 * action is sent as %2F.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "command/action.h"
#include "value/json.h"
#include "worker/response.h"
#include "worker/schema_target.h"
#include "worker/worker.h"

#define PREFIX	"/schemas/"

static bool
no_such(struct exchange *x)
{
	return exchange_wrong(x, PROBLEM_NOT_FOUND, "There are /schemas/ACTION, /schemas/ACTION/versions and "
	    "/schemas/ACTION/versions/N, with a slash within ACTION sent as %2F.");
}

static bool
take_version(const char *s, size_t len, uint32_t *out)
{
	uint64_t n = 0;

	if (len == 0 || len > 10 || s[0] == '0')
		return false;
	for (size_t i = 0; i < len; i++) {
		if (s[i] < '0' || s[i] > '9')
			return false;
		n = n * 10 + (uint64_t)(s[i] - '0');
	}
	*out = (uint32_t)n;
	return n <= UINT32_MAX;
}

static bool
take_action(struct exchange *x, const char *s, size_t len, struct schema_target *t)
{
	struct value keyword;
	const char *wrong;

	t->action = exchange_decode(x, s, len, false);
	if (t->action == NULL)
		return exchange_wrong(x, PROBLEM_BAD_REQUEST, "The path is badly percent-encoded.");
	t->len = strlen(t->action);
	keyword = value_keyword_split(&x->arena, t->action, t->len);
	if (keyword.kind != VALUE_KEYWORD)
		return exchange_wrong(x, PROBLEM_TOO_LARGE, NULL);
	if ((wrong = action_fault(&x->arena, keyword.u.name)) != NULL)
		return exchange_wrong(x, PROBLEM_BAD_REQUEST, arena_printf(&x->arena,
		    "This names no action: %s.", wrong));
	return true;
}

/* What stands behind the action: nothing, "versions" or "versions/N". */
static bool
take_rest(struct exchange *x, const char *s, size_t len, struct schema_target *t)
{
	static const char word[] = "versions";
	size_t n = sizeof(word) - 1;

	t->what = SCHEMA_NEWEST;
	if (len == 0)
		return true;
	if (len < n || memcmp(s, word, n) != 0)
		return no_such(x);
	t->what = SCHEMA_VERSIONS;
	if (len == n)
		return true;
	t->what = SCHEMA_VERSION;
	if (s[n] == '/' && take_version(s + n + 1, len - n - 1, &t->version))
		return true;
	return exchange_wrong(x, PROBLEM_BAD_REQUEST, "A version is a number from 1.");
}

bool
schema_target(struct exchange *x, struct schema_target *t)
{
	const struct guard_span *span = &x->g.head.path;
	const char *s = guard_head_text(&x->g.head, span), *slash;
	struct schemas *schemas = &exchange_worker(x)->schemas;
	size_t len = span->len, n;

	memset(t, 0, sizeof(*t));
	if (schemas->log.head == NULL)
		return exchange_wrong(x, PROBLEM_NOT_FOUND,
		    "This service is run without schemas (topics.schemas, schemas.dir).");
	/* A prefix that is percent-encoded itself is nobody's. */
	if (s == NULL || len <= sizeof(PREFIX) - 1 || memcmp(s, PREFIX, sizeof(PREFIX) - 1) != 0)
		return no_such(x);
	s += sizeof(PREFIX) - 1;
	len -= sizeof(PREFIX) - 1;
	slash = memchr(s, '/', len);
	n = slash != NULL ? (size_t)(slash - s) : len;
	if (!take_action(x, s, n, t) || !take_rest(x, s + n + (slash != NULL), len - n - (slash != NULL), t))
		return false;
	schemas_refresh(schemas);
	t->entry = registry_find(schemas->registry, t->action, t->len);
	t->current = registry_current(t->entry);
	return true;
}

const char *
schema_location(struct exchange *x, const char *action, size_t len, uint32_t version)
{
	const char *base = exchange_worker(x)->proc->config.http.public_url, *out;
	struct buf b = { 0 };

	buf_printf(&b, "%s%s", base, PREFIX);
	for (size_t i = 0; i < len; i++)
		if (strchr("/%?#<>'&", action[i]) != NULL)
			buf_printf(&b, "%%%02X", (unsigned char)action[i]);
		else
			buf_putc(&b, action[i]);
	if (version != 0)
		buf_printf(&b, "/versions/%" PRIu32, version);
	out = arena_strndup(&x->arena, (const char *)b.data, b.len);
	buf_free(&b);
	return out;
}

/*
 * A cache finds what a 304 speaks of by its tag: two forms must not share one (RFC 9110 8.8.1).
 * gzip is another form, whether or not it pays for this one.
 */
const char *
schema_etag(struct exchange *x, uint32_t version)
{
	bool json = x->answer == NULL || x->answer == media_json();

	return arena_printf(&x->arena, "\"%" PRIu32 "%s%s%s\"", version, json ? "" : ";",
	    json ? "" : x->answer->codec->name, response_gzip(x) ? ";gzip" : "");
}

/* The next entity tag of a field, without its quotes; true for a star too, which is len 0. */
static bool
next_tag(const struct guard_head *h, enum guard_field field, size_t *at, const char **item, size_t *len)
{
	const struct guard_span *s = &h->field[field];
	const char *text = guard_head_text(h, s);

	while (text != NULL && guard_head_list(text, s->len, at, item, len)) {
		if (*len == 1 && **item == '*') {
			*len = 0;
			return true;
		}
		/* An intermediary that compresses makes tags weak; they still name the version. */
		if (*len > 2 && memcmp(*item, "W/", 2) == 0) {
			*item += 2;
			*len -= 2;
		}
		if (*len > 2 && **item == '"' && (*item)[*len - 1] == '"') {
			++*item;
			*len -= 2;
			return true;
		}
	}
	return false;
}

bool
schema_tag_listed(struct exchange *x, enum guard_field field, const char *tag)
{
	const char *item;
	size_t at = 0, len;

	while (next_tag(&x->g.head, field, &at, &item, &len))
		if (len == 0 || (len == strlen(tag) - 2 && memcmp(item, tag + 1, len) == 0))
			return true;
	return false;
}

bool
schema_version_listed(struct exchange *x, enum guard_field field, uint32_t version)
{
	char number[16];
	const char *item;
	size_t at = 0, len, n = (size_t)snprintf(number, sizeof(number), "%" PRIu32, version);

	while (version != 0 && next_tag(&x->g.head, field, &at, &item, &len))
		if (len == 0 || (len >= n && memcmp(item, number, n) == 0 && (len == n || item[n] == ';')))
			return true;
	return false;
}

void
schema_answer(struct exchange *x, int status, const struct registry_record *rec)
{
	const char *tag = schema_etag(x, rec->version), *where;
	struct codec_error err;
	struct value v;

	where = schema_location(x, rec->action, rec->action_len, rec->version);
	if (tag != NULL)
		response_header(x, "ETag", tag);
	if (where != NULL)
		response_header(x, "Content-Location", where);
	response_header(x, "Cache-Control", "no-cache");
	if (status == 200 && tag != NULL && x->g.head.method != METHOD_PUT &&
	    schema_tag_listed(x, FIELD_IF_NONE_MATCH, tag)) {
		response_empty(x, 304);
	} else if (x->answer == NULL || x->answer == media_json()) {
		response_text(x, status, "application/json; charset=utf-8", rec->text, rec->text_len);
	} else if (json_read((const uint8_t *)rec->text, rec->text_len, &codec_event_limits, &x->arena, &v,
	    &err) == 0) {
		response_value(x, status, &v);
	} else {
		exchange_wrong(x, PROBLEM_UNAVAILABLE, "The schema takes more memory than one answer may have.");
		response_problem(x);
	}
}
