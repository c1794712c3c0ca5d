/*
 * examples_recode.c: reads Fressian in hex, a message a line, with the codec of the C
 * example, and prints what that writes for the value, or "error: ...". It serves
 * examples_vectors.sh.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fressian_lite.h"

static unsigned
digit(char c)
{
	return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10) & 15;
}

static void
unhex(const char *line, uint8_t *out, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		out[i] = (uint8_t)(digit(line[2 * i]) << 4 | digit(line[2 * i + 1]));
}

static void
recode(struct fl_arena *arena, struct fl_buf *out, const uint8_t *p, size_t n)
{
	const struct fl_value *v;
	const char *error;
	size_t i;

	fl_arena_reset(arena);
	out->n = 0;
	if ((v = fl_read(arena, p, n, &error)) == NULL) {
		printf("error: %s\n", error);
		return;
	}
	if (!fl_write(out, v)) {
		puts("error: the value is too long or too deep to write");
		return;
	}
	for (i = 0; i < out->n; i++)
		printf("%02x", out->data[i]);
	putchar('\n');
}

int
main(void)
{
	struct fl_arena arena = { 0 };
	struct fl_buf out = { 0 };
	char *line = NULL;
	uint8_t *message;
	size_t size = 0;

	while (getline(&line, &size, stdin) > 0) {
		/* Exactly as long as the message, so that a sanitizer sees one byte more. */
		size_t n = strcspn(line, "\n") / 2;

		if ((message = malloc(n + (n == 0))) == NULL)
			return 1;
		unhex(line, message, n);
		recode(&arena, &out, message, n);
		free(message);
	}
	free(line);
	free(out.data);
	fl_arena_free(&arena);
	return 0;
}
