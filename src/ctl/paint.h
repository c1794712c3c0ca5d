/*
 * paint.h: a line of JSON or EDN in colours.
 */
#ifndef CTL_PAINT_H
#define CTL_PAINT_H

#include <stddef.h>

/* Print text and a newline on standard output: names, strings and numbers in their colours, where it takes colours. */
void	paint_line(const char *text, size_t len);

#endif
