/*
 * shelf.h: what is registered, as the registrar keeps it: a table to judge by,
 * beside the shared memory that the workers read. Where records come from is
 * topic.c's and files.c's concern.
 */
#ifndef REGISTRAR_SHELF_H
#define REGISTRAR_SHELF_H

#include "command/registry.h"
#include "daemon/proc.h"
#include "daemon/registry_log.h"

struct shelf {
	struct proc		*proc;
	struct registry_log	 log;
	struct registry		*registry;
};

/* Take over what a registrar before left in the memory. */
void	shelf_open(struct shelf *s, struct proc *p);
void	shelf_close(struct shelf *s);
/* Take a record for good, so that the workers see it, or do not. *full: it was taken by nobody for want of room. */
enum registry_verdict shelf_take(struct shelf *s, const struct registry_record *rec, bool *full);
/* Is there room for one of this size? */
bool	shelf_has_room(const struct shelf *s, size_t bytes);
void	shelf_state(struct shelf *s, enum registry_state state);
/* Can a schema be used? Else a sentence, in *why. */
bool	shelf_sound(struct shelf *s, const struct registry_record *rec, char *why, size_t size);

#endif
