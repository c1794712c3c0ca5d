/*
 * guard_head.c: the head of a request, line by line. What its fields mean for
 * the framing stands in guard_framing.c. See guard_head.h.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "worker/guard_chars.h"
#include "worker/guard_framing.h"
#include "worker/guard_head.h"

/* Beside the target, a request line has a method, a version, two spaces and CRLF. */
#define LINE_REST	(GUARD_METHOD_MAX + 16)

static const struct {
	const char	*text;
	size_t		 len;
} methods[METHODS] = {
	{ "", 0 },
#define X(name) { #name, sizeof(#name) - 1 },
	GUARD_METHODS(X)
#undef X
};

static const struct {
	const char		*text;
	size_t			 len;
	enum guard_repeat	 repeat;
} fields[FIELDS] = {
#define X(name, text, repeat) { text, sizeof(text) - 1, repeat },
	GUARD_FIELDS(X)
#undef X
};

void
guard_head_init(struct guard_head *h, size_t max_target, size_t max_fields)
{
	memset(h, 0, sizeof(*h));
	h->max_target = max_target;
	h->max_fields = max_fields;
}

void
guard_head_free(struct guard_head *h)
{
	buf_free(&h->raw);
}

void
guard_head_reset(struct guard_head *h)
{
	struct buf raw = h->raw;

	guard_head_init(h, h->max_target, h->max_fields);
	buf_reset(&raw);
	h->raw = raw;
}

const char *
guard_head_text(const struct guard_head *h, const struct guard_span *s)
{
	return s->set ? (const char *)h->raw.data + s->off : NULL;
}

enum guard_fed
guard_head_refuse(struct guard_head *h, enum problem_id problem, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(h->detail, sizeof(h->detail), fmt, ap);
	va_end(ap);
	h->problem = problem;
	return FED_REFUSED;
}

bool
guard_head_is(const char *s, size_t len, const char *lower)
{
	for (size_t i = 0; i < len; i++) {
		char c = s[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c | 0x20);
		/* Also ends at the NUL behind lower. */
		if (c != lower[i] || c == '\0')
			return false;
	}
	return lower[len] == '\0';
}

bool
guard_head_list(const char *s, size_t len, size_t *at, const char **item, size_t *item_len)
{
	size_t from, to;

	while (*at < len) {
		for (from = *at; from < len && (s[from] == ' ' || s[from] == '\t'); from++)
			continue;
		for (to = from; to < len && s[to] != ','; to++)
			continue;
		*at = to + 1;
		while (to > from && (s[to - 1] == ' ' || s[to - 1] == '\t'))
			to--;
		if (to == from)
			continue;
		*item = s + from;
		*item_len = to - from;
		return true;
	}
	return false;
}

static size_t
token_len(const uint8_t *s, size_t len)
{
	size_t n = 0;

	while (n < len && (guard_chars[s[n]] & CHAR_TOKEN))
		n++;
	return n;
}

static enum guard_method
method_of(const uint8_t *s, size_t len)
{
	for (size_t i = 1; i < METHODS; i++)
		if (methods[i].len == len && memcmp(methods[i].text, s, len) == 0)
			return (enum guard_method)i;
	return METHOD_UNKNOWN;
}

static struct guard_span
span(size_t off, size_t len)
{
	struct guard_span s = { (uint32_t)off, (uint32_t)len, true };

	return s;
}

/*
 * How long "http://authority" is at the target's start; 0 if it is not there, SIZE_MAX if it is
 * malformed.
 */
static size_t
authority_len(const char *t, size_t len)
{
	size_t n = len >= 7 && guard_head_is(t, 7, "http://") ? 7 :
	    len >= 8 && guard_head_is(t, 8, "https://") ? 8 : 0, from = n;

	if (n == 0)
		return 0;
	while (n < len && (guard_chars[(uint8_t)t[n]] & CHAR_HOST))
		n++;
	if (n == from || (n < len && t[n] != '/' && t[n] != '?') || !guard_framing_host(t + from, n - from))
		return SIZE_MAX;
	return n;
}

