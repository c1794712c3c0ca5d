/*
 * files.h: the schemas of schemas.dir, one file for each action.
 */
#ifndef REGISTRAR_FILES_H
#define REGISTRAR_FILES_H

#include "registrar/shelf.h"

/*
 * Put the schemas of every file on the shelf, but those that a registrar before put there. 0, or -1 where one
 * cannot be used (every such file is told in the log).
 */
int	files_load(struct shelf *s, const char *dir);

#endif
