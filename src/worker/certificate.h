/*
 * certificate.h: says in the log that the server's certificate expires soon, or
 * has: at the start of a worker and once a day.
 */
#ifndef WORKER_CERTIFICATE_H
#define WORKER_CERTIFICATE_H

#include "access/access.h"
#include "worker/wheel.h"

struct certificate {
	const struct access	*who;
	struct wheel		*wheel;
	struct wheel_timer	 daily;
};

/* One worker of a generation is enough. c, wheel and who live on; without TLS nothing is said. */
void	certificate_watch(struct certificate *c, struct wheel *wheel, const struct access *who);

#endif
