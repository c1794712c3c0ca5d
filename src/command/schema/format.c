/*
 * format.c: the formats that strings may be asked to have, one row each. See
 * format.h.
 */
#include <arpa/inet.h>

#include <string.h>

#include "command/schema/compile.h"
#include "command/schema/evaluate.h"
#include "command/schema/format.h"
#include "command/schema/keywords.h"
#include "util/id.h"

#define REGEX_WORK	1000	/* compiling a few bytes can take as much */

/* Reads a text from its front; every take_ fails for good once one did. */
struct reader {
	const char	*s, *end;
};

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_hex(char c)
{
	return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

static bool
take_char(struct reader *r, char c)
{
	if (r->s == r->end || *r->s != c)
		return false;
	r->s++;
	return true;
}

/* Exactly so many digits. */
static bool
take_digits(struct reader *r, int n, int *out)
{
	*out = 0;
	for (; n > 0; n--, r->s++) {
		if (r->s == r->end || !is_digit(*r->s))
			return false;
		*out = *out * 10 + (*r->s - '0');
	}
	return true;
}

static bool
take_date(struct reader *r)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int y, m, d, leap;

	if (!take_digits(r, 4, &y) || !take_char(r, '-') || !take_digits(r, 2, &m) || !take_char(r, '-') ||
	    !take_digits(r, 2, &d) || m < 1 || m > 12)
		return false;
	leap = m == 2 && ((y % 4 == 0 && y % 100 != 0) || y % 400 == 0);
	return d >= 1 && d <= days[m - 1] + leap;
}

/* RFC 3339 5.6; a leap second only where it is the last one of a day of UTC. */
static bool
take_time(struct reader *r)
{
	int h, m, s, oh = 0, om = 0, sign = 1, utc;

	if (!take_digits(r, 2, &h) || !take_char(r, ':') || !take_digits(r, 2, &m) || !take_char(r, ':') ||
	    !take_digits(r, 2, &s) || h > 23 || m > 59 || s > 60)
		return false;
	if (take_char(r, '.')) {
		if (r->s == r->end || !is_digit(*r->s))
			return false;
		while (r->s < r->end && is_digit(*r->s))
			r->s++;
	}
	if (!take_char(r, 'Z') && !take_char(r, 'z')) {
		if (take_char(r, '-'))
			sign = -1;
		else if (!take_char(r, '+'))
			return false;
		if (!take_digits(r, 2, &oh) || !take_char(r, ':') || !take_digits(r, 2, &om) || oh > 23 || om > 59)
			return false;
	}
	utc = ((h * 60 + m - sign * (oh * 60 + om)) % 1440 + 1440) % 1440;
	return s < 60 || utc == 23 * 60 + 59;
}

static bool
is_date(const char *s, size_t len)
{
	struct reader r = { s, s + len };

	return take_date(&r) && r.s == r.end;
}

static bool
is_time(const char *s, size_t len)
{
	struct reader r = { s, s + len };

	return take_time(&r) && r.s == r.end;
}

static bool
is_date_time(const char *s, size_t len)
{
	struct reader r = { s, s + len };

	return take_date(&r) && (take_char(&r, 'T') || take_char(&r, 't')) && take_time(&r) && r.s == r.end;
}

/* Numbers with these letters behind them, in this order; letters between that were left out are not (RFC 3339, A). */
static bool
take_parts(struct reader *r, const char *letters, bool *any)
{
	const char *next = letters;

	while (r->s < r->end && is_digit(*r->s)) {
		const char *at;

		while (r->s < r->end && is_digit(*r->s))
			r->s++;
		if (r->s == r->end || (at = strchr(next, *r->s)) == NULL || *r->s == '\0')
			return false;
		/* P1Y2D and PT1H2S leave out what lies between. */
		if (*any && at != next)
			return false;
		*any = true;
		next = at + 1;
		r->s++;
	}
	return true;
}

