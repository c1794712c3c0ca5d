/*
 * reload.h: a reload, asked for by SIGHUP or cmdrctl: the file is checked by
 * the installed binary first; if that is content, this process becomes that
 * binary, which starts a new generation beside the running one.
 */
#ifndef MASTER_RELOAD_H
#define MASTER_RELOAD_H

#include "master/master.h"

/*
 * Begin one, or remember to when one is under way or the generation before the last still drains. Returns its number:
 * m->reload says what became of it. Once the check has ended well, another image goes on.
 */
unsigned	 reload(struct master *m);
/* A process has ended that is no role's: the check? */
void		 reload_reaped(struct master *m, pid_t pid, int status);
/* The reload under way has ended: the new generation runs (why NULL), or the former one goes on because of why. */
void		 reload_ended(struct master *m, const char *why);
/* A generation has ended: begin the reload that is remembered, if one is. */
void		 reload_again(struct master *m);
/* "none", "checking", "starting", "done", "failed" */
const char	*reload_state_name(enum reload_state state);

#endif
