/*
 * tailer.h: the tailer's entry.
 */
#ifndef TAILER_TAILER_H
#define TAILER_TAILER_H

struct proc;

/* Runs until told to stop; returns the exit status. */
int	tailer_run(struct proc *p);

#endif
