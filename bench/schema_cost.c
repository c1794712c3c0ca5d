/*
 * schema_cost.c: what a schema of 20 properties costs: nanoseconds to compile it, to compare data of a command with it, to
 * give that its types, to refuse data; bytes that the program takes; microseconds to compare two versions.
 *
 *	schema_cost [ROUNDS]
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "command/schema/schema.h"
#include "value/json.h"

#define SCHEMAS	10000

/* An order, as a shop may write it. */
static const char schema_text[] =
	"{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"title\":\"An order\",\"type\":\"object\","
	"\"required\":[\"order-id\",\"customer-id\",\"placed-at\",\"currency\",\"lines\",\"total\"],"
	"\"additionalProperties\":false,\"properties\":{"
	"\"order-id\":{\"type\":\"string\",\"format\":\"uuid\",\"x-edn-type\":\"uuid\"},"
	"\"customer-id\":{\"type\":\"string\",\"format\":\"uuid\",\"x-edn-type\":\"uuid\"},"
	"\"placed-at\":{\"type\":\"string\",\"format\":\"date-time\",\"x-edn-type\":\"inst\"},"
	"\"currency\":{\"type\":\"string\",\"pattern\":\"^[A-Z]{3}$\"},"
	"\"status\":{\"enum\":[\"new\",\"paid\",\"sent\"],\"x-edn-type\":\"keyword\"},"
	"\"total\":{\"type\":\"number\",\"minimum\":0,\"multipleOf\":0.01,\"x-edn-type\":\"bigdec\"},"
	"\"discount\":{\"type\":\"number\",\"minimum\":0,\"maximum\":100},"
	"\"email\":{\"type\":\"string\",\"format\":\"email\",\"maxLength\":254},"
	"\"phone\":{\"type\":\"string\",\"minLength\":5,\"maxLength\":30},"
	"\"name\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":200},"
	"\"street\":{\"type\":\"string\",\"maxLength\":200},"
	"\"city\":{\"type\":\"string\",\"maxLength\":100},"
	"\"postcode\":{\"type\":\"string\",\"pattern\":\"^[0-9A-Z -]{3,10}$\"},"
	"\"country\":{\"type\":\"string\",\"minLength\":2,\"maxLength\":2},"
	"\"gift\":{\"type\":\"boolean\"},"
	"\"note\":{\"type\":[\"string\",\"null\"],\"maxLength\":1000},"
	"\"weight\":{\"type\":\"integer\",\"minimum\":0},"
	"\"parcels\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":20},"
	"\"tags\":{\"type\":\"array\",\"items\":{\"type\":\"string\"},\"uniqueItems\":true,\"maxItems\":10},"
	"\"lines\":{\"type\":\"array\",\"minItems\":1,\"items\":{\"$ref\":\"#/$defs/line\"}}},"
	"\"$defs\":{\"line\":{\"type\":\"object\",\"required\":[\"sku\",\"count\"],\"properties\":{"
	"\"sku\":{\"type\":\"string\",\"maxLength\":40},\"count\":{\"type\":\"integer\",\"minimum\":1}}}}}";

static const char data_text[] =
	"{\"order-id\":\"6f1c1f3e-8a3a-4f53-9c3a-0d6d7a2f1b11\",\"customer-id\":\"0b54c0de-4c3f-4c37-a0aa-2f1e5a9a7f10\","
	"\"placed-at\":\"2024-05-17T09:30:00Z\",\"currency\":\"EUR\",\"status\":\"new\",\"total\":119.97,\"discount\":5,"
	"\"email\":\"ada@example.org\",\"phone\":\"+49 30 901820\",\"name\":\"Ada Lovelace\",\"street\":\"Marktplatz 1\","
	"\"city\":\"Berlin\",\"postcode\":\"10115\",\"country\":\"DE\",\"gift\":false,\"note\":null,\"weight\":1200,"
	"\"parcels\":1,\"tags\":[\"spring\",\"books\"],\"lines\":[{\"sku\":\"B-1\",\"count\":2},{\"sku\":\"B-2\",\"count\":1}]}";

static struct arena texts;
static struct value document, next_document, data, bad;
static struct schema *programs[SCHEMAS];
static const struct schema_options options = { .formats = false };

static struct value
json(const char *text)
{
	struct codec_error err;
	struct value v;

	if (json_read((const uint8_t *)text, strlen(text), &codec_request_limits, &texts, &v, &err) == -1) {
		fprintf(stderr, "schema_cost: %s\n", err.text);
		exit(1);
	}
	return v;
}

