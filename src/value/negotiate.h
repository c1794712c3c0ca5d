/*
 * negotiate.h: which media type a request is in (Content-Type, RFC 9110 8.3)
 * and which one its answer shall have (Accept, RFC 9110 12.5.1). Pure, without
 * allocation; what can be chosen is the caller's table of offers.
 */
#ifndef VALUE_NEGOTIATE_H
#define VALUE_NEGOTIATE_H

#include <stddef.h>

/* One media type that can be chosen, in the order of preference. */
struct offer {
	const char	*type;		/* "application/transit+json": lower case, no parameters */
	const char	*parameter;	/* ";verbose=true", unlike others of its type; or NULL */
	const void	*what;		/* the caller's: its codec */
};

/* More offers than this are not looked at. */
#define NEGOTIATE_OFFERS_MAX	16

/* What a Content-Type came to, and why it cannot be taken, to be told to the client. */
#define NEGOTIATE_RESULTS(X)								\
	X(NEGOTIATE_OK, "")								\
	X(NEGOTIATE_ABSENT, "The body has no Content-Type")				\
	X(NEGOTIATE_MALFORMED, "The Content-Type is not of the form type/subtype; name=value")	\
	X(NEGOTIATE_UNKNOWN, "This media type is not accepted here")			\
	X(NEGOTIATE_CHARSET, "Only charset utf-8 and us-ascii are accepted")

enum negotiate_result {
#define X(result, text) result,
	NEGOTIATE_RESULTS(X)
#undef X
};

/* "The body has no Content-Type", … */
const char	*negotiate_reason(enum negotiate_result result);
/*
 * The offer that a Content-Type names, whatever its case; parameters other than charset do not
 * matter (but an offer's own parameter selects it). header NULL or blank: NEGOTIATE_ABSENT. *out is
 * set only where the result is NEGOTIATE_OK.
 */
enum negotiate_result negotiate_content_type(const char *header, size_t len,
		    const struct offer *offers, size_t n, const struct offer **out);
/*
 * The offer an Accept prefers: the highest q; of equals the one named most exactly, then the one
 * named first, then the first offer. header NULL or blank: the first offer. NULL: nothing here is
 * acceptable. Several Accept lines are joined by commas by the caller. Parameters that tell no
 * offers apart (charset and others) are ignored, elements that cannot be parsed match nothing.
 */
const struct offer *negotiate_accept(const char *header, size_t len, const struct offer *offers,
		    size_t n);

#endif