/* RFC 9112 3.2. off: where the target stands in raw. */
static enum guard_fed
read_target(struct guard_head *h, size_t off, size_t len)
{
	const char *t = (const char *)h->raw.data + off, *q;
	size_t skip = 0;

	if (len == 1 && t[0] == '*' && h->method == METHOD_OPTIONS) {
		h->path = span(off, len);
		return FED_MORE;
	}
	if (h->method == METHOD_CONNECT)
		return guard_head_refuse(h, PROBLEM_NOT_IMPLEMENTED,
		    "CONNECT is not implemented: this server is no proxy.");
	if (t[0] != '/') {
		skip = authority_len(t, len);
		if (skip == 0 || skip == SIZE_MAX)
			return guard_head_refuse(h, PROBLEM_MALFORMED,
			    "The request target must begin with / or be an http:// or https:// URL "
			    "without user information.");
	}
	q = memchr(t + skip, '?', len - skip);
	h->path = span(off + skip, (q == NULL ? len : (size_t)(q - t)) - skip);
	if (q != NULL)
		h->query = span((size_t)(q + 1 - (const char *)h->raw.data),
		    len - (size_t)(q + 1 - t));
	return FED_MORE;
}

/* RFC 9112 2.3. */
static enum guard_fed
read_version(struct guard_head *h, const uint8_t *v, size_t len)
{
	if (len != 8 || memcmp(v, "HTTP/", 5) != 0 || v[5] < '0' || v[5] > '9' || v[6] != '.' ||
	    v[7] < '0' || v[7] > '9')
		return guard_head_refuse(h, PROBLEM_MALFORMED, "The request line must be METHOD, "
		    "target and HTTP/1.1, with one space between them.");
	if (v[5] != '1')
		return guard_head_refuse(h, PROBLEM_HTTP_VERSION,
		    "HTTP/%c.%c is not supported; use HTTP/1.1.", v[5], v[7]);
	h->minor = v[7] == '0' ? 0 : 1;
	return FED_MORE;
}

static enum guard_fed
read_request_line(struct guard_head *h, size_t off, size_t len)
{
	const uint8_t *s = h->raw.data + off;
	size_t method = token_len(s, len), target = 0;
	enum guard_fed r;

	if (method == 0 || method == len || s[method] != ' ')
		return guard_head_refuse(h, PROBLEM_MALFORMED,
		    "The request line must begin with a method and one space.");
	if (method > GUARD_METHOD_MAX)
		return guard_head_refuse(h, PROBLEM_NOT_IMPLEMENTED,
		    "No method of more than %d characters is implemented.", GUARD_METHOD_MAX);
	while (method + 1 + target < len && (guard_chars[s[method + 1 + target]] & CHAR_TARGET))
		target++;
	if (target > h->max_target)
		return guard_head_refuse(h, PROBLEM_URI_TOO_LONG,
		    "The request target is longer than %zu bytes (http.max_uri).", h->max_target);
	if (target == 0 || method + 1 + target == len || s[method + 1 + target] != ' ')
		return guard_head_refuse(h, PROBLEM_MALFORMED, "The request target must be visible "
		    "ASCII without #, followed by one space and HTTP/1.1.");
	h->method = method_of(s, method);
	h->method_text = span(off, method);
	r = read_version(h, s + method + target + 2, len - method - target - 2);
	return r == FED_REFUSED ? r : read_target(h, off + method + 1, target);
}

int
guard_head_field_line(const uint8_t *line, size_t len, size_t *name_len, size_t *value_at,
    size_t *value_len, const char **why)
{
	size_t name = token_len(line, len), from, to = len;

	if (len > 0 && (line[0] == ' ' || line[0] == '\t')) {
		*why = "A field line begins with white space; folded lines are not accepted.";
		return -1;
	}
	if (name == 0 || name == len || line[name] != ':') {
		*why = "A field line must be NAME: VALUE, without white space before the colon.";
		return -1;
	}
	for (size_t i = name + 1; i < len; i++)
		if ((guard_chars[line[i]] & CHAR_VALUE) == 0) {
			*why = "A field value holds a control character.";
			return -1;
		}
	for (from = name + 1; from < len && (line[from] == ' ' || line[from] == '\t'); from++)
		continue;
	while (to > from && (line[to - 1] == ' ' || line[to - 1] == '\t'))
		to--;
	*name_len = name;
	*value_at = from;
	*value_len = to - from;
	return 0;
}

static int
field_of(const char *name, size_t len)
{
	for (int i = 0; i < FIELDS; i++)
		if (fields[i].len == len && guard_head_is(name, len, fields[i].text))
			return i;
	return -1;
}

