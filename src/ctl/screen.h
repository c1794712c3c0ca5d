/*
 * screen.h: what is different on a terminal: colour (unless NO_COLOR is set),
 * drawing over what stood there, a line that shows how far something is.
 */
#ifndef CTL_SCREEN_H
#define CTL_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum screen_colour {
	SCREEN_PLAIN,
	SCREEN_GOOD,
	SCREEN_BAD,
	SCREEN_HEAD,
	SCREEN_DIM,
	SCREEN_NAME,
	SCREEN_TEXT,
	SCREEN_NUMBER,
};

/* The sequence that standard output is to be given; "" where it is no terminal that wants colours. */
const char	*screen_colour(enum screen_colour c);
/* Is standard output, or standard error, a terminal? */
bool		 screen_is_tty(void);
bool		 screen_err_is_tty(void);
/* Text of others to standard output: a terminal is given no control characters but line breaks. */
void		 screen_put(const char *text, size_t len);
/* Begin at the top again. */
void		 screen_clear(void);

/*
 * "checking 12,000 of 40,000 ####------" on standard error, over the former one; nothing where that is no terminal.
 * of 0: how much there is is not known.
 */
void		 screen_progress(const char *what, int64_t done, int64_t of);
/* Take the line away. */
void		 screen_progress_end(void);

/* Numbers for people, into out: "1,234,567"; "4.2 GiB"; "3 d 04:12:09". Return out. */
const char	*screen_count(int64_t n, char *out, size_t size);
const char	*screen_bytes(int64_t n, char *out, size_t size);
const char	*screen_duration(int64_t ms, char *out, size_t size);

#endif
