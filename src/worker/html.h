/*
 * html.h: a record as a page that a person reads: no script, every text
 * escaped, links to what belongs to it. Pure.
 */
#ifndef WORKER_HTML_H
#define WORKER_HTML_H

#include <stddef.h>

#include "util/buf.h"
#include "value/value.h"

/* title is escaped as all is. kind: "commands" or "events", where the record is found. */
void	html_record(struct buf *out, const char *kind, const struct value *record);
/* Text within an element, or within an attribute's double quotes. */
void	html_escape(struct buf *out, const char *text, size_t len);

#endif