static bool
is_duration(const char *s, size_t len)
{
	struct reader r = { s, s + len }, weeks;
	bool any = false, time = false;

	if (!take_char(&r, 'P'))
		return false;
	weeks = r;
	if (take_parts(&weeks, "W", &any) && any)
		return weeks.s == weeks.end;
	any = false;
	if (!take_parts(&r, "YMD", &any))
		return false;
	if (take_char(&r, 'T') && (!take_parts(&r, "HMS", &time) || !time))
		return false;
	return (any || time) && r.s == r.end;
}

static bool
is_ipv4(const char *s, size_t len)
{
	char text[16];
	struct in_addr out;

	if (len >= sizeof(text) || memchr(s, '\0', len) != NULL)
		return false;
	memcpy(text, s, len);
	text[len] = '\0';
	return inet_pton(AF_INET, text, &out) == 1;
}

static bool
is_ipv6(const char *s, size_t len)
{
	char text[INET6_ADDRSTRLEN];
	struct in6_addr out;

	if (len >= sizeof(text) || memchr(s, '\0', len) != NULL)
		return false;
	memcpy(text, s, len);
	text[len] = '\0';
	return inet_pton(AF_INET6, text, &out) == 1;
}

/* One label of a name (RFC 1123 2.1; RFC 5891 4.2.3.1 for the two hyphens). */
static bool
is_label(const char *s, size_t len, bool international)
{
	if (len == 0 || len > 63 || s[0] == '-' || s[len - 1] == '-')
		return false;
	for (size_t i = 0; i < len; i++)
		if (!is_alpha(s[i]) && !is_digit(s[i]) && s[i] != '-' && !(international && (unsigned char)s[i] >= 0x80))
			return false;
	if (len >= 4 && s[2] == '-' && s[3] == '-')
		return (s[0] | 0x20) == 'x' && (s[1] | 0x20) == 'n' && len > 4;
	return true;
}

static bool
is_name(const char *s, size_t len, bool international)
{
	const char *end = s + len, *dot;

	if (len == 0 || len > 253)
		return false;
	for (; s <= end; s = dot + 1) {
		dot = memchr(s, '.', (size_t)(end - s));
		if (dot == NULL)
			dot = end;
		if (!is_label(s, (size_t)(dot - s), international))
			return false;
	}
	return true;
}

static bool
is_hostname(const char *s, size_t len)
{
	return is_name(s, len, false);
}

static bool
is_idn_hostname(const char *s, size_t len)
{
	return is_name(s, len, true);
}

/* RFC 5321 4.1.2: dot-string or quoted-string, then a domain or an address in brackets. */
static bool
is_local_part(const char *s, size_t len, bool international)
{
	if (len == 0 || len > 64)
		return false;
	if (s[0] == '"') {
		for (size_t i = 1; i + 1 < len; i++)
			if ((unsigned char)s[i] < 0x20 || (s[i] == '"' && s[i - 1] != '\\'))
				return false;
		return len > 2 && s[len - 1] == '"';
	}
	for (size_t i = 0; i < len; i++)
		if (s[i] == '.' ? i == 0 || i == len - 1 || s[i - 1] == '.' :
		    !is_alpha(s[i]) && !is_digit(s[i]) && (s[i] == '\0' || strchr("!#$%&'*+-/=?^_`{|}~", s[i]) == NULL) &&
		    !(international && (unsigned char)s[i] >= 0x80))
			return false;
	return true;
}

static bool
is_address(const char *s, size_t len, bool international)
{
	const char *at = memrchr(s, '@', len), *domain;
	size_t n;

	if (at == NULL || !is_local_part(s, (size_t)(at - s), international))
		return false;
	domain = at + 1;
	n = len - (size_t)(domain - s);
	if (n > 2 && domain[0] == '[' && domain[n - 1] == ']')
		return n > 7 && memcmp(domain, "[IPv6:", 6) == 0 ? is_ipv6(domain + 6, n - 7) :
		    is_ipv4(domain + 1, n - 2);
	return is_name(domain, n, international);
}

