/*
 * http.h: a request to the daemon's HTTP face, and its answer whole or piece
 * by piece. http.c is the one file that knows libcurl.
 */
#ifndef CTL_HTTP_H
#define CTL_HTTP_H

#include <stddef.h>

#include "ctl/settings.h"
#include "util/buf.h"

#define HTTP_HEADERS 8

struct http_request {
	const char	*method;	/* NULL: GET, or POST where there is a body */
	const char	*path;		/* with its query */
	const char	*header[HTTP_HEADERS];	/* "Accept: …"; the first NULL ends */
	const void	*body;		/* NULL: none */
	size_t		 len;
	long		 timeout_s;	/* of the whole; 0: none */
	/* Given each piece of an answer with status 200 as it comes, instead of the body; false ends. May be NULL. */
	int		(*take)(void *arg, const char *data, size_t len);
	void		*arg;
};

struct http_answer {
	long		 status;	/* 0: none came */
	char		 type[128];	/* Content-Type */
	struct buf	 body;		/* to be freed with buf_free */
};

enum http_result {
	HTTP_OK,	/* it was answered, whatever the status; a stream: it ended, or take ended it */
	HTTP_AWAY,	/* nothing was sent */
	HTTP_LOST,	/* it was sent, or in part, and no whole answer came */
};

/* out is filled anew. Else err has a sentence that says what to do. */
enum http_result http_ask(const struct settings *s, const struct settings_http *to, const struct http_request *r,
	    struct http_answer *out, char *err, size_t size);
/* text as it may stand in a query, appended. */
void	http_escape(struct buf *out, const char *text);
/* The sentence of an answer that is no success: a problem's detail, or what there is of the body. */
const char *http_complaint(const struct http_answer *answer, char *out, size_t size);

#endif
