/*
 * certificate.c: the server's certificate before it expires. See certificate.h.
 */
#include "access/tls.h"
#include "util/log.h"
#include "worker/certificate.h"

#define DAY_S	((int64_t)86400)
#define SOON_S	(14 * DAY_S)

static void
look(struct certificate *c)
{
	int64_t left = tls_expires_in(c->who->tls);

	if (left <= 0)
		log_warn("tls.certificate has expired: clients do not believe it; put the next one there and reload");
	else if (left < SOON_S)
		log_warn("tls.certificate expires in %lld %s: put the next one there and reload",
		    (long long)(left < 2 * DAY_S ? left / 3600 : left / DAY_S), left < 2 * DAY_S ? "hours" : "days");
	wheel_set(c->wheel, &c->daily, DAY_S * 1000);
}

static void
on_day(struct wheel_timer *t)
{
	look(WHEEL_OWNER(t, struct certificate, daily));
}

void
certificate_watch(struct certificate *c, struct wheel *wheel, const struct access *who)
{
	*c = (struct certificate){ .who = who, .wheel = wheel, .daily = { .fire = on_day } };
	if (who->tls != NULL)
		look(c);
}