/* A copy of a text in which one thing is another. */
static struct value
json_changed(const char *text, const char *what, const char *with)
{
	const char *at = strstr(text, what);

	return json(arena_printf(&texts, "%.*s%s%s", (int)(at - text), text, with, at + strlen(what)));
}

static struct schema *
compile(bool formats)
{
	struct schema_options o = options;
	struct schema_errors errors = { 0 };
	struct schema *s;
	struct arena a;

	o.formats = formats;
	arena_init(&a, 0);
	if ((s = schema_compile(&document, &o, &a, &errors)) == NULL) {
		fprintf(stderr, "schema_cost: %s: expected %s, found %s\n", errors.list[0].pointer, errors.list[0].expected,
		    errors.list[0].found);
		exit(1);
	}
	arena_free(&a);
	return s;
}

static void
once(const struct schema *s, char what, struct arena *a)
{
	struct schema_errors errors = { 0 };
	struct value out;
	bool ok = true;

	switch (what) {
	case 'v': ok = schema_validate(s, &data, a, &errors); break;
	case 'c': ok = schema_coerce(s, &data, a, &out, &errors); break;
	case 'b': ok = !schema_validate(s, &bad, a, &errors); break;
	case 'k': ok = schema_compatible(&document, &next_document, a, &errors); break;
	default: schema_free(compile(false));
	}
	if (ok)
		return;
	fprintf(stderr, "schema_cost: %s: expected %s, found %s\n", errors.n > 0 ? errors.list[0].pointer : "",
	    errors.n > 0 ? errors.list[0].expected : "", errors.n > 0 ? errors.list[0].found : "");
	exit(1);
}

/* The median of 9 runs of so many rounds each. */
static double
nanoseconds(const struct schema *s, char what, int rounds)
{
	double took[9];
	struct arena a;

	arena_init(&a, 0);
	for (int run = 0; run < 9; run++) {
		struct timespec from, to;

		clock_gettime(CLOCK_MONOTONIC, &from);
		for (int i = 0; i < rounds; i++) {
			arena_reset(&a);
			once(s, what, &a);
		}
		clock_gettime(CLOCK_MONOTONIC, &to);
		took[run] = ((double)(to.tv_sec - from.tv_sec) * 1e9 + (double)(to.tv_nsec - from.tv_nsec)) / rounds;
		for (int i = run; i > 0 && took[i] < took[i - 1]; i--) {
			double t = took[i];

			took[i] = took[i - 1];
			took[i - 1] = t;
		}
	}
	arena_free(&a);
	return took[4];
}

/* What this process has in memory, in bytes. */
static double
resident(void)
{
	long pages = 0;
	FILE *f = fopen("/proc/self/statm", "r");

	if (f == NULL || fscanf(f, "%*d %ld", &pages) != 1)
		pages = 0;
	if (f != NULL)
		fclose(f);
	return (double)pages * 4096;
}

int
main(int argc, char **argv)
{
	int rounds = argc > 1 ? atoi(argv[1]) : 20000;
	struct schema *plain, *formats;
	double before;

	arena_init(&texts, 0);
	document = json(schema_text);
	next_document = json_changed(schema_text, "\"maxLength\":1000", "\"maxLength\":2000");
	data = json(data_text);
	bad = json_changed(data_text, "\"parcels\":1", "\"parcels\":0");
	plain = compile(false);
	formats = compile(true);
	printf("validate                %8.0f ns\n", nanoseconds(plain, 'v', rounds));
	printf("  with formats asserted %8.0f ns\n", nanoseconds(formats, 'v', rounds));
	printf("coerce                  %8.0f ns\n", nanoseconds(plain, 'c', rounds));
	printf("refuse, one error       %8.0f ns\n", nanoseconds(plain, 'b', rounds));
	printf("compile                 %8.0f ns\n", nanoseconds(plain, 's', rounds / 100 + 1));
	printf("compare two versions    %8.0f ns\n", nanoseconds(plain, 'k', rounds / 100 + 1));
	before = resident();
	for (size_t i = 0; i < SCHEMAS; i++)
		programs[i] = compile(false);
	printf("one program             %8zu bytes; resident, of %d: %.0f each\n", schema_size(plain), SCHEMAS,
	    (resident() - before) / SCHEMAS);
	for (size_t i = 0; i < SCHEMAS; i++)
		schema_free(programs[i]);
	schema_free(plain);
	schema_free(formats);
	arena_free(&texts);
	return 0;
}
