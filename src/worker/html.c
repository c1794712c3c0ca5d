/*
 * html.c: a record as a page. See html.h. What is no map and no list is written
 * as EDN writes it, which tells a keyword from a string.
 */
#include <string.h>

#include "value/codec.h"
#include "value/edn.h"
#include "value/json.h"
#include "worker/html.h"

/* Deeper values are written as one text. */
#define NESTED_MAX	32

static const char head[] = "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
    "<meta name=\"viewport\" content=\"width=device-width\"><title>";
static const char style[] = "</title><style>"
    "body{font:16px/1.5 sans-serif;margin:2em auto;max-width:60em;padding:0 1em}"
    "table{border-collapse:collapse}th,td{border:1px solid #ccc;padding:.2em .6em;text-align:left;"
    "vertical-align:top}th{background:#f4f4f4;font-weight:normal}code{overflow-wrap:anywhere}"
    "ol{margin:0;padding-left:1.5em}</style></head>\n<body>";

void
html_escape(struct buf *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		switch (c) {
		case '&':
			buf_puts(out, "&amp;");
			break;
		case '<':
			buf_puts(out, "&lt;");
			break;
		case '>':
			buf_puts(out, "&gt;");
			break;
		case '"':
			buf_puts(out, "&quot;");
			break;
		case '\'':
			buf_puts(out, "&#39;");
			break;
		default:
			/* HTML has no form for other controls, not even an escaped one. */
			if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7f)
				buf_puts(out, "&#xfffd;");
			else
				buf_putc(out, c);
		}
	}
}

/* As EDN, or as JSON where EDN has no form for it. */
static void
put_scalar(struct buf *out, const struct value *v)
{
	struct buf text = { 0 };
	struct codec_error err;

	if (edn_write(&text, v, &err) == -1) {
		buf_reset(&text);
		if (json_write(&text, v, &err) == -1)
			buf_reset(&text);
	}
	buf_puts(out, "<code>");
	html_escape(out, (const char *)text.data, text.len);
	buf_puts(out, "</code>");
	buf_free(&text);
}

static void	put_value(struct buf *out, const struct value *v, unsigned depth);

static void
put_map(struct buf *out, const struct value *v, unsigned depth)
{
	buf_puts(out, "<table>");
	for (uint32_t i = 0; i < v->n; i++) {
		buf_puts(out, "<tr><th>");
		put_scalar(out, &v->u.items[2 * (size_t)i]);
		buf_puts(out, "</th><td>");
		put_value(out, &v->u.items[2 * (size_t)i + 1], depth + 1);
		buf_puts(out, "</td></tr>\n");
	}
	buf_puts(out, "</table>");
}

static void
put_value(struct buf *out, const struct value *v, unsigned depth)
{
	bool list = v->kind == VALUE_VECTOR || v->kind == VALUE_LIST || v->kind == VALUE_SET;

	if (v->n == 0 || depth > NESTED_MAX || (v->kind != VALUE_MAP && !list)) {
		put_scalar(out, v);
	} else if (list) {
		buf_puts(out, "<ol>");
		for (uint32_t i = 0; i < v->n; i++) {
			buf_puts(out, "<li>");
			put_value(out, &v->u.items[i], depth + 1);
			buf_puts(out, "</li>");
		}
		buf_puts(out, "</ol>");
	} else {
		put_map(out, v, depth);
	}
}

/* An id that leads somewhere: of UUID characters only, so it needs no escape in a URL. */
static void
put_link(struct buf *out, const char *kind, const struct value *v)
{
	char text[ID_TEXT + 1];

	if (v->kind != VALUE_UUID) {
		put_scalar(out, v);
		return;
	}
	id_format(v->u.id, text);
	buf_printf(out, "<a href=\"/%s/%s\"><code>%s</code></a>", kind, text, text);
}

static void
put_children(struct buf *out, const struct value *v)
{
	buf_puts(out, v->n == 0 ? "none yet" : "<ol>");
	for (uint32_t i = 0; i < v->n; i++) {
		buf_puts(out, "<li>");
		put_link(out, "events", &v->u.items[i]);
		buf_puts(out, "</li>");
	}
	buf_puts(out, v->n == 0 ? "" : "</ol>");
}

static void
put_member(struct buf *out, const char *kind, const struct value *key, const struct value *v)
{
	if (value_named(key, "id", false))
		put_link(out, kind, v);
	else if (value_named(key, "parent", false))
		put_link(out, "commands", v);
	else if (value_named(key, "children", false))
		put_children(out, v);
	else
		put_value(out, v, 1);
}

static void
put_title(struct buf *out, const char *kind, const struct value *record)
{
	const struct value *action = value_map_get(record, "action", false);
	struct buf text = { 0 };
	struct codec_error err;

	buf_puts(out, strcmp(kind, "commands") == 0 ? "Command " : "Event ");
	if (action != NULL && edn_write(&text, action, &err) == 0)
		html_escape(out, (const char *)text.data, text.len);
	buf_free(&text);
}

void
html_record(struct buf *out, const char *kind, const struct value *record)
{
	buf_puts(out, head);
	put_title(out, kind, record);
	buf_puts(out, style);
	buf_puts(out, "<h1>");
	put_title(out, kind, record);
	buf_puts(out, "</h1>\n<table>\n");
	for (uint32_t i = 0; record->kind == VALUE_MAP && i < record->n; i++) {
		const struct value *key = &record->u.items[2 * (size_t)i];

		buf_puts(out, "<tr><th>");
		put_scalar(out, key);
		buf_puts(out, "</th><td>");
		put_member(out, kind, key, key + 1);
		buf_puts(out, "</td></tr>\n");
	}
	buf_puts(out, "</table>\n<p><a href=\"/\">cmdr</a></p></body></html>\n");
}