static bool
is_email(const char *s, size_t len)
{
	return is_address(s, len, false);
}

static bool
is_idn_email(const char *s, size_t len)
{
	return is_address(s, len, true);
}

static bool
is_uuid(const char *s, size_t len)
{
	struct id id;

	return id_parse(s, len, &id) == 0;
}

/* Characters of RFC 3986 (or 3987), percent-encodings whole; brackets only within the authority. */
static bool
are_uri_chars(const char *s, size_t len, const char *besides, bool international)
{
	for (size_t i = 0; i < len; i++) {
		if (s[i] == '%') {
			if (len - i < 3 || !is_hex(s[i + 1]) || !is_hex(s[i + 2]))
				return false;
			i += 2;
		} else if (!is_alpha(s[i]) && !is_digit(s[i]) &&
		    (s[i] == '\0' || (strchr("-._~!$&'()*+,;=:@/", s[i]) == NULL && strchr(besides, s[i]) == NULL)) &&
		    !(international && (unsigned char)s[i] >= 0x80)) {
			return false;
		}
	}
	return true;
}

static bool
is_authority(const char *s, size_t len, bool international)
{
	const char *at = memrchr(s, '@', len), *host = at != NULL ? at + 1 : s, *end = s + len, *close;

	if (at != NULL && !are_uri_chars(s, (size_t)(at - s), "", international))
		return false;
	if (at != NULL && memchr(s, '[', (size_t)(at - s)) != NULL)
		return false;
	if (host < end && *host == '[') {
		close = memchr(host, ']', (size_t)(end - host));
		if (close == NULL || !(is_ipv6(host + 1, (size_t)(close - host - 1)) || host[1] == 'v'))
			return false;
		host = close + 1;
	} else {
		while (host < end && *host != ':')
			host++;
	}
	if (host < end && *host++ != ':')
		return false;
	for (; host < end; host++)
		if (!is_digit(*host))
			return false;
	close = memchr(s, '[', len);
	return close != NULL || are_uri_chars(s, len, "", international);
}

static size_t
scheme_of(const char *s, size_t len)
{
	size_t i = 0;

	while (i < len && (is_alpha(s[i]) || (i > 0 && (is_digit(s[i]) || strchr("+-.", s[i]) != NULL)) ) && s[i] != '\0')
		i++;
	return i > 0 && i < len && s[i] == ':' ? i : 0;
}

static bool
is_reference(const char *s, size_t len, bool absolute, bool international)
{
	size_t scheme = scheme_of(s, len), n;
	const char *end = s + len, *mark;

	if (absolute && scheme == 0)
		return false;
	if (scheme > 0)
		s += scheme + 1;
	if ((mark = memchr(s, '#', (size_t)(end - s))) != NULL) {
		if (!are_uri_chars(mark + 1, (size_t)(end - mark - 1), "?", international))
			return false;
		end = mark;
	}
	if (end - s >= 2 && s[0] == '/' && s[1] == '/') {
		s += 2;
		for (n = 0; s + n < end && s[n] != '/' && s[n] != '?'; n++)
			continue;
		if (!is_authority(s, n, international))
			return false;
		s += n;
	} else if (scheme == 0) {
		/* A colon in the first segment would make it a scheme. */
		for (n = 0; s + n < end && s[n] != '/' && s[n] != '?'; n++)
			if (s[n] == ':')
				return false;
	}
	return are_uri_chars(s, (size_t)(end - s), "?", international);
}

static bool
is_uri(const char *s, size_t len)
{
	return is_reference(s, len, true, false);
}

static bool
is_uri_reference(const char *s, size_t len)
{
	return is_reference(s, len, false, false);
}

static bool
is_iri(const char *s, size_t len)
{
	return is_reference(s, len, true, true);
}

static bool
is_iri_reference(const char *s, size_t len)
{
	return is_reference(s, len, false, true);
}

