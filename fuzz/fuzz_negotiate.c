/*
 * fuzz_negotiate.c: any bytes as Accept and as Content-Type: no crash, no read beyond them, and
 * nothing chosen that was not offered.
 */
#include <stdlib.h>

#include "value/negotiate.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static const struct offer offers[] = {
	{ "application/json", NULL, NULL },
	{ "application/transit+json", NULL, NULL },
	{ "application/transit+json", ";verbose=true", NULL },
	{ "text/html", NULL, NULL },
};
#define N (sizeof(offers) / sizeof(offers[0]))

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	const struct offer *got = negotiate_accept((const char *)data, size, offers, N);
	const struct offer *sent = NULL;

	if (got != NULL && (got < offers || got >= offers + N))
		abort();
	if ((negotiate_content_type((const char *)data, size, offers, N, &sent) == NEGOTIATE_OK) !=
	    (sent != NULL))
		abort();
	return 0;
}
