/*
 * libcurl.c: libcurl against cmdr, by the rows of checks.json in their flat form (see flat() of tests/system/clients.py).
 * `client ROWS`. A test's program: what it takes it keeps until it ends.
 */
#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include <zlib.h>

enum field {
	NAME, HOW, TIMES, METHOD, URL, HEADERS, BODY, STATUS, ANSWERS, EMPTY, CONTAINS, HAS, SAVE, NFIELDS
};

struct text {
	char *p;
	size_t n;
};

static char *saved_names[8], *saved_values[8];
static size_t nsaved;
static char why[1024];

static void *
must(void *p)
{
	if (p == NULL)
		abort();
	return p;
}

static size_t
append(char *data, size_t size, size_t n, void *to)
{
	struct text *t = to;

	t->p = must(realloc(t->p, t->n + size * n + 1));
	memcpy(t->p + t->n, data, size * n);
	t->n += size * n;
	t->p[t->n] = '\0';
	return size * n;
}

/* docs: begin */
/* Until it is answered: the same key makes it the same command, however often it is sent. headers: Content-Type and
 * Idempotency-Key. Returns the status; 0: no answer yet, send it again later, with the same key. */
static long
send_safely(CURL *c, const char *url, const char *json, struct curl_slist *headers)
{
	long status;
	curl_off_t wait;
	int attempt;

	curl_easy_setopt(c, CURLOPT_URL, url);
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(c, CURLOPT_POSTFIELDS, json);
	curl_easy_setopt(c, CURLOPT_TIMEOUT, 30L);
	for (attempt = 0; attempt < 8; attempt++) {
		wait = 0;
		if (curl_easy_perform(c) == CURLE_OK) {
			curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
			if (status != 409 && status != 429 && status != 503 && status != 504)
				return status;
			curl_easy_getinfo(c, CURLINFO_RETRY_AFTER, &wait);
		}
		sleep(wait > 0 ? (unsigned)wait : 1);
	}
	return 0;
}
/* docs: end */

/* The text with ${…} replaced by what was saved. */
static char *
fill(const char *s)
{
	struct text out = { NULL, 0 };
	size_t i;

	append("", 1, 0, &out);
	while (*s != '\0') {
		for (i = 0; i < nsaved; i++)
			if (strncmp(s, "${", 2) == 0 && strncmp(s + 2, saved_names[i], strlen(saved_names[i])) == 0)
				break;
		if (i < nsaved) {
			append(saved_values[i], 1, strlen(saved_values[i]), &out);
			s += strlen(saved_names[i]) + 3;
		} else
			append((char *)(uintptr_t)s++, 1, 1, &out);
	}
	return out.p;
}

/* The next item of a field whose items end with 1D; NULL at its end. */
static char *
item(char **rest)
{
	char *end = strchr(*rest, '\x1d'), *s = *rest;

	if (end == NULL)
		return NULL;
	*end = '\0';
	*rest = end + 1;
	return s;
}

static const char *
header(CURL *c, const char *name)
{
	struct curl_header *h;

	return curl_easy_header(c, name, 0, CURLH_HEADER, -1, &h) == CURLHE_OK ? h->value : NULL;
}

static bool
wrong_header(const char *want, const char *got)
{
	size_t n = strlen(want);

	if (strcmp(want, "-") == 0 || got == NULL)
		return (strcmp(want, "-") == 0) == (got != NULL);
	return want[n - 1] == '*' ? strncmp(got, want, n - 1) != 0 : strcmp(got, want) != 0;
}

static bool
no(const char *what, const char *text)
{
	snprintf(why, sizeof(why), "%s: %.300s", what, text);
	return false;
}

static bool
judge_text(char **f, const char *text)
{
	const char *at = text;
	char *rest, *part;

	for (rest = strdup(f[CONTAINS]); (part = item(&rest)) != NULL; at += strlen(part))
		if ((at = strstr(at, part)) == NULL)
			return no(part, "not there, or not in its place");
	for (rest = strdup(f[HAS]); (part = item(&rest)) != NULL; )
		if (strstr(text, part) == NULL)
			return no(part, text);
	return true;
}

