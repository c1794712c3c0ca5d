/*
 * format.h: the formats that strings may be asked to have (draft 2020-12,
 * validation, 7.3).
 */
#ifndef COMMAND_SCHEMA_FORMAT_H
#define COMMAND_SCHEMA_FORMAT_H

#include <stdbool.h>
#include <stddef.h>

struct format {
	const char	*name;
	bool		(*is)(const char *s, size_t len);
	const char	*doc;		/* "a date, as 2026-11-27" */
};

/* NULL: no format of this name is known; it is a remark then. */
const struct format *format_find(const char *name, size_t len);

#endif
