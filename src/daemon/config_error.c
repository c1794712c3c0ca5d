/*
 * config_error.c: how a mistake in the configuration is said. See config_error.h.
 */
#include <stdarg.h>
#include <stdio.h>

#include "daemon/config_error.h"

int
config_error_set(struct config_error *err, const char *file, int line, int column,
    const char *fmt, ...)
{
	size_t size = sizeof(err->text);
	int n = 0;
	va_list ap;

	err->line = line;
	err->column = column;
	if (file != NULL && line > 0)
		n = snprintf(err->text, size, "%s:%d:%d: ", file, line, column);
	else if (file != NULL)
		n = snprintf(err->text, size, "%s: ", file);
	if (n < 0 || (size_t)n >= size)
		n = 0;
	va_start(ap, fmt);
	vsnprintf(err->text + n, size - (size_t)n, fmt, ap);
	va_end(ap);
	for (char *p = err->text; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = '?';
	return -1;
}
