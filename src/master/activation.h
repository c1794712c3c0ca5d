/*
 * activation.h: listening sockets that whoever started us has opened already
 * (socket activation of systemd, sd_listen_fds(3)'s protocol, without
 * libsystemd). They become listeners that no generation uses yet, which
 * listen_bind then finds instead of binding an address itself.
 */
#ifndef MASTER_ACTIVATION_H
#define MASTER_ACTIVATION_H

#include "master/master.h"

#define ACTIVATION_FIRST	3	/* the descriptor that the passed ones begin at */

/*
 * Take what LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES tell of, and unset them. Before anything else is
 * opened, and before the fork of a start as a daemon: LISTEN_PID is the process that was executed. first
 * is ACTIVATION_FIRST but in tests. Logs nothing: there is no log yet.
 */
void	activation_take(int first);
/* Make listeners of them; what is no listening stream socket is logged and closed. */
void	activation_offer(struct master *m);
/* Log and close those that the first generation's configuration does not name. Behind its listen_bind. */
void	activation_close_unnamed(struct master *m, unsigned generation);

#endif