static enum guard_fed
read_field(struct guard_head *h, size_t off, size_t len)
{
	const uint8_t *line = h->raw.data + off;
	size_t name_len, value_at, value_len;
	const char *why;
	int f;

	if (guard_head_field_line(line, len, &name_len, &value_at, &value_len, &why) == -1)
		return guard_head_refuse(h, PROBLEM_MALFORMED, "%s", why);
	f = field_of((const char *)line, name_len);
	if (f == -1)
		return FED_MORE;
	if (h->field[f].set) {
		if (fields[f].repeat == REPEAT_REFUSE)
			return guard_head_refuse(h, PROBLEM_MALFORMED,
			    "The field %s stands more than once.", fields[f].text);
		h->repeated |= 1u << f;
		return FED_MORE;
	}
	h->field[f] = span(off + value_at, value_len);
	return FED_MORE;
}

/* A list field came in several lines: put its whole text behind the head (RFC 9110 5.3). */
static void
join(struct guard_head *h, int f, size_t end)
{
	size_t at = h->fields_at, from = h->raw.len, name_len, value_at, value_len;
	const char *why;

	while (at < end) {
		const uint8_t *line = h->raw.data + at, *lf = memchr(line, '\n', end - at);
		size_t len = (size_t)(lf - line) - 1;

		if (len > 0 && guard_head_field_line(line, len, &name_len, &value_at, &value_len,
		    &why) == 0 && field_of((const char *)line, name_len) == f) {
			/* Room first: the bytes to copy may move with it. */
			buf_reserve(&h->raw, value_len + 2);
			if (h->raw.len > from)
				buf_put(&h->raw, ", ", 2);
			buf_put(&h->raw, h->raw.data + at + value_at, value_len);
		}
		at += len + 2;
	}
	h->field[f] = span(from, h->raw.len - from);
}

/* One whole line stands at h->line. */
static enum guard_fed
read_line(struct guard_head *h)
{
	size_t end = h->raw.len, len = end - h->line;
	enum guard_fed r;

	if (len < 2 || h->raw.data[h->raw.len - 2] != '\r')
		return guard_head_refuse(h, PROBLEM_MALFORMED, "A line ends in LF without CR.");
	len -= 2;
	if (h->fields_at != 0) {
		if (len > 0)
			return read_field(h, h->line, len);
		for (int f = 0; f < FIELDS; f++)
			if (h->repeated & (1u << f))
				join(h, f, end);
		return guard_framing(h);
	}
	/* RFC 9112 2.2: an empty line before the request line is to be ignored; one is. */
	if (len == 0 && !h->blank) {
		h->blank = true;
		buf_reset(&h->raw);
		return FED_MORE;
	}
	r = read_request_line(h, h->line, len);
	h->fields_at = h->raw.len;
	return r;
}

/* May a line grow by n bytes? */
static enum guard_fed
check_size(struct guard_head *h, size_t n)
{
	if (h->fields_at == 0 && h->raw.len + n > h->max_target + LINE_REST)
		return guard_head_refuse(h, PROBLEM_URI_TOO_LONG,
		    "The request target is longer than %zu bytes (http.max_uri).", h->max_target);
	if (h->fields_at != 0 && h->raw.len - h->fields_at + n > h->max_fields)
		return guard_head_refuse(h, PROBLEM_HEADERS_TOO_LARGE,
		    "The header fields are longer than %zu bytes (http.max_headers).",
		    h->max_fields);
	return FED_MORE;
}

/* What is no HTTP at all (TLS, say) may hold no LF to wait for. */
static enum guard_fed
check_first_byte(struct guard_head *h, uint8_t c)
{
	if (h->raw.len > 0 || c == '\r' || c == '\n' || (guard_chars[c] & CHAR_TOKEN))
		return FED_MORE;
	return guard_head_refuse(h, PROBLEM_MALFORMED,
	    "The request line must begin with a method.");
}

enum guard_fed
guard_head_feed(struct guard_head *h, const uint8_t *in, size_t len, size_t *used)
{
	enum guard_fed r = FED_MORE;

	*used = 0;
	while (r == FED_MORE && *used < len) {
		const uint8_t *from = in + *used, *lf = memchr(from, '\n', len - *used);
		size_t n = lf == NULL ? len - *used : (size_t)(lf - from) + 1;

		if ((r = check_first_byte(h, *from)) != FED_MORE ||
		    (r = check_size(h, n)) != FED_MORE)
			break;
		buf_put(&h->raw, from, n);
		*used += n;
		if (lf == NULL)
			break;
		r = read_line(h);
		h->line = h->raw.len;
	}
	return r;
}

const char *
guard_head_method(enum guard_method m)
{
	return methods[m].text;
}
