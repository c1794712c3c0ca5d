/*
 * program_new.h: a program of a document that was not compared with its
 * metaschema, or need not be.
 */
#ifndef COMMAND_SCHEMA_PROGRAM_NEW_H
#define COMMAND_SCHEMA_PROGRAM_NEW_H

#include "command/schema/program.h"

/* As schema_compile, but for the comparison. */
struct schema	*program_new(const struct value *document, const struct schema_options *o, struct arena *a,
		    struct schema_errors *errors);

#endif
