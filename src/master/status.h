/*
 * status.h: SIGUSR2: how every role is, in the log.
 */
#ifndef MASTER_STATUS_H
#define MASTER_STATUS_H

#include "master/master.h"

void	status_log(struct master *m);

#endif
