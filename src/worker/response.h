/*
 * response.h: answers: a value in the negotiated media type, a problem, a text.
 * Each of these ends the exchange.
 */
#ifndef WORKER_RESPONSE_H
#define WORKER_RESPONSE_H

#include "value/value.h"
#include "worker/exchange.h"

/* Header fields of this answer; the value is copied. */
void	response_header(struct exchange *x, const char *name, const char *value);
/* A value in x->answer (JSON where that is none). */
void	response_value(struct exchange *x, int status, const struct value *v);
/* x->problem. */
void	response_problem(struct exchange *x);
/*
 * Does the client take gzip? A large answer of text is then compressed. Whoever asks makes the
 * answer hang on it, which Vary tells.
 */
bool	response_gzip(struct exchange *x);
/* A body that is there already. */
void	response_text(struct exchange *x, int status, const char *content_type, const void *body,
	    size_t len);
/*
 * An event stream (WHATWG HTML 9.2.6), whose blocks follow by guard_stream_write. False as
 * guard_stream_begin: it was HEAD, or there was no descriptor, and x is over.
 */
bool	response_stream(struct exchange *x);
/* The request's id, made where it brought none; in the arena, NULL where that is full. */
const char *response_request_id(struct exchange *x);
/* No body. */
void	response_empty(struct exchange *x, int status);

#endif