static bool
judge(CURL *c, char **f, long status, const char *text)
{
	char *rest, *part, *value;

	if (status != atol(f[STATUS])) {
		snprintf(why, sizeof(why), "status %ld, not %s: %.300s", status, f[STATUS], text);
		return false;
	}
	for (rest = strdup(f[ANSWERS]); (part = item(&rest)) != NULL; ) {
		value = strstr(part, ": ");
		*value = '\0';
		if (wrong_header(value + 2, header(c, part)))
			return no(part, header(c, part) != NULL ? header(c, part) : "is not there");
	}
	if (*f[EMPTY] != '\0' && *text != '\0')
		return no("a body", text);
	if (strcmp(f[HOW], "gunzip") == 0 && header(c, "Content-Encoding") == NULL)
		return no("the answer was not gzipped", "");
	return judge_text(f, text);
}

static struct text
gzipped(const char *s)
{
	struct text t = { must(malloc(65536)), 65536 };
	z_stream z = { .next_in = (Bytef *)(uintptr_t)s, .avail_in = (uInt)strlen(s), .next_out = (Bytef *)t.p,
	    .avail_out = 65536 };

	if (deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY) != Z_OK ||
	    deflate(&z, Z_FINISH) != Z_STREAM_END)
		abort();
	t.n = z.total_out;
	deflateEnd(&z);
	return t;
}

static size_t
give(char *to, size_t size, size_t n, void *from)
{
	struct text *t = from;

	n *= size;
	if (n > 1000)
		n = 1000;
	if (n > t->n)
		n = t->n;
	memcpy(to, t->p, n);
	t->p += n;
	t->n -= n;
	return n;
}

static struct curl_slist *
headers_of(char **f)
{
	struct curl_slist *list = NULL;
	char *rest, *part;

	for (rest = fill(f[HEADERS]); (part = item(&rest)) != NULL; )
		list = curl_slist_append(list, part);
	if (strcmp(f[HOW], "chunked") == 0)
		list = curl_slist_append(list, "Transfer-Encoding: chunked");
	if (strcmp(f[HOW], "expect") == 0)
		list = curl_slist_append(list, "Expect: 100-continue");
	return list;
}

/* Lays a row on a handle that is otherwise as curl_easy_init() gives it. */
static void
lay(CURL *c, char **f, struct text *answer, struct text *body)
{
	curl_easy_reset(c);
	curl_easy_setopt(c, CURLOPT_URL, fill(f[URL]));
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers_of(f));
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, append);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, answer);
	curl_easy_setopt(c, CURLOPT_TIMEOUT, 60L);
	curl_easy_setopt(c, CURLOPT_EXPECT_100_TIMEOUT_MS, 20000L);
	*body = strcmp(f[HOW], "gzip") == 0 ? gzipped(f[BODY]) : (struct text){ f[BODY], strlen(f[BODY]) };
	if (strcmp(f[HOW], "gunzip") == 0)
		curl_easy_setopt(c, CURLOPT_ACCEPT_ENCODING, "gzip");
	if (strcmp(f[METHOD], "HEAD") == 0)
		curl_easy_setopt(c, CURLOPT_NOBODY, 1L);
	else if (strcmp(f[HOW], "chunked") == 0) {
		curl_easy_setopt(c, CURLOPT_POST, 1L);
		curl_easy_setopt(c, CURLOPT_READFUNCTION, give);
		curl_easy_setopt(c, CURLOPT_READDATA, body);
	} else if (body->n > 0) {
		curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE, (long)body->n);
		curl_easy_setopt(c, CURLOPT_POSTFIELDS, body->p);
	} else
		curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, f[METHOD]);
}

static bool
finished(CURL *c, CURLcode code, char **f, struct text *answer)
{
	long status = 0;

	if (code != CURLE_OK)
		return no("curl", curl_easy_strerror(code));
	curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
	return judge(c, f, status, answer->p != NULL ? answer->p : "");
}

