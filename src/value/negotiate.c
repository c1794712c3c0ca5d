/*
 * negotiate.c: Content-Type and Accept against a table of offers. See
 * negotiate.h. One reader of "type/subtype; name=value" serves both.
 */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "value/negotiate.h"

#define Q_ONE	1000

/* A piece of the header. */
struct text {
	const char	*s;
	size_t		 len;
};

struct scan {
	const char	*p, *end;
};

/* One media range, or type: what its parameters say about the offers is found in one pass. */
struct range {
	struct text	type, subtype;
	unsigned	q;		/* in thousandths */
	uint32_t	selected;	/* bit i: it carries the parameter of offer i */
	bool		bad_charset;
};

/* How an offer fares so far. */
struct rank {
	unsigned	exact;		/* named 0: not, 1: as any, 2: by type, 3: whole, 4: and parameter */
	unsigned	q;
	unsigned	place;		/* of the range in the header */
};

static const char *const reasons[] = {
#define X(result, text) text,
	NEGOTIATE_RESULTS(X)
#undef X
};

const char *
negotiate_reason(enum negotiate_result result)
{
	return reasons[result];
}

static void
skip_blanks(struct scan *sc)
{
	while (sc->p < sc->end && (*sc->p == ' ' || *sc->p == '\t'))
		sc->p++;
}

static bool
skip_char(struct scan *sc, char c)
{
	if (sc->p == sc->end || *sc->p != c)
		return false;
	sc->p++;
	return true;
}

