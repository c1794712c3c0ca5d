/*
 * types.c: media types as options name them. See types.h.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "ctl/screen.h"
#include "ctl/types.h"
#include "util/arena.h"
#include "util/buf.h"

const struct codec *
type_of(const struct ctl_command *self, const char *name)
{
	const struct codec *codec = codec_by_name(strcmp(name, "transit") == 0 ? "transit-json" : name);
	char known[256] = "";

	if (codec != NULL)
		return codec;
	for (size_t i = 0; i < codecs_count; i++) {
		size_t n = strlen(known);

		snprintf(known + n, sizeof(known) - n, " %s", codecs[i].name);
	}
	ctl_usage(self, "there is no type %s; there are%s", name, known);
	return NULL;
}

const struct codec *
type_of_media(const char *media)
{
	size_t len = strcspn(media, "; ");

	for (size_t i = 0; i < codecs_count; i++)
		if (strlen(codecs[i].type) == len && strncasecmp(codecs[i].type, media, len) == 0)
			return &codecs[i];
	return NULL;
}

void
types_media(const struct codec *codec, char *out, size_t size)
{
	snprintf(out, size, "%s%s", codec->type, codec->parameter != NULL ? codec->parameter : "");
}

/* False where it cannot be read. */
static int
as_edn(const struct codec *codec, const void *data, size_t len, struct buf *out)
{
	struct codec_error err;
	struct arena arena;
	struct value v;
	int ok;

	arena_init(&arena, 0);
	ok = codec->read(data, len, &codec_event_limits, &arena, &v, &err) == 0 &&
	    codec_by_name("edn")->write(out, &v, &err) == 0;
	arena_free(&arena);
	return ok;
}

void
types_print(const struct codec *codec, const void *data, size_t len)
{
	const char *text = data;
	struct buf out = { 0 };

	if (codec != NULL && !codec->text && screen_is_tty() && as_edn(codec, data, len, &out)) {
		screen_put((const char *)out.data, out.len);
		putchar('\n');
	} else {
		screen_put(text, len);
		if ((codec == NULL || codec->text) && len > 0 && text[len - 1] != '\n')
			putchar('\n');
	}
	buf_free(&out);
}
