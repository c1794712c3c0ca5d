/*
 * rollback.h: an upgrade that fails is taken back. The image of the master that
 * this one replaced is kept open until the new generation runs. Where that does
 * not come to be, the former image is executed again, so that what goes on is
 * supervised, and started again, by the binary that it is of.
 */
#ifndef MASTER_ROLLBACK_H
#define MASTER_ROLLBACK_H

#include "master/master.h"

/*
 * The generation that a reload was for is given up: execute the former image, which then tells why. Returns where
 * there is none, where it is the same file as ours, or where it cannot be executed (logged): we go on ourselves.
 */
void	rollback(struct master *m, const char *why);
/* The new generation runs: there is no way back any more. */
void	rollback_forget(struct master *m);
/* All of the former image's state is here: keep of that image what a way back needs. */
void	rollback_settle(struct master *m);
/* The image that this generation's roles are of; a descriptor for fexecve. */
int	rollback_image(const struct master *m, const struct generation *g);

#endif
