/*
 * broker.h: the role that plays Kafka for a first run.
 */
#ifndef BROKER_BROKER_H
#define BROKER_BROKER_H

struct proc;

/* Runs the embedded broker until it is told to stop; returns the exit status. */
int	broker_run(struct proc *p);

#endif
