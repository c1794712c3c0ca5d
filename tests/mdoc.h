/*
 * mdoc.h: plain text as a manual page's source, for the programs that make documentation of tables. Not for macros:
 * those the caller prints.
 */
#ifndef TESTS_MDOC_H
#define TESTS_MDOC_H

#include <stddef.h>

/* To stdout: filled, each sentence on a line of its own, what roff would take for its own escaped. UTF-8 in. */
void	mdoc_text(const char *text);
/* The same of one word or literal within a line, so that it is an argument of a macro and no macro itself. */
void	mdoc_word(const char *text, size_t len);

#endif
