/*
 * manual_words.h: what cmdr-http(7) says of problems and header fields, whose tables have no words for a client's
 * programmer. A row of theirs that has none here is an error of manual_http.
 */
#ifndef TESTS_MANUAL_WORDS_H
#define TESTS_MANUAL_WORDS_H

/* What a client does about a problem; NULL: nobody has said so. */
const char	*words_problem(const char *slug);
/* What a header field of requests is for, by its lower-case name; NULL: likewise. */
const char	*words_field(const char *name);

#endif
