/*
 * guard_framing.c: where a request ends. See guard_framing.h.
 */
#include <string.h>

#include "worker/guard_chars.h"
#include "worker/guard_framing.h"

bool
guard_framing_host(const char *s, size_t len)
{
	size_t n = 0;
	bool bracket = len > 0 && s[0] == '[';

	while (n < len && (guard_chars[(uint8_t)s[n]] & CHAR_HOST) && s[n] != ']' &&
	    (bracket ? n == 0 || s[n] != '[' : s[n] != '[' && s[n] != ':'))
		n++;
	if (bracket && (n < 2 || n == len || s[n++] != ']'))
		return false;
	if (n < len && s[n] == ':')
		for (n++; n < len && s[n] >= '0' && s[n] <= '9'; n++)
			continue;
	return n == len;
}

/* RFC 9112 3.2: exactly one Host in HTTP/1.1, which is a host and port, or empty. */
static enum guard_fed
check_host(struct guard_head *h)
{
	const struct guard_span *s = &h->field[FIELD_HOST];
	const char *host = guard_head_text(h, s);

	if (host == NULL)
		return h->minor == 0 ? FED_MORE : guard_head_refuse(h, PROBLEM_MALFORMED,
		    "HTTP/1.1 needs a Host field.");
	return guard_framing_host(host, s->len) ? FED_MORE : guard_head_refuse(h, PROBLEM_MALFORMED,
	    "The Host field is not a host name and port.");
}

static enum guard_fed
read_length(struct guard_head *h)
{
	const struct guard_span *s = &h->field[FIELD_CONTENT_LENGTH];
	const char *text = guard_head_text(h, s);

	if (text == NULL)
		return FED_MORE;
	if (s->len == 0)
		return guard_head_refuse(h, PROBLEM_MALFORMED, "Content-Length is empty.");
	for (uint32_t i = 0; i < s->len; i++) {
		uint64_t digit = (uint64_t)(text[i] - '0');

		if (text[i] < '0' || text[i] > '9')
			return guard_head_refuse(h, PROBLEM_MALFORMED,
			    "Content-Length must be one number of decimal digits.");
		if (h->length > (UINT64_MAX - digit) / 10)
			h->length = UINT64_MAX;
		else
			h->length = h->length * 10 + digit;
	}
	h->has_length = true;
	return FED_MORE;
}

/* Only "chunked", once, in HTTP/1.1, without Content-Length. */
static enum guard_fed
read_coding(struct guard_head *h)
{
	const struct guard_span *s = &h->field[FIELD_TRANSFER_ENCODING];
	const char *text = guard_head_text(h, s), *item;
	size_t at = 0, len;
	bool other = false;

	if (text == NULL)
		return FED_MORE;
	if (h->minor == 0)
		return guard_head_refuse(h, PROBLEM_MALFORMED,
		    "HTTP/1.0 has no Transfer-Encoding.");
	if (h->has_length)
		return guard_head_refuse(h, PROBLEM_MALFORMED,
		    "Transfer-Encoding and Content-Length stand together.");
	if (guard_head_is(text, s->len, "chunked")) {
		h->chunked = true;
		return FED_MORE;
	}
	while (guard_head_list(text, s->len, &at, &item, &len)) {
		if (h->chunked)
			return guard_head_refuse(h, PROBLEM_MALFORMED,
			    "chunked must be the last transfer coding, and stand once.");
		if (guard_head_is(item, len, "chunked"))
			h->chunked = true;
		else if (len > 7 && guard_head_is(item, 7, "chunked") &&
		    strchr("; \t", item[7]) != NULL)
			return guard_head_refuse(h, PROBLEM_MALFORMED,
			    "chunked takes no parameters.");
		else
			other = true;
	}
	if (other)
		return guard_head_refuse(h, PROBLEM_NOT_IMPLEMENTED,
		    "The only transfer coding that is implemented is chunked.");
	return guard_head_refuse(h, PROBLEM_MALFORMED,
	    "Transfer-Encoding must be the one word chunked.");
}

/* RFC 9112 9.3. */
static void
read_connection(struct guard_head *h)
{
	const struct guard_span *s = &h->field[FIELD_CONNECTION];
	const char *text = guard_head_text(h, s), *item;
	size_t at = 0, len;

	while (text != NULL && guard_head_list(text, s->len, &at, &item, &len)) {
		if (guard_head_is(item, len, "close"))
			h->close = true;
		else if (guard_head_is(item, len, "keep-alive"))
			h->keep_alive = true;
	}
	if (h->minor == 0 && !h->keep_alive)
		h->close = true;
}

/* RFC 9110 10.1.1; other expectations may be ignored. */
static void
read_expect(struct guard_head *h)
{
	const struct guard_span *s = &h->field[FIELD_EXPECT];
	const char *text = guard_head_text(h, s), *item;
	size_t at = 0, len;

	while (text != NULL && h->minor > 0 && guard_head_list(text, s->len, &at, &item, &len))
		if (guard_head_is(item, len, "100-continue"))
			h->expects_continue = true;
}

enum guard_fed
guard_framing(struct guard_head *h)
{
	if (check_host(h) == FED_REFUSED || read_length(h) == FED_REFUSED ||
	    read_coding(h) == FED_REFUSED)
		return FED_REFUSED;
	read_connection(h);
	read_expect(h);
	return FED_DONE;
}
