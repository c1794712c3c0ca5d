/*
 * instant.c: points in time to and from text. Two grammars (RFC 3339 and
 * Clojure's #inst) over one set of fields; the proleptic Gregorian calendar,
 * and for #inst the Julian one before 1582-10-15, as java.util.Date prints and
 * reads it. No time zones but offsets. See instant.h.
 */
#include <stdio.h>
#include <string.h>

#include "value/instant.h"

#define MS_PER_DAY	INT64_C(86400000)
#define CUTOVER_DAY	INT64_C(-141427)		/* 1582-10-15, in days since 1970 */
#define AFTER_9999_MS	INT64_C(253402300800000)	/* 10000-01-01 */
#define MAX_YEAR_DIGITS	9			/* more than int64 ms reach */

struct text {
	const char	*p, *end;
};

struct fields {
	int64_t	year;
	int	month, day, hour, minute, second, ms;
	int	offset;		/* minutes east of UTC */
};

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* Days from 1970-01-01 to a Gregorian date; years begin in March, so that February ends them. */
static int64_t
gregorian_day(int64_t year, int month, int day)
{
	int64_t y = year - (month <= 2), era = floor_div(y, 400), of_era = y - era * 400;
	int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static int64_t
julian_day(int64_t year, int month, int day)
{
	int64_t y = year - (month <= 2);
	int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return y * 365 + floor_div(y, 4) + of_year - 719470;
}

/* The inverse of gregorian_day. */
static void
gregorian_date(int64_t days, struct fields *f)
{
	int64_t z = days + 719468, era = floor_div(z, 146097), of_era = z - era * 146097;
	int64_t y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t of_year = of_era - (365 * y + y / 4 - y / 100);
	int64_t m = (5 * of_year + 2) / 153;

	f->day = (int)(of_year - (153 * m + 2) / 5 + 1);
	f->month = (int)(m < 10 ? m + 3 : m - 9);
	f->year = y + era * 400 + (f->month <= 2);
}

static int
days_in_month(int64_t year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return days[month - 1] + (month == 2 && leap);
}

/* In range? A 60th second may end any hour's last minute: leap seconds are not known ahead. */
static bool
valid(const struct fields *f)
{
	return f->month >= 1 && f->month <= 12 && f->day >= 1 &&
	    f->day <= days_in_month(f->year, f->month) && f->hour <= 23 && f->minute <= 59 &&
	    f->second <= (f->minute == 59 ? 60 : 59);
}

static int
to_ms(const struct fields *f, int64_t day, int64_t *ms)
{
	int64_t minutes = f->hour * 60 + f->minute - f->offset;
	int64_t of_day = (minutes * 60 + f->second) * 1000 + f->ms;
	__int128 total = (__int128)day * MS_PER_DAY + of_day;

	if (total < INT64_MIN || total > INT64_MAX)
		return -1;
	*ms = (int64_t)total;
	return 0;
}

static bool
take(struct text *t, char c)
{
	if (t->p == t->end || *t->p != c)
		return false;
	t->p++;
	return true;
}

/* Exactly n digits. */
static bool
take_digits(struct text *t, int n, int *out)
{
	int value = 0;

	if (t->end - t->p < n)
		return false;
	for (int i = 0; i < n; i++) {
		if (t->p[i] < '0' || t->p[i] > '9')
			return false;
		value = value * 10 + (t->p[i] - '0');
	}
	t->p += n;
	*out = value;
	return true;
}

/*
 * ".789123": at least one digit; what is finer than ms is dropped. True also where there is
 * none.
 */
static bool
take_fraction(struct text *t, int *ms)
{
	const char *from = t->p + 1;
	int weight = 100;

	*ms = 0;
	if (!take(t, '.'))
		return true;
	for (; t->p < t->end && *t->p >= '0' && *t->p <= '9'; t->p++, weight /= 10)
		*ms += (*t->p - '0') * weight;
	return t->p > from;
}

/* "+01:00" */
static bool
take_offset(struct text *t, int *minutes)
{
	bool west = t->p < t->end && *t->p == '-';
	int h, m;

	if (!(take(t, '-') || take(t, '+')) || !take_digits(t, 2, &h) || !take(t, ':') ||
	    !take_digits(t, 2, &m) || h > 23 || m > 59)
		return false;
	*minutes = west ? -(h * 60 + m) : h * 60 + m;
	return true;
}

/* Four digits, or more with a sign as ISO 8601 and java.time have it, or without as XML Schema. */
static bool
take_year(struct text *t, int64_t *year)
{
	bool negative = take(t, '-');
	const char *from = t->p + (!negative && take(t, '+'));

	for (*year = 0; t->p < t->end && *t->p >= '0' && *t->p <= '9'; t->p++) {
		if (t->p - from >= MAX_YEAR_DIGITS)
			return false;
		*year = *year * 10 + (*t->p - '0');
	}
	if (negative)
		*year = -*year;
	return t->p - from >= 4;
}

int
instant_parse(const char *s, size_t len, int64_t *ms)
{
	struct text t = { s, s + len };
	struct fields f = { .offset = 0 };

	if (!take_year(&t, &f.year) || !take(&t, '-') || !take_digits(&t, 2, &f.month) ||
	    !take(&t, '-') || !take_digits(&t, 2, &f.day) || !(take(&t, 'T') || take(&t, 't')) ||
	    !take_digits(&t, 2, &f.hour) || !take(&t, ':') || !take_digits(&t, 2, &f.minute) ||
	    !take(&t, ':') || !take_digits(&t, 2, &f.second) || !take_fraction(&t, &f.ms))
		return -1;
	if (!take(&t, 'Z') && !take(&t, 'z') && !take_offset(&t, &f.offset))
		return -1;
	if (t.p != t.end || !valid(&f))
		return -1;
	return to_ms(&f, gregorian_day(f.year, f.month, f.day), ms);
}

/* What follows the year, each part only if the one before is there. A dash may begin the offset. */
static bool
take_partial(struct text *t, struct fields *f)
{
	int *const date[] = { &f->month, &f->day };
	int *const time[] = { &f->hour, &f->minute, &f->second };

	for (size_t i = 0; i < 2; i++) {
		if (t->end - t->p > 3 && t->p[3] == ':')
			return true;
		if (!take(t, '-'))
			return true;
		if (!take_digits(t, 2, date[i]))
			return false;
	}
	for (size_t i = 0; i < 3; i++) {
		if (!take(t, i == 0 ? 'T' : ':'))
			return true;
		if (!take_digits(t, 2, time[i]))
			return false;
	}
	return take_fraction(t, &f->ms);
}

int
instant_parse_edn(const char *s, size_t len, int64_t *ms)
{
	struct text t = { s, s + len };
	struct fields f = { .month = 1, .day = 1 };
	int year;
	int64_t day;

	if (!take_digits(&t, 4, &year) || year == 0)
		return -1;
	f.year = year;
	if (!take_partial(&t, &f))
		return -1;
	if (t.p != t.end && !take(&t, 'Z') && !take_offset(&t, &f.offset))
		return -1;
	if (t.p != t.end || !valid(&f))
		return -1;
	if ((day = gregorian_day(f.year, f.month, f.day)) < CUTOVER_DAY)
		day = julian_day(f.year, f.month, f.day);
	return to_ms(&f, day, ms);
}

static struct fields
fields_of(int64_t ms)
{
	int64_t day = floor_div(ms, MS_PER_DAY);
	int of_day = (int)((ms % MS_PER_DAY + MS_PER_DAY) % MS_PER_DAY);
	struct fields f = { .hour = of_day / 3600000, .minute = of_day / 60000 % 60,
		.second = of_day / 1000 % 60, .ms = of_day % 1000 };

	gregorian_date(day, &f);
	return f;
}

size_t
instant_format(char out[INSTANT_TEXT], int64_t ms, bool with_ms)
{
	struct fields f = fields_of(ms);
	const char *sign = f.year < 0 ? "-" : f.year > 9999 ? "+" : "";
	long long year = f.year < 0 ? -f.year : f.year;
	int n = snprintf(out, INSTANT_TEXT, "%s%04lld-%02d-%02dT%02d:%02d:%02d", sign, year,
	    f.month, f.day, f.hour, f.minute, f.second);

	if (with_ms || f.ms != 0)
		n += snprintf(out + n, INSTANT_TEXT - (size_t)n, ".%03d", f.ms);
	n += snprintf(out + n, INSTANT_TEXT - (size_t)n, "Z");
	return (size_t)n;
}

size_t
instant_format_edn(char out[INSTANT_TEXT], int64_t ms)
{
	size_t n;

	if (ms < CUTOVER_DAY * MS_PER_DAY || ms >= AFTER_9999_MS)
		return 0;
	n = instant_format(out, ms, true) - 1;
	memcpy(out + n, "-00:00", sizeof("-00:00"));
	return n + sizeof("-00:00") - 1;
}
