/*
 * fuzz_schema.c: three lines: a schema in JSON, data in EDN, the next schema in JSON. No crash, no unbounded work; with
 * errors and without the answer is the same; where the next schema is told to take all that the first one takes, it
 * takes this data too.
 */
#include <stdlib.h>
#include <string.h>

#include "command/schema/schema.h"
#include "value/edn.h"
#include "value/json.h"

#define MEMORY	((size_t)64 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct schema_options options = { .formats = true };

/* Up to the end of the line. Returns what follows it. */
static const uint8_t *
line(const uint8_t *p, const uint8_t *end, size_t *len)
{
	const uint8_t *nl = p < end ? memchr(p, '\n', (size_t)(end - p)) : NULL;

	*len = nl != NULL ? (size_t)(nl - p) : (size_t)(end - p);
	return nl != NULL ? nl + 1 : end;
}

static struct schema *
compile(const uint8_t *p, size_t len, struct arena *a, struct value *document)
{
	struct schema_errors errors = { 0 };
	struct codec_error err;
	struct schema *s;

	if (json_read(p, len, &codec_request_limits, a, document, &err) == -1)
		return NULL;
	s = schema_compile(document, &options, a, &errors);
	if ((s == NULL) != (errors.n > 0))
		abort();
	return s;
}

static bool
validate(const struct schema *s, const struct value *v, struct arena *a, bool *given_up)
{
	struct schema_errors errors = { 0 };
	bool ok = schema_validate(s, v, a, &errors);

	if (ok != (errors.n == 0) || ok != schema_validate(s, v, a, NULL))
		abort();
	for (size_t i = 0; i < errors.n; i++) {
		const struct schema_error *e = &errors.list[i];

		if (e->pointer == NULL || e->keyword == NULL || e->schema_pointer == NULL || e->expected == NULL || e->found == NULL)
			abort();
		*given_up = *given_up || strstr(e->found, "too long") != NULL;
	}
	return ok;
}

static void
compare(const struct value *former, const struct value *next, const struct schema *s, const struct value *v, bool valid,
    struct arena *a)
{
	struct schema_errors errors = { 0 };
	bool yes = schema_compatible(former, next, a, &errors), given_up = false;

	if (yes != (errors.n == 0) || !schema_compatible(next, next, a, NULL))
		abort();
	if (yes && valid && !validate(s, v, a, &given_up) && !given_up)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = data + size, *second, *third;
	struct schema *former, *next = NULL;
	struct value document, other, v, out;
	struct schema_errors errors = { 0 };
	struct codec_error err;
	size_t n[3];
	struct arena a;
	bool given_up = false, valid;

	arena_init(&a, MEMORY);
	second = line(data, end, &n[0]);
	third = line(second, end, &n[1]);
	line(third, end, &n[2]);
	if ((former = compile(data, n[0], &a, &document)) != NULL &&
	    edn_read(second, n[1], &codec_request_limits, &a, &v, &err) == 0) {
		valid = validate(former, &v, &a, &given_up);
		if (valid)
			schema_coerce(former, &v, &a, &out, &errors);
		if ((next = compile(third, n[2], &a, &other)) != NULL)
			compare(&document, &other, next, &v, valid, &a);
	}
	schema_free(former);
	schema_free(next);
	arena_free(&a);
	return 0;
}
