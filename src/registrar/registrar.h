/*
 * registrar.h: the registrar role: keeps the schemas that the data of commands
 * must match, in memory that the workers read.
 */
#ifndef REGISTRAR_REGISTRAR_H
#define REGISTRAR_REGISTRAR_H

#include "daemon/proc.h"

/* Runs until it is told to stop; returns the exit status. */
int	registrar_run(struct proc *p);

#endif
