/*
 * auth.h: who a request comes from, and whether that one may do what it asks:
 * steps of the routes, between finding the route and everything else. How
 * credentials and rules are read is access/'s concern.
 */
#ifndef WORKER_AUTH_H
#define WORKER_AUTH_H

#include "worker/exchange.h"

/* Of a new request: nobody has been asked yet who it comes from. */
void	auth_forget(struct exchange *x);
/* With a head, whatever it asks for: is the client's address within its limit? False: x->problem tells. */
bool	auth_count(struct exchange *x);
/*
 * With a route and its method, after auth_count: its credentials good (x->who), the principal within its limit, the
 * route allowed to it. False: x->problem tells.
 */
bool	auth_enter(struct exchange *x);
/*
 * May it send this command? Gives the command the principal's :user where auth.user says so. Fills *p and returns its
 * id; PROBLEM_NONE: yes.
 */
enum problem_id auth_send(struct exchange *x, struct command *c, struct problem *p);
/* May it write the schema of an action? False: x->problem tells. */
bool	auth_schema(struct exchange *x, const char *action, size_t len);
/* May it read this too (CONFIG_READ bits), beside what its route asked for? */
bool	auth_may_read(const struct exchange *x, unsigned bits);
/* What an answer of 401 says of how to do better (RFC 9110 11.6.1, RFC 6750 3): a field's text, in the arena. */
const char *auth_challenge(struct exchange *x);

#endif
