/*
 * status_page.c: the answer to "status" as a page for people. See status.h.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ctl/field.h"
#include "ctl/screen.h"
#include "ctl/status.h"

#define PLACES_MAX	8	/* partitions that are shown behind; more are summed up */

/* How often a second something happened between two answers; -1 where that is not known. */
static double
rate_of(const struct value *before, const struct value *now, const struct value *then_counters,
    const struct value *now_counters, const char *name)
{
	int64_t ms = field_int(now, "clock_ms", 0) - field_int(before, "clock_ms", 0);
	int64_t n = field_int(now_counters, name, 0) - field_int(then_counters, name, 0);

	if (before == NULL || ms <= 0 || n < 0)
		return -1;
	return (double)n * 1000 / (double)ms;
}

static const char *
rate_text(double rate, char *out, size_t size)
{
	char count[32];

	if (rate < 0)
		snprintf(out, size, "-");
	else if (rate > 0 && rate < 10)
		snprintf(out, size, "%.1f", rate);
	else
		snprintf(out, size, "%s", screen_count((int64_t)(rate + 0.5), count, sizeof(count)));
	return out;
}

static void
head(const char *text)
{
	printf("%s%s%s\n", screen_colour(SCREEN_HEAD), text, screen_colour(SCREEN_PLAIN));
}

/* A state, in its colour and padded. */
static void
state(const char *text, const char *good, int width)
{
	printf("%s%-*s%s", screen_colour(strcmp(text, good) == 0 ? SCREEN_GOOD : SCREEN_BAD), width, text,
	    screen_colour(SCREEN_PLAIN));
}

static void
print_daemon(const struct value *now)
{
	char a[64], b[512], c[64];
	const struct value *list = field(now, "listen"), *g, *reload = field(now, "reload"), *item,
	    *gauges = field(now, "gauges");
	int64_t open, streams;

	printf("%scmdrd %s%s  process %" PRId64 ", up %s%s\n", screen_colour(SCREEN_HEAD),
	    field_text(now, "version", a, sizeof(a)), screen_colour(SCREEN_PLAIN), field_int(now, "pid", 0),
	    screen_duration(field_int(now, "uptime_ms", 0), c, sizeof(c)),
	    field_true(now, "stopping") ? ", stopping" : "");
	printf("configuration  %s\n", field_text(now, "config", b, sizeof(b)));
	printf("listening      ");
	for (uint32_t i = 0; (item = field_item(list, i)) != NULL && item->kind == VALUE_STRING; i++)
		printf("%s%.*s", i > 0 ? "  " : "", (int)item->n, item->u.text);
	printf("\ngeneration     ");
	list = field(now, "generations");
	for (uint32_t i = 0; (g = field_item(list, i)) != NULL; i++)
		printf("%s%" PRId64 " %s", i > 0 ? ", " : "", field_int(g, "number", 0),
		    field_text(g, "state", a, sizeof(a)));
	printf("\n");
	open = field_int(gauges, "http_open", 0);
	streams = field_int(gauges, "sse_streams", 0);
	printf("clients        %s connection%s, %s live stream%s\n", screen_count(open, a, sizeof(a)),
	    open == 1 ? "" : "s", screen_count(streams, c, sizeof(c)), streams == 1 ? "" : "s");
	if (field_int(reload, "number", 0) > 0)
		printf("last reload    %s%s%s\n", field_text(reload, "state", a, sizeof(a)),
		    field_is(reload, "state", "failed") ? ": " : "", field_text(reload, "error", b, sizeof(b)));
}

/* What a process counts that tells most of its work. */
static const struct {
	const char	*role, *counter, *unit;
} works[] = {
	{ "worker", "http_requests", "requests/s" },
	{ "producer", "produce_acked", "records/s acknowledged" },
	{ "tailer", "tail_records", "records/s read" },
	{ "indexer", "index_records", "records/s indexed" },
};

