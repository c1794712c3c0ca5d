/*
 * answers.c: counts answers. See answers.h.
 */
#include <stdio.h>
#include <string.h>

#include "worker/answers.h"

#define OTHER	"other"
#define NONE	"none"

/* Media types of answers; another is told as "other". */
static const char *const types[] = {
	"application/json", "application/problem+json", "application/edn", "application/transit+json",
	"application/transit+msgpack", "application/fressian", "text/html", "text/plain", "text/event-stream",
};
#define TYPES		(sizeof(types) / sizeof(types[0]))
#define TYPE_NONE	(TYPES + 1)

static const char rest[] = "route=\"" OTHER "\",method=\"" OTHER "\",type=\"" OTHER "\",status=\"" OTHER "\"";

void
answers_init(struct answers *a, struct series *s)
{
	a->series = s;
}

/* An index into types, TYPES for another, TYPE_NONE for none. */
static size_t
type_of(const char *content_type)
{
	size_t len;

	if (content_type == NULL)
		return TYPE_NONE;
	len = strcspn(content_type, "; ");
	for (size_t i = 0; i < TYPES; i++)
		if (strncmp(types[i], content_type, len) == 0 && types[i][len] == '\0')
			return i;
	return TYPES;
}

static const char *
method_name(enum guard_method m)
{
	return m == METHOD_UNKNOWN ? OTHER : guard_head_method(m);
}

static struct series_row *
make(struct answers *a, const struct route *r, enum guard_method method, size_t type, int status)
{
	char labels[SERIES_LABELS + 1];

	snprintf(labels, sizeof(labels), "route=\"%s\",method=\"%s\",type=\"%s\",status=\"%d\"",
	    r != NULL ? r->path : NONE, method_name(method),
	    type < TYPES ? types[type] : type == TYPES ? OTHER : NONE, status);
	return series_row(a->series, labels, rest);
}

/* Where a key is, or would be. */
static size_t
place(const struct answers *a, uint64_t key)
{
	size_t i = (size_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> 32) & (ANSWERS_KNOWN - 1);

	while (a->known[i].row != NULL && a->known[i].key != key)
		i = (i + 1) & (ANSWERS_KNOWN - 1);
	return i;
}

void
answers_count(struct answers *a, const struct route *r, enum guard_method method, const char *content_type,
    int status)
{
	size_t type = type_of(content_type), i;
	uint64_t route = r != NULL ? (uint64_t)(r - routes) + 1 : 0;
	uint64_t key = route << 48 | (uint64_t)method << 32 | (uint64_t)type << 16 | (uint16_t)status;
	struct series_row *row;

	i = place(a, key);
	row = a->known[i].row;
	if (row == NULL) {
		row = make(a, r, method, type, status);
		/* Half of it stays free, so that each search ends. */
		if (a->nknown < ANSWERS_KNOWN / 2) {
			a->nknown++;
			a->known[i].key = key;
			a->known[i].row = row;
		}
	}
	series_add(row, 1);
}
