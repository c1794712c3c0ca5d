/*
 * http.c: a request to the daemon's HTTP face. See http.h.
 */
#include <stdio.h>
#include <string.h>

#include <curl/curl.h>

#include "ctl/field.h"
#include "ctl/http.h"
#include "util/log.h"
#include "value/json.h"

#define CONNECT_TIMEOUT_S	5L
#define BODY_MAX		((size_t)256 << 20)

struct transfer {
	const struct http_request	*request;
	struct http_answer		*answer;
	CURL				*curl;
	bool				 ended;		/* by take */
};

static size_t
on_data(char *data, size_t one, size_t len, void *arg)
{
	struct transfer *t = arg;

	(void)one;
	if (t->answer->status == 0)
		curl_easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &t->answer->status);
	if (t->request->take != NULL && t->answer->status == 200) {
		t->ended = !t->request->take(t->request->arg, data, len);
		return t->ended ? 0 : len;
	}
	buf_put(&t->answer->body, data, len);
	return t->answer->body.overflow ? 0 : len;
}

static struct curl_slist *
headers_of(const struct settings *s, const struct http_request *r)
{
	struct buf line = { 0 };

	/* curl would wait for 100-continue with a large body, and call it a form */
	struct curl_slist *list = curl_slist_append(NULL, "Expect:");

	for (int i = 0; i < HTTP_HEADERS && r->header[i] != NULL; i++)
		list = curl_slist_append(list, r->header[i]);
	if (s->token != NULL) {
		buf_printf(&line, "Authorization: Bearer %s", s->token);
		list = curl_slist_append(list, buf_cstr(&line));
		explicit_bzero(line.data, line.cap);
		buf_free(&line);
	}
	return list;
}

static void
set_up(struct transfer *t, const struct settings_http *to, const char *url, struct curl_slist *headers, char *why)
{
	const struct http_request *r = t->request;
	CURL *c = t->curl;

	curl_easy_setopt(c, CURLOPT_URL, url);
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, why);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(c, CURLOPT_USERAGENT, "cmdrctl");
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, CONNECT_TIMEOUT_S);
	curl_easy_setopt(c, CURLOPT_TIMEOUT, r->timeout_s);
	curl_easy_setopt(c, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_data);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, t);
	if (to->pinned[0] != '\0') {
		/* It is this very certificate that is to be shown, whatever name it is for. */
		curl_easy_setopt(c, CURLOPT_CAINFO, to->pinned);
		curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 0L);
	}
	if (to->path[0] != '\0')
		curl_easy_setopt(c, CURLOPT_UNIX_SOCKET_PATH, to->path);
	if (r->body != NULL) {
		curl_easy_setopt(c, CURLOPT_POSTFIELDS, r->body);
		curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->len);
	}
	if (r->method != NULL)
		curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, r->method);
}

static enum http_result
judge(const struct transfer *t, CURLcode code)
{
	if (code == CURLE_OK || (code == CURLE_WRITE_ERROR && t->ended))
		return HTTP_OK;
	switch (code) {
	case CURLE_COULDNT_CONNECT:
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_URL_MALFORMAT:
	case CURLE_UNSUPPORTED_PROTOCOL:
		return HTTP_AWAY;
	default:
		return HTTP_LOST;
	}
}

static void
explain(const struct settings *s, const struct settings_http *to, enum http_result result, const char *why, char *err,
    size_t size)
{
	const char *at = to->path[0] != '\0' ? to->path : to->url;

	if (result == HTTP_LOST)
		snprintf(err, size, "no whole answer came from %s: %s", at, why);
	else if (s->trouble[0] != '\0' && !to->named)
		snprintf(err, size, "nothing answers at %s: %s (%s; so the default was tried: -f or --url name another)", at,
		    why, s->trouble);
	else
		snprintf(err, size, "nothing answers at %s: %s: is cmdrd running?", at, why);
}

enum http_result
http_ask(const struct settings *s, const struct settings_http *to, const struct http_request *r,
    struct http_answer *out, char *err, size_t size)
{
	struct transfer t = { .request = r, .answer = out, .curl = curl_easy_init() };
	struct curl_slist *headers = headers_of(s, r);
	char why[CURL_ERROR_SIZE] = "", *type = NULL;
	enum http_result result;
	struct buf url = { 0 };
	CURLcode code;

	if (t.curl == NULL)
		fatalx("libcurl gives no handle");
	memset(out, 0, sizeof(*out));
	buf_init(&out->body, BODY_MAX);
	buf_printf(&url, "%s%s", to->url, r->path);
	set_up(&t, to, buf_cstr(&url), headers, why);
	code = curl_easy_perform(t.curl);
	curl_easy_getinfo(t.curl, CURLINFO_RESPONSE_CODE, &out->status);
	if (curl_easy_getinfo(t.curl, CURLINFO_CONTENT_TYPE, &type) == CURLE_OK && type != NULL)
		snprintf(out->type, sizeof(out->type), "%s", type);
	result = judge(&t, code);
	if (result != HTTP_OK)
		explain(s, to, result, why[0] != '\0' ? why : curl_easy_strerror(code), err, size);
	curl_slist_free_all(headers);
	curl_easy_cleanup(t.curl);
	buf_free(&url);
	return result;
}

void
http_escape(struct buf *out, const char *text)
{
	char *escaped = curl_easy_escape(NULL, text, 0);

	if (escaped == NULL)
		fatalx("libcurl escapes no text");
	buf_puts(out, escaped);
	curl_free(escaped);
}

const char *
http_complaint(const struct http_answer *answer, char *out, size_t size)
{
	struct codec_error err;
	struct arena a;
	struct value v;
	char detail[512] = "";

	arena_init(&a, 0);
	if (json_read(answer->body.data, answer->body.len, &codec_event_limits, &a, &v, &err) == 0)
		field_text(&v, "detail", detail, sizeof(detail));
	arena_free(&a);
	if (detail[0] != '\0')
		snprintf(out, size, "%s (status %ld)", detail, answer->status);
	else
		snprintf(out, size, "it answers with status %ld", answer->status);
	return out;
}