static void
keep(CURL *c, char **f)
{
	char *rest, *part, *eq;

	for (rest = strdup(f[SAVE]); (part = item(&rest)) != NULL; ) {
		eq = strchr(part, '=');
		*eq = '\0';
		saved_names[nsaved] = part;
		saved_values[nsaved++] = strdup(header(c, eq + 1) != NULL ? header(c, eq + 1) : "");
	}
}

static bool
one(CURL *c, char **f)
{
	struct text answer = { NULL, 0 }, body;

	lay(c, f, &answer, &body);
	if (!finished(c, curl_easy_perform(c), f, &answer))
		return false;
	keep(c, f);
	return true;
}

static bool
kept(CURL *c, char **f)
{
	int i;

	for (i = 0; i < atoi(f[TIMES]); i++)
		if (!one(c, f))
			return false;
	return true;
}

/* Takes what has ended from m; each that has is laid out anew until `left` have been. */
static bool
ended(CURLM *m, char **f, struct text *answers, struct text *bodies, int *left)
{
	struct text *answer;
	CURLMsg *msg;
	CURL *c;
	int n;
	bool good;

	while ((msg = curl_multi_info_read(m, &n)) != NULL) {
		c = msg->easy_handle;
		curl_easy_getinfo(c, CURLINFO_PRIVATE, (char **)&answer);
		good = finished(c, msg->data.result, f, answer);
		curl_multi_remove_handle(m, c);
		if (!good)
			return false;
		if ((*left)-- > 8) {
			answer->n = 0;
			lay(c, f, answer, &bodies[answer - answers]);
			curl_easy_setopt(c, CURLOPT_PRIVATE, answer);
			curl_multi_add_handle(m, c);
		} else
			curl_easy_cleanup(c);
	}
	return true;
}

static bool
at_once(char **f)
{
	struct text answers[8] = { { NULL, 0 } }, bodies[8];
	CURLM *m = curl_multi_init();
	int left = atoi(f[TIMES]), running, i;
	CURL *c;

	for (i = 0; i < 8; i++) {
		c = curl_easy_init();
		lay(c, f, &answers[i], &bodies[i]);
		curl_easy_setopt(c, CURLOPT_PRIVATE, &answers[i]);
		curl_multi_add_handle(m, c);
	}
	while (left > 0) {
		curl_multi_perform(m, &running);
		if (!ended(m, f, answers, bodies, &left))
			return false;
		curl_multi_poll(m, NULL, 0, 1000, NULL);
	}
	curl_multi_cleanup(m);
	return true;
}

static bool
safely(CURL *c, char **f)
{
	struct text answer = { NULL, 0 };
	long status;

	curl_easy_reset(c);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, append);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, &answer);
	status = send_safely(c, f[URL], f[BODY], headers_of(f));
	return judge(c, f, status, answer.p != NULL ? answer.p : "");
}

static bool
check(CURL *c, char **f)
{
	if (strcmp(f[HOW], "safely") == 0)
		return safely(c, f);
	if (strcmp(f[HOW], "at once") == 0)
		return at_once(f);
	return strcmp(f[HOW], "kept") == 0 ? kept(c, f) : one(c, f);
}

static struct text
slurp(const char *name)
{
	struct text t = { NULL, 0 };
	char buf[4096];
	size_t n;
	FILE *in = must(fopen(name, "r"));

	while ((n = fread(buf, 1, sizeof(buf), in)) > 0)
		append(buf, 1, n, &t);
	fclose(in);
	return t;
}

int
main(int argc, char **argv)
{
	char *f[NFIELDS + 1], *row, *next;
	CURL *c;
	int i, status = 0;

	if (argc != 2)
		return 2;
	curl_global_init(CURL_GLOBAL_ALL);
	c = must(curl_easy_init());
	for (row = slurp(argv[1]).p; (next = strchr(row, '\x1e')) != NULL; row = next + 1) {
		*next = '\0';
		for (i = 0; i <= NFIELDS; i++)
			f[i] = strsep(&row, "\x1f");
		if (check(c, f))
			printf("ok\t%s\n", f[NAME]);
		else
			printf("FAIL\t%s\t%s\n", f[NAME], why);
		status |= *why != '\0';
		*why = '\0';
		fflush(stdout);
	}
	curl_easy_cleanup(c);
	return status;
}
