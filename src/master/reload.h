/*
 * reload.h: SIGHUP: the file is checked by the installed binary first; if that
 * is content, this process becomes that binary, which starts a new generation
 * beside the running one.
 */
#ifndef MASTER_RELOAD_H
#define MASTER_RELOAD_H

#include "master/master.h"

/* Check and re-execute. Comes back only where that failed (logged): the running generation goes on. */
void	reload(struct master *m);

#endif
