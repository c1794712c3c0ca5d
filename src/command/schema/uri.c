/*
 * uri.c: references resolved against a base. See uri.h.
 */
#include <string.h>

#include "command/schema/uri.h"
#include "util/buf.h"
#include "util/hex.h"

/* RFC 3986, appendix B; spans of a text. NULL: the part is not there (an empty one is). */
struct parts {
	const char	*scheme, *authority, *path, *query, *fragment;
	size_t		 nscheme, nauthority, npath, nquery, nfragment;
};

static void
split(const char *s, size_t len, struct parts *p)
{
	const char *end = s + len, *mark;
	size_t n = 0;

	memset(p, 0, sizeof(*p));
	while (n < len && (s[n] == '\0' || strchr(":/?#", s[n]) == NULL))
		n++;
	if (n < len && n > 0 && s[n] == ':') {
		p->scheme = s;
		p->nscheme = n;
		s += n + 1;
	}
	if ((mark = memchr(s, '#', (size_t)(end - s))) != NULL) {
		p->fragment = mark + 1;
		p->nfragment = (size_t)(end - mark - 1);
		end = mark;
	}
	if ((mark = memchr(s, '?', (size_t)(end - s))) != NULL) {
		p->query = mark + 1;
		p->nquery = (size_t)(end - mark - 1);
		end = mark;
	}
	if (end - s >= 2 && s[0] == '/' && s[1] == '/') {
		p->authority = s + 2;
		mark = memchr(p->authority, '/', (size_t)(end - p->authority));
		p->nauthority = (size_t)((mark != NULL ? mark : end) - p->authority);
		s = p->authority + p->nauthority;
	}
	p->path = s;
	p->npath = (size_t)(end - s);
}

/* RFC 3986 5.2.4 */
static void
remove_dots(struct buf *out, size_t from, const char *s, size_t len)
{
	const char *end = s + len, *slash;

	while (s < end) {
		size_t n;

		slash = memchr(s + (*s == '/'), '/', (size_t)(end - s) - (*s == '/'));
		n = (size_t)((slash != NULL ? slash : end) - s);
		if ((n == 2 && memcmp(s, "/.", 2) == 0) || (n == 1 && *s == '.')) {
			if (slash == NULL && n == 2)
				buf_putc(out, '/');
		} else if ((n == 3 && memcmp(s, "/..", 3) == 0) || (n == 2 && memcmp(s, "..", 2) == 0)) {
			while (out->len > from && out->data[out->len - 1] != '/')
				out->len--;
			if (out->len > from)
				out->len--;
			if (slash == NULL)
				buf_putc(out, '/');
		} else {
			buf_put(out, s, n);
		}
		s += n;
	}
}

static void
merge(struct buf *out, const struct parts *base, const struct parts *ref)
{
	struct buf path = { 0 };
	size_t n = base->npath;

	if (base->authority != NULL && base->npath == 0) {
		buf_putc(&path, '/');
	} else {
		while (n > 0 && base->path[n - 1] != '/')
			n--;
		buf_put(&path, base->path, n);
	}
	buf_put(&path, ref->path, ref->npath);
	remove_dots(out, out->len, (const char *)path.data, path.len);
	buf_free(&path);
}

static void
put_path(struct buf *out, const struct parts *base, const struct parts *ref, bool own)
{
	if (!own && ref->npath == 0)
		buf_put(out, base->path, base->npath);
	else if (own && ref->scheme != NULL && ref->authority == NULL && (ref->npath == 0 || ref->path[0] != '/'))
		buf_put(out, ref->path, ref->npath);	/* "urn:…" has no hierarchy */
	else if (own || ref->path[0] == '/')
		remove_dots(out, out->len, ref->path, ref->npath);
	else
		merge(out, base, ref);
}

const char *
uri_resolve(struct arena *a, const char *base_text, const char *text, size_t len)
{
	struct parts base, ref;
	const struct parts *top;
	struct buf b = { 0 };
	const char *out;
	bool own;

	split(base_text, strlen(base_text), &base);
	split(text, len, &ref);
	top = ref.scheme != NULL ? &ref : &base;
	if (top->scheme != NULL)
		buf_printf(&b, "%.*s:", (int)top->nscheme, top->scheme);
	own = ref.scheme != NULL || ref.authority != NULL;
	top = own ? &ref : &base;
	if (top->authority != NULL)
		buf_printf(&b, "//%.*s", (int)top->nauthority, top->authority);
	put_path(&b, &base, &ref, own);
	top = !own && ref.npath == 0 && ref.query == NULL ? &base : &ref;
	if (top->query != NULL)
		buf_printf(&b, "?%.*s", (int)top->nquery, top->query);
	if (ref.fragment != NULL)
		buf_printf(&b, "#%.*s", (int)ref.nfragment, ref.fragment);
	out = arena_strndup(a, b.len > 0 ? (const char *)b.data : "", b.len);
	buf_free(&b);
	return out;
}

const char *
uri_split(struct arena *a, const char *uri, const char **fragment)
{
	const char *mark = strchr(uri, '#');
	size_t n = 0;
	char *out;

	*fragment = "";
	if (mark == NULL)
		return uri;
	if ((out = arena_strndup(a, mark + 1, strlen(mark + 1))) == NULL)
		return NULL;
	for (const char *p = mark + 1; *p != '\0'; p++)
		if (*p == '%' && hex_digit(p[1]) >= 0 && hex_digit(p[2]) >= 0) {
			out[n++] = (char)(hex_digit(p[1]) << 4 | hex_digit(p[2]));
			p += 2;
		} else {
			out[n++] = *p;
		}
	out[n] = '\0';
	*fragment = out;
	return arena_strndup(a, uri, (size_t)(mark - uri));
}
