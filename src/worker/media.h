/*
 * media.h: the media types of requests and answers: the codecs as offers to
 * negotiate with, and the Content-Type that each answer carries.
 */
#ifndef WORKER_MEDIA_H
#define WORKER_MEDIA_H

#include <stdbool.h>

#include "value/codec.h"
#include "value/negotiate.h"
#include "worker/guard_head.h"

struct media {
	const struct codec	*codec;		/* NULL: HTML */
	const char		*content_type;	/* with charset where the type has one */
};

/* Once, before the rest. */
void	media_init(void);
/* What an answer shall be in, by Accept; page: HTML is there too. NULL: nothing acceptable. */
const struct media *media_accept(const struct guard_head *h, bool page);
/* Is this type, which none of our codecs has, acceptable? */
bool	media_accepts(const struct guard_head *h, const char *type);
/* What a request's body is in, by Content-Type. */
enum negotiate_result media_of_request(const struct guard_head *h, const struct codec **out);
/* One JSON text a line: a batch of commands, and no answer. */
const struct codec *media_ndjson(void);
/* JSON, for what must be told whatever was asked for. */
const struct media *media_json(void);
/* "application/json, application/edn, …" */
const char *media_request_types(void);
const char *media_answer_types(bool page);

#endif
