/*
 * prefer.h: the Prefer field (RFC 7240): respond-async and wait=N. Pure.
 */
#ifndef WORKER_PREFER_H
#define WORKER_PREFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct prefer {
	bool	respond_async;
	bool	wait;
	int64_t	wait_s;		/* wait: seconds, at most PREFER_WAIT_MAX */
};

#define PREFER_WAIT_MAX	INT64_C(1000000)

/*
 * text NULL: no field. What is malformed or unknown is ignored; of a preference given twice the
 * first counts.
 */
void	prefer_parse(struct prefer *out, const char *text, size_t len);

#endif
