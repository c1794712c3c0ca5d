/*
 * indexer.h: the indexer role: both topics, from their beginning, into the
 * index.
 */
#ifndef INDEXER_INDEXER_H
#define INDEXER_INDEXER_H

#include "daemon/proc.h"

/* Runs until it is told to stop; returns the exit status. */
int	indexer_run(struct proc *p);

#endif