/* RFC 6570: braces in pairs, names within. */
static bool
is_uri_template(const char *s, size_t len)
{
	bool within = false;

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c == '{' || c == '}') {
			if (within != (c == '}') || (c == '}' && s[i - 1] == '{'))
				return false;
			within = c == '{';
		} else if (c <= 0x20 || strchr("\"'<>\\^`|", c) != NULL) {
			return false;
		}
	}
	return !within;
}

/* RFC 6901 */
static bool
is_json_pointer(const char *s, size_t len)
{
	if (len > 0 && s[0] != '/')
		return false;
	for (size_t i = 0; i < len; i++)
		if (s[i] == '~' && (i + 1 == len || (s[i + 1] != '0' && s[i + 1] != '1')))
			return false;
	return true;
}

static bool
is_relative_json_pointer(const char *s, size_t len)
{
	size_t n = 0;

	while (n < len && is_digit(s[n]))
		n++;
	if (n == 0 || (n > 1 && s[0] == '0'))
		return false;
	return (n + 1 == len && s[n] == '#') || is_json_pointer(s + n, len - n);
}

static bool
is_regex(const char *s, size_t len)
{
	char why[160];
	struct pattern *p = pattern_new(s, len, why, sizeof(why));

	pattern_free(p);
	return p != NULL;
}

static const struct format formats[] = {
	{ "date-time", is_date_time, "a time as in RFC 3339, such as 2026-11-27T12:00:00Z" },
	{ "date", is_date, "a date, such as 2026-11-27" },
	{ "time", is_time, "a time of day with its offset, such as 12:00:00Z" },
	{ "duration", is_duration, "a duration, such as P1DT12H" },
	{ "email", is_email, "an e-mail address" },
	{ "idn-email", is_idn_email, "an e-mail address" },
	{ "hostname", is_hostname, "the name of a host" },
	{ "idn-hostname", is_idn_hostname, "the name of a host" },
	{ "ipv4", is_ipv4, "an IPv4 address" },
	{ "ipv6", is_ipv6, "an IPv6 address" },
	{ "uri", is_uri, "a URI" },
	{ "uri-reference", is_uri_reference, "a URI or a reference to one" },
	{ "iri", is_iri, "an IRI" },
	{ "iri-reference", is_iri_reference, "an IRI or a reference to one" },
	{ "uri-template", is_uri_template, "a URI template" },
	{ "uuid", is_uuid, "the 36 characters of a UUID" },
	{ "json-pointer", is_json_pointer, "a JSON Pointer" },
	{ "relative-json-pointer", is_relative_json_pointer, "a relative JSON Pointer" },
	{ "regex", is_regex, "a regular expression (ECMA-262)" },
};

const struct format *
format_find(const char *name, size_t len)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (strlen(formats[i].name) == len && memcmp(formats[i].name, name, len) == 0)
			return &formats[i];
	return NULL;
}

enum compiled
format_compile(struct compiler *c, struct node *n, const struct value *map, const struct value *v, struct step *out)
{
	(void)map;
	if (v->kind != VALUE_STRING)
		return compile_error(c, n, "format", "the name of a format", instance_describe(v, c->tmp));
	if (!(c->options->formats || (c->source->vocabularies & VOCABULARY_ASSERTS)) || (out->u.format.format = format_find(v->n == 0 ? "" : v->u.text, v->n)) == NULL)
		return COMPILED_NOTHING;
	return COMPILED_STEP;
}

bool
format_evaluate(struct run *r, const struct step *s, struct frame *f)
{
	const char *text;
	size_t len;

	if (f->type != INSTANCE_STRING)
		return true;
	if ((text = instance_text(f->v, r->arena, &len)) == NULL || !evaluate_work(r, s->u.format.format->is == is_regex ?
	    len + REGEX_WORK : len))
		return false;
	return s->u.format.format->is(text, len) || evaluate_error(r, f, s, s->u.format.format->doc, NULL);
}
