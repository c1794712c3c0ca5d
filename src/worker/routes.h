/*
 * routes.h: the resources, one row each, and the checks that come before a
 * handler, in the order of the HTTP face's edge 6: 404, 405 or 501, 406, 415,
 * 413.
 */
#ifndef WORKER_ROUTES_H
#define WORKER_ROUTES_H

#include "worker/exchange.h"

#define ROUTE_BIT(method)	(1u << METHOD_##method)

/* There is HTML too. */
#define ROUTE_PAGE	0x1u
/* How the service is: for http.admin alone, where that is set. */
#define ROUTE_ADMIN	0x2u
/* An event stream: no other media type is there. */
#define ROUTE_STREAM	0x4u
/* Plain text: no other media type is there. */
#define ROUTE_TEXT	0x8u
/* JSON: no other media type is there. */
#define ROUTE_JSON	0x10u
/* Everybody may, whoever that is. */
#define ROUTE_OPEN	0x20u
/* What a principal must be allowed to read (CONFIG_READ bits). */
#define ROUTE_READS(bits)	((bits) << 8)
#define ROUTE_READ_BITS(flags)	((flags) >> 8)

struct route {
	/* one that ends in a slash and a star takes anything there */
	const char	*path;
	unsigned	 methods;	/* HEAD goes with GET, OPTIONS with all */
	unsigned	 flags;
	/* NULL: not there in this version; doc says why */
	void		(*handle)(struct exchange *x);
	const char	*doc;
};

extern const struct route routes[];
extern const size_t routes_count;

/* guard_ops.head and .request: find the route and check; then handle, or tell what is wrong. */
bool	routes_head(struct exchange *x);
void	routes_request(struct exchange *x);
/* Is it answered on the listener that the request came by? */
bool	routes_here(const struct exchange *x, const struct route *r);
/* "GET, HEAD, OPTIONS", in the arena. */
const char *routes_allow(struct exchange *x, const struct route *r);

#endif