/* The same process in an earlier answer. */
static const struct value *
same_role(const struct value *before, const struct value *role)
{
	const struct value *list = field(before, "roles"), *r;
	char name[32];

	field_text(role, "role", name, sizeof(name));
	for (uint32_t i = 0; (r = field_item(list, i)) != NULL; i++)
		if (field_is(r, "role", name) && field_int(r, "number", -1) == field_int(role, "number", -2) &&
		    field_int(r, "generation", -1) == field_int(role, "generation", -2))
			return r;
	return NULL;
}

static void
print_work(const struct value *before, const struct value *now, const struct value *role, const char *name)
{
	const struct value *then = same_role(before, role);
	char text[32];

	for (size_t i = 0; i < sizeof(works) / sizeof(works[0]); i++)
		if (strcmp(works[i].role, name) == 0 && then != NULL)
			printf("  %12s %s", rate_text(rate_of(before, now, field(then, "counters"),
			    field(role, "counters"), works[i].counter), text, sizeof(text)), works[i].unit);
}

static void
print_role(const struct value *before, const struct value *now, const struct value *role)
{
	char name[32], shown[48], text[32], pid[24] = "-";

	field_text(role, "role", name, sizeof(name));
	if (strcmp(name, "worker") == 0)
		snprintf(shown, sizeof(shown), "%s %" PRId64, name, field_int(role, "number", 0));
	else
		snprintf(shown, sizeof(shown), "%s", name);
	if (field_int(role, "pid", 0) > 0)
		snprintf(pid, sizeof(pid), "%" PRId64, field_int(role, "pid", 0));
	printf("%-10s %7s  ", shown, pid);
	state(field_text(role, "state", text, sizeof(text)), "ready", 8);
	printf(" %4" PRId64 " %8" PRId64 "  %-11s", field_int(role, "generation", 0), field_int(role, "restarts", 0),
	    screen_duration(field_int(role, "uptime_ms", 0), text, sizeof(text)));
	print_work(before, now, role, name);
	printf("\n");
}

static void
print_roles(const struct value *before, const struct value *now)
{
	const struct value *list = field(now, "roles"), *role;

	head("\nPROCESS        PID  STATE     GEN RESTARTS  UP");
	for (uint32_t i = 0; (role = field_item(list, i)) != NULL; i++)
		print_role(before, now, role);
}

static const struct {
	const char	*label, *counter;
	bool		 always;	/* else only where it is not 0 */
} flows[] = {
	{ "requests", "http_requests", true },
	{ "refused by form", "http_refused", false },
	{ "answers 2xx", "http_2xx", true },
	{ "answers 4xx", "http_4xx", true },
	{ "answers 5xx", "http_5xx", true },
	{ "clients hung up", "http_hangups", false },
	{ "commands acknowledged", "commands_acked", true },
	{ "commands not sent", "commands_not_sent", false },
	{ "commands not taken: full", "commands_full", false },
	{ "commands not taken: no Kafka", "commands_unreachable", false },
	{ "commands not taken: no tailer", "commands_no_tailer", false },
	{ "commands of unknown outcome", "commands_unknown", false },
	{ "commands too large for Kafka", "commands_too_large", false },
	{ "commands refused by Kafka", "commands_refused", false },
	{ "sync answered", "sync_answered", true },
	{ "sync timed out", "sync_timed_out", true },
	{ "records read by the tailer", "tail_records", true },
	{ "records indexed", "index_records", true },
	{ "records of no known form", "index_undecodable", false },
	{ "records sent to streams", "sse_records_sent", true },
	{ "streams cut: too slow", "sse_cut_slow", false },
};

static void
print_flows(const struct value *before, const struct value *now)
{
	const struct value *then = field(before, "counters"), *counters = field(now, "counters");
	char rate[32], total[32];

	head("\nFLOW                           PER SECOND           TOTAL");
	for (size_t i = 0; i < sizeof(flows) / sizeof(flows[0]); i++) {
		int64_t n = field_int(counters, flows[i].counter, 0);

		if (n == 0 && !flows[i].always)
			continue;
		printf("%-29s %11s %15s\n", flows[i].label, rate_text(rate_of(before, now, then, counters,
		    flows[i].counter), rate, sizeof(rate)), screen_count(n, total, sizeof(total)));
	}
}

