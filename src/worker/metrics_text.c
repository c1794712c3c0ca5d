/*
 * metrics_text.c: the text format of Prometheus. See metrics_text.h.
 */
#include <inttypes.h>
#include <stdbool.h>

#include "worker/metrics_text.h"

static const char *const type_names[] = {
	[METRICS_COUNTER] = "counter",
	[METRICS_GAUGE] = "gauge",
	[METRICS_HISTOGRAM] = "histogram",
};

const char *
metrics_type_name(enum metrics_type type)
{
	return type_names[type];
}

static void
escape(struct buf *out, const char *s, bool quotes)
{
	for (; *s != '\0'; s++) {
		if (*s == '\n') {
			buf_puts(out, "\\n");
			continue;
		}
		if (*s == '\\' || (*s == '"' && quotes))
			buf_putc(out, '\\');
		buf_putc(out, *s);
	}
}

void
metrics_escape(struct buf *out, const char *value)
{
	escape(out, value, true);
}

void
metrics_head(struct buf *out, const char *name, enum metrics_type type, const char *doc)
{
	buf_printf(out, "# HELP %s ", name);
	escape(out, doc, false);
	buf_printf(out, "\n# TYPE %s %s\n", name, type_names[type]);
}

static void
begin(struct buf *out, const char *name, const char *labels)
{
	buf_puts(out, name);
	if (*labels != '\0')
		buf_printf(out, "{%s}", labels);
	buf_putc(out, ' ');
}

void
metrics_int(struct buf *out, const char *name, const char *labels, int64_t n)
{
	begin(out, name, labels);
	buf_printf(out, "%" PRId64 "\n", n);
}

/* n of them make a second. */
static void
put_seconds(struct buf *out, int64_t n, int64_t second, int digits)
{
	buf_printf(out, "%" PRId64 ".%0*" PRId64 "\n", n / second, digits, n % second);
}

void
metrics_ms(struct buf *out, const char *name, const char *labels, int64_t ms)
{
	begin(out, name, labels);
	if (ms < 0)
		buf_puts(out, "+Inf\n");
	else
		put_seconds(out, ms, 1000, 3);
}

void
metrics_us(struct buf *out, const char *name, const char *labels, int64_t us)
{
	begin(out, name, labels);
	put_seconds(out, us, 1000000, 6);
}

void
metrics_histogram(struct buf *out, const char *name, const char *labels,
    const int64_t buckets[HISTOGRAM_BUCKETS], int64_t sum_ns)
{
	const char *comma = *labels != '\0' ? "," : "", *open = *labels != '\0' ? "{" : "",
	    *close = *labels != '\0' ? "}" : "";
	int64_t count = 0;

	for (int i = 0; i < HISTOGRAM_BUCKETS; i++) {
		count += buckets[i];
		buf_printf(out, "%s_bucket{%s%sle=\"%s\"} %" PRId64 "\n", name, labels, comma,
		    histogram_bound_texts[i], count);
	}
	buf_printf(out, "%s_sum%s%s%s ", name, open, labels, close);
	put_seconds(out, sum_ns, 1000000000, 9);
	buf_printf(out, "%s_count%s%s%s %" PRId64 "\n", name, open, labels, close, count);
}
