/*
 * screen.c: what is different on a terminal. See screen.h.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/screen.h"

#define BAR	30

static const char *const sequences[] = {
	[SCREEN_PLAIN] = "\033[0m",
	[SCREEN_GOOD] = "\033[32m",
	[SCREEN_BAD] = "\033[1;31m",
	[SCREEN_HEAD] = "\033[1m",
	[SCREEN_DIM] = "\033[2m",
	[SCREEN_NAME] = "\033[36m",
	[SCREEN_TEXT] = "\033[33m",
	[SCREEN_NUMBER] = "\033[35m",
};

bool
screen_is_tty(void)
{
	return isatty(STDOUT_FILENO) == 1;
}

bool
screen_err_is_tty(void)
{
	return isatty(STDERR_FILENO) == 1;
}

const char *
screen_colour(enum screen_colour c)
{
	static int wanted = -1;
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	if (wanted == -1)
		wanted = screen_is_tty() && (no == NULL || *no == '\0') && term != NULL && strcmp(term, "dumb") != 0;
	return wanted ? sequences[c] : "";
}

void
screen_put(const char *text, size_t len)
{
	const char *end = text + len;

	if (!screen_is_tty()) {
		fwrite(text, 1, len, stdout);
		return;
	}
	for (const char *p = text; p < end; p++) {
		unsigned char c = (unsigned char)*p;

		if ((c < 0x20 && c != '\n') || c == 0x7f) {
			putchar('?');
		} else if (c == 0xc2 && p + 1 < end && (unsigned char)p[1] < 0xa0) {
			putchar('?');	/* U+0080 to U+009F are control characters too */
			p++;
		} else {
			putchar(c);
		}
	}
}

void
screen_clear(void)
{
	printf("\033[H\033[2J\033[3J");
}

void
screen_progress(const char *what, int64_t done, int64_t of)
{
	char a[32], b[32], bar[BAR + 1];
	int64_t full;

	if (!screen_err_is_tty())
		return;
	if (of <= 0) {
		fprintf(stderr, "\r\033[K%s %s", what, screen_count(done, a, sizeof(a)));
		return;
	}
	full = done >= of ? BAR : (int64_t)((double)done / (double)of * BAR);
	for (int i = 0; i < BAR; i++)
		bar[i] = i < full ? '#' : '-';
	bar[BAR] = '\0';
	fprintf(stderr, "\r\033[K%s %s %s of %s", what, bar, screen_count(done, a, sizeof(a)),
	    screen_count(of, b, sizeof(b)));
}

void
screen_progress_end(void)
{
	if (screen_err_is_tty())
		fprintf(stderr, "\r\033[K");
}

const char *
screen_count(int64_t n, char *out, size_t size)
{
	char digits[24];
	size_t len, at = 0;

	snprintf(digits, sizeof(digits), "%" PRId64, n);
	len = strlen(digits);
	for (size_t i = 0; i < len && at + 2 < size; i++) {
		out[at++] = digits[i];
		if ((len - i) % 3 == 1 && i + 1 < len && digits[i] != '-')
			out[at++] = ',';
	}
	out[at] = '\0';
	return out;
}

const char *
screen_bytes(int64_t n, char *out, size_t size)
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB" };
	double value = (double)n;
	size_t unit = 0;

	for (; value >= 1024 && unit + 1 < sizeof(units) / sizeof(units[0]); unit++)
		value /= 1024;
	snprintf(out, size, unit == 0 ? "%.0f %s" : "%.1f %s", value, units[unit]);
	return out;
}

const char *
screen_duration(int64_t ms, char *out, size_t size)
{
	int64_t s = ms / 1000, days = s / 86400;

	if (days > 0)
		snprintf(out, size, "%" PRId64 " d %02d:%02d:%02d", days, (int)(s / 3600 % 24), (int)(s / 60 % 60),
		    (int)(s % 60));
	else
		snprintf(out, size, "%02d:%02d:%02d", (int)(s / 3600), (int)(s / 60 % 60), (int)(s % 60));
	return out;
}