static const char *
answered(const struct value *v, char *out, size_t size)
{
	int64_t ms = field_int(v, "answered_ms", -1);

	if (ms < 0)
		snprintf(out, size, "no broker has answered yet");
	else
		snprintf(out, size, "a broker answered %" PRId64 " ms ago", ms);
	return out;
}

/* The sum of what is behind; *known false where the end of a partition is not known. */
static int64_t
lag_of(const struct value *partitions, bool *known)
{
	const struct value *p;
	int64_t sum = 0;

	*known = true;
	for (uint32_t i = 0; (p = field_item(partitions, i)) != NULL; i++) {
		*known = *known && field(p, "lag") != NULL;
		sum += field_int(p, "lag", 0);
	}
	return sum;
}

static void
print_lag(const struct value *partitions)
{
	const struct value *p;
	char count[32];
	bool known;
	int64_t lag = lag_of(partitions, &known);
	uint32_t n = partitions == NULL ? 0 : partitions->n;
	int shown = 0;

	if (!known || n == 0) {
		printf("%u partitions", n);
		return;
	}
	printf("lag %s in %u partitions", screen_count(lag, count, sizeof(count)), n);
	for (uint32_t i = 0; (p = field_item(partitions, i)) != NULL && shown < PLACES_MAX; i++)
		if (field_int(p, "lag", 0) > 0)
			printf("%s%" PRId64 ": %s", shown++ == 0 ? " (" : ", ", field_int(p, "partition", 0),
			    screen_count(field_int(p, "lag", 0), count, sizeof(count)));
	if (shown > 0)
		printf("%s)", shown == PLACES_MAX ? ", …" : "");
}

static void
print_kafka(const struct value *now)
{
	const struct value *producer = field(now, "producer"), *tailer = field(now, "tailer"),
	    *gauges = field(now, "gauges"), *feed = field(now, "feed");
	char a[64], b[32], c[32], d[32];

	head("\nKAFKA");
	printf("producer  %s%s; %s records, %s queued; %s commands in flight\n",
	    field_true(producer, "alive") ? "" : "away; ", answered(producer, a, sizeof(a)),
	    screen_count(field_int(producer, "queued", 0), b, sizeof(b)),
	    screen_bytes(field_int(producer, "queued_bytes", 0), c, sizeof(c)),
	    screen_count(field_int(gauges, "commands_in_flight", 0), d, sizeof(d)));
	printf("tailer    %s; %s; ", answered(tailer, a, sizeof(a)), !field_true(tailer, "assigned") ? "not assigned" :
	    field_true(tailer, "at_end") ? "at its end" : "catching up");
	print_lag(field(tailer, "partitions"));
	printf("; %s commands wait for their event\n", screen_count(field_int(gauges, "sync_waiting", 0), b,
	    sizeof(b)));
	if (field_item(field(feed, "partitions"), 0) != NULL) {
		printf("feed      the commands topic, for streams; ");
		print_lag(field(feed, "partitions"));
		printf("\n");
	}
}

static void
print_index(const struct value *now)
{
	const struct value *index = field(now, "index"), *commands = field(index, "commands"),
	    *events = field(index, "events");
	char text[64], a[32], b[32], c[32];

	if (index == NULL)
		return;
	head("\nINDEX");
	state(field_text(index, "state", text, sizeof(text)), "running", 0);
	printf("%s; %s commands, %s events, %s; %s; %" PRId64 " undecodable\n",
	    field_true(index, "rebuilding") ? ", rebuilding" : "",
	    screen_count(field_int(commands, "rows", 0), a, sizeof(a)),
	    screen_count(field_int(events, "rows", 0), b, sizeof(b)),
	    screen_bytes(field_int(index, "bytes", 0), c, sizeof(c)), answered(index, text, sizeof(text)),
	    field_int(index, "undecodable", 0));
	printf("commands  ");
	print_lag(field(commands, "partitions"));
	printf("\nevents    ");
	print_lag(field(events, "partitions"));
	printf("\n");
}

void
status_page(const struct value *before, const struct value *now)
{
	print_daemon(now);
	print_roles(before, now);
	print_flows(before, now);
	print_kafka(now);
	print_index(now);
}
