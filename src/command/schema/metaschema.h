/*
 * metaschema.h: the schemas of schemas: what the two drafts publish, as text in
 * metaschemas.json, and programs made of it.
 */
#ifndef COMMAND_SCHEMA_METASCHEMA_H
#define COMMAND_SCHEMA_METASCHEMA_H

#include "command/schema/program.h"

#define METASCHEMA_2020	"https://json-schema.org/draft/2020-12/schema"
#define METASCHEMA_7	"http://json-schema.org/draft-07/schema"

/* The document of this URI, read into the arena; NULL: it is none of them. */
const struct value *metaschema_document(const char *uri, struct arena *a);
/* What a schema of this draft must match; made once in a process. */
const struct schema *metaschema_program(enum draft draft);

#endif