/* RFC 9110 5.6.2 */
static bool
is_tchar(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	    (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

static bool
read_token(struct scan *sc, struct text *out)
{
	out->s = sc->p;
	while (sc->p < sc->end && is_tchar(*sc->p))
		sc->p++;
	out->len = (size_t)(sc->p - out->s);
	return out->len > 0;
}

/* A token or a quoted string, whose inside is given with its backslashes. */
static bool
read_parameter_value(struct scan *sc, struct text *out)
{
	if (!skip_char(sc, '"'))
		return read_token(sc, out);
	out->s = sc->p;
	while (sc->p < sc->end && *sc->p != '"')
		sc->p += *sc->p == '\\' && sc->end - sc->p > 1 ? 2 : 1;
	out->len = (size_t)(sc->p - out->s);
	return skip_char(sc, '"');
}

static bool
text_is(struct text t, const char *word)
{
	return strlen(word) == t.len && strncasecmp(t.s, word, t.len) == 0;
}

/* Is name=value the parameter of this offer? */
static bool
is_parameter(const struct offer *offer, struct text name, struct text value)
{
	const char *want = offer->parameter;

	if (want == NULL)
		return false;
	want += *want == ';';
	return strlen(want) == name.len + 1 + value.len &&
	    strncasecmp(want, name.s, name.len) == 0 && want[name.len] == '=' &&
	    strncasecmp(want + name.len + 1, value.s, value.len) == 0;
}

/* "0.25" in thousandths; as some clients write it also ".25", and more digits than three. */
static bool
parse_q(struct text t, unsigned *q)
{
	unsigned unit = Q_ONE / 10;
	size_t i = 0;

	*q = 0;
	if (i < t.len && (t.s[i] == '0' || t.s[i] == '1'))
		*q = t.s[i++] == '1' ? Q_ONE : 0;
	if (i == t.len)
		return i > 0;
	if (t.s[i++] != '.' || t.len == 1)
		return false;
	for (; i < t.len; i++, unit /= 10) {
		if (t.s[i] < '0' || t.s[i] > '9')
			return false;
		*q += unit * (unsigned)(t.s[i] - '0');
	}
	return *q <= Q_ONE;
}

static bool
read_parameters(struct scan *sc, const struct offer *offers, size_t n, struct range *range)
{
	struct text name, value;

	for (;;) {
		skip_blanks(sc);
		if (!skip_char(sc, ';'))
			return true;
		skip_blanks(sc);
		/* An empty one, as in "a/b;". */
		if (sc->p == sc->end || *sc->p == ';' || *sc->p == ',')
			continue;
		if (!read_token(sc, &name) || !skip_char(sc, '=') ||
		    !read_parameter_value(sc, &value))
			return false;
		if (text_is(name, "q")) {
			if (!parse_q(value, &range->q))
				return false;
			continue;
		}
		if (text_is(name, "charset") && !text_is(value, "utf-8") &&
		    !text_is(value, "us-ascii"))
			range->bad_charset = true;
		for (size_t i = 0; i < n; i++)
			if (is_parameter(&offers[i], name, value))
				range->selected |= UINT32_C(1) << i;
	}
}

/* type/subtype and parameters, up to a comma or the end. */
static bool
read_range(struct scan *sc, const struct offer *offers, size_t n, struct range *range)
{
	memset(range, 0, sizeof(*range));
	range->q = Q_ONE;
	skip_blanks(sc);
	if (!read_token(sc, &range->type))
		return false;
	if (skip_char(sc, '/')) {
		if (!read_token(sc, &range->subtype))
			return false;
	} else if (text_is(range->type, "*")) {
		/* Java's URLConnection sends a bare star. */
		range->subtype = range->type;
	} else {
		return false;
	}
	return read_parameters(sc, offers, n, range) && (sc->p == sc->end || *sc->p == ',');
}

/* To the next comma outside of quotes, and behind it. */
static void
skip_element(struct scan *sc)
{
	struct text ignored;

	while (sc->p < sc->end && *sc->p != ',')
		if (*sc->p == '"')
			(void)read_parameter_value(sc, &ignored);
		else
			sc->p++;
	(void)skip_char(sc, ',');
}

static bool
is_type(const struct range *range, const char *type)
{
	const char *slash = strchr(type, '/');

	return (size_t)(slash - type) == range->type.len &&
	    strncasecmp(type, range->type.s, range->type.len) == 0 &&
	    text_is(range->subtype, slash + 1);
}

/* Whether the range carries the parameter of another offer of the same type. */
static bool
is_anothers(const struct range *range, const struct offer *offers, size_t n, size_t i)
{
	for (size_t other = 0; other < n; other++)
		if (other != i && (range->selected & UINT32_C(1) << other) != 0 &&
		    strcmp(offers[other].type, offers[i].type) == 0)
			return true;
	return false;
}

/* As struct rank's exact. */
static unsigned
match(const struct range *range, const struct offer *offers, size_t n, size_t i)
{
	const char *type = offers[i].type;

	if (is_type(range, type)) {
		if ((range->selected & UINT32_C(1) << i) != 0)
			return 4;
		return is_anothers(range, offers, n, i) ? 0 : 3;
	}
	if (!text_is(range->subtype, "*"))
		return 0;
	if (text_is(range->type, "*"))
		return 1;
	return strncasecmp(type, range->type.s, range->type.len) == 0 &&
	    type[range->type.len] == '/' ? 2 : 0;
}

/* The most exact range decides about an offer; of two such, the one with the higher q. */
static void
rank_offers(const struct range *range, unsigned place, const struct offer *offers, size_t n,
    struct rank *ranks)
{
	for (size_t i = 0; i < n; i++) {
		unsigned exact = match(range, offers, n, i);

		if (exact == 0 || exact < ranks[i].exact ||
		    (exact == ranks[i].exact && range->q <= ranks[i].q))
			continue;
		ranks[i] = (struct rank){ .exact = exact, .q = range->q, .place = place };
	}
}

static bool
is_better(const struct rank *a, const struct rank *b)
{
	if (a->q != b->q)
		return a->q > b->q;
	if (a->exact != b->exact)
		return a->exact > b->exact;
	return a->place < b->place;
}

static bool
is_blank(const char *header, size_t len)
{
	for (size_t i = 0; header != NULL && i < len; i++)
		if (header[i] != ' ' && header[i] != '\t' && header[i] != ',')
			return false;
	return true;
}

enum negotiate_result
negotiate_content_type(const char *header, size_t len, const struct offer *offers, size_t n,
    const struct offer **out)
{
	struct scan sc = { header, header == NULL ? NULL : header + len };
	const struct offer *found = NULL;
	struct range range;
	unsigned exact = 0;

	if (n > NEGOTIATE_OFFERS_MAX)
		n = NEGOTIATE_OFFERS_MAX;
	if (is_blank(header, len))
		return NEGOTIATE_ABSENT;
	if (!read_range(&sc, offers, n, &range) || sc.p != sc.end)
		return NEGOTIATE_MALFORMED;
	for (size_t i = 0; i < n; i++) {
		unsigned m = is_type(&range, offers[i].type) ? match(&range, offers, n, i) : 0;

		if (m > exact) {
			exact = m;
			found = &offers[i];
		}
	}
	if (found == NULL)
		return NEGOTIATE_UNKNOWN;
	if (range.bad_charset)
		return NEGOTIATE_CHARSET;
	*out = found;
	return NEGOTIATE_OK;
}

const struct offer *
negotiate_accept(const char *header, size_t len, const struct offer *offers, size_t n)
{
	struct rank ranks[NEGOTIATE_OFFERS_MAX] = { 0 };
	struct scan sc = { header, header == NULL ? NULL : header + len };
	struct range range;
	size_t best = 0;

	if (n > NEGOTIATE_OFFERS_MAX)
		n = NEGOTIATE_OFFERS_MAX;
	if (n == 0)
		return NULL;
	if (is_blank(header, len))
		return &offers[0];
	for (unsigned place = 0; sc.p < sc.end; place++) {
		if (read_range(&sc, offers, n, &range))
			rank_offers(&range, place, offers, n, ranks);
		skip_element(&sc);
	}
	for (size_t i = 1; i < n; i++)
		if (is_better(&ranks[i], &ranks[best]))
			best = i;
	return ranks[best].q > 0 ? &offers[best] : NULL;
}
