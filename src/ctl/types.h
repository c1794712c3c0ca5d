/*
 * types.h: media types as options name them, and documents of them on standard
 * output.
 */
#ifndef CTL_TYPES_H
#define CTL_TYPES_H

#include <stddef.h>

#include "ctl/ctl.h"
#include "value/codec.h"

/* The codec of a name ("transit" is transit-json), or NULL with what there is said on stderr. */
const struct codec *type_of(const struct ctl_command *self, const char *name);
/* The codec of a Content-Type (parameters apart), or NULL. */
const struct codec *type_of_media(const char *media);
/* "Accept" or "Content-Type" of a codec: its type with its parameter. */
void	types_media(const struct codec *codec, char *out, size_t size);
/*
 * A document of a type as it came; text gets a newline, and what is binary is shown as EDN on a terminal. codec NULL:
 * unknown, as it came.
 */
void	types_print(const struct codec *codec, const void *data, size_t len);

#endif
