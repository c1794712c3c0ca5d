/*
 * codec.c: the limits and the errors of readers. See codec.h; the table stands in codecs.c.
 */
#include <stdarg.h>
#include <stdio.h>

#include "value/codec.h"

const struct codec_limits codec_request_limits = { .depth = 100 };
const struct codec_limits codec_event_limits = { .depth = 256 };

static const char *const class_names[] = {
	"E_NONE",
#define X(class, doc) #class,
	CODEC_CLASSES(X)
#undef X
};

const char *
codec_class_name(enum codec_class class)
{
	return class_names[class];
}

static void
fill(struct codec_error *err, enum codec_class class, size_t offset, const char *fmt, va_list ap)
{
	err->class = class;
	err->offset = offset;
	err->line = err->column = 0;
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
}

int
codec_fail(struct codec_error *err, enum codec_class class, size_t offset, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fill(err, class, offset, fmt, ap);
	va_end(ap);
	return -1;
}

int
codec_fail_text(struct codec_error *err, enum codec_class class, const uint8_t *in, size_t offset,
    const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fill(err, class, offset, fmt, ap);
	va_end(ap);
	err->line = err->column = 1;
	for (size_t i = 0; i < offset; i++) {
		if (in[i] == '\n') {
			err->line++;
			err->column = 1;
		} else if ((in[i] & 0xC0) != 0x80) {
			err->column++;
		}
	}
	return -1;
}
