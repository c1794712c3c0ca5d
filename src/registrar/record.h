/*
 * record.h: a change of a schema as it stands on the topic of the schemas: a
 * JSON object, so that anyone can read it. docs/schemas.md says its members.
 */
#ifndef REGISTRAR_RECORD_H
#define REGISTRAR_RECORD_H

#include "command/registry.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/id.h"

/* The Kafka key, unlike that of any other record, so that compaction keeps all: ACTION/VERSION/ID. */
void	record_key(struct buf *out, const struct registry_record *rec, const struct id *id);
/* The value; rec->text is JSON already. */
void	record_value(struct buf *out, const struct registry_record *rec, const struct id *id);
/*
 * Read a value. Texts point into the arena. 0, or -1 with *why a sentence (in the arena, or constant). offset and
 * from_file are the caller's.
 */
int	record_read(const void *value, size_t len, struct arena *a, struct registry_record *rec, struct id *id,
	    const char **why);

#endif
