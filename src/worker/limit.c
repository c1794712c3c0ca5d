/*
 * limit.c: how often a client may ask. See limit.h.
 */
#include <sys/socket.h>

#include <string.h>

#include "daemon/rates.h"
#include "util/clock.h"
#include "util/hash.h"
#include "worker/client.h"
#include "worker/limit.h"
#include "worker/worker.h"

#define SECOND_NS	INT64_C(1000000000)
#define IPV6_SITE	8	/* bytes of an address that one client usually has to itself: a /64 */

enum of { ADDRESS = 'a', PRINCIPAL = 'p', ANONYMOUS = 'n' };

/* Seeded, so that nobody can seek two clients that meet in one place. */
static uint64_t
number_of(const struct exchange *x, enum of what, const void *data, size_t len)
{
	const struct board *b = exchange_worker(x)->proc->board;
	const uint8_t kind = (uint8_t)what;
	uint64_t h = hash_more(HASH_START, &b->seed, sizeof(b->seed));

	h = hash_more(hash_more(h, &kind, 1), data, len);
	return hash_more(h, &b->seed, sizeof(b->seed));
}

static bool
take(struct exchange *x, uint64_t client, int rate, int burst)
{
	struct proc *p = exchange_worker(x)->proc;
	int64_t wait = rates_take(&p->board->rates, client, (unsigned)rate, (unsigned)(burst > 0 ? burst : rate), clock_ns());

	if (wait == 0)
		return true;
	board_add(p->slot, COUNT_http_limited, 1);
	x->retry_s = (unsigned)((wait + SECOND_NS - 1) / SECOND_NS);
	return false;
}

/* Bytes of an address that are one client's; 0: it has none (a Unix socket). */
static size_t
site(const struct client *c)
{
	return c->family == AF_INET ? 4 : c->family == AF_INET6 ? IPV6_SITE : 0;
}

/* Who comes from it, as a number. False: nobody counts what comes from there. */
static bool
by_address(const struct exchange *x, uint64_t *out)
{
	struct client client;

	if (exchange_worker(x)->proc->config.limits.address_rate == 0)
		return false;
	client_of(x, &client);
	*out = number_of(x, ADDRESS, client.bytes, site(&client));
	return site(&client) != 0;
}

bool
limit_address(struct exchange *x)
{
	const struct config *c = &exchange_worker(x)->proc->config;
	uint64_t client;

	if (!by_address(x, &client) || take(x, client, c->limits.address_rate, c->limits.address_burst))
		return true;
	return exchange_wrong(x, PROBLEM_TOO_MANY, arena_printf(&x->arena,
	    "More than %d requests a second came from this address (limits.address_rate). Nothing was done; come again in %u s.",
	    c->limits.address_rate, x->retry_s));
}

static int
principal_rate(const struct exchange *x)
{
	const struct config_rule *rule = x->who.rule;

	return rule->rate != CONFIG_RULE_RATE_UNSET ? rule->rate : exchange_worker(x)->proc->config.limits.principal_rate;
}

/* Who says nothing shares a name with all the others who do: there each address has a bucket, so that none empties it for all. */
static bool
by_principal(const struct exchange *x, uint64_t *out)
{
	const char *name = x->who.principal;
	struct client client;

	if (x->who.rule == NULL || principal_rate(x) == 0)
		return false;
	client_of(x, &client);
	*out = strcmp(name, RULES_ANONYMOUS) == 0 ? number_of(x, ANONYMOUS, client.bytes, site(&client)) :
	    number_of(x, PRINCIPAL, name, strlen(name));
	return true;
}

bool
limit_principal(struct exchange *x)
{
	uint64_t client;

	if (!by_principal(x, &client) ||
	    take(x, client, principal_rate(x), exchange_worker(x)->proc->config.limits.principal_burst))
		return true;
	return exchange_wrong(x, PROBLEM_TOO_MANY, arena_printf(&x->arena,
	    "%s came with more than %d requests a second (%s). Nothing was done; come again in %u s.", x->who.principal,
	    principal_rate(x), x->who.rule->rate != CONFIG_RULE_RATE_UNSET ? "rate in auth.rules" : "limits.principal_rate",
	    x->retry_s));
}

void
limit_batch(struct exchange *x, size_t n)
{
	struct proc *p = exchange_worker(x)->proc;
	uint64_t client;

	if (by_address(x, &client))
		rates_owe(&p->board->rates, client, (unsigned)p->config.limits.address_rate, (unsigned)n - 1, clock_ns());
	if (by_principal(x, &client))
		rates_owe(&p->board->rates, client, (unsigned)principal_rate(x), (unsigned)n - 1, clock_ns());
}
