/*
 * producer.h: the role that writes commands to Kafka.
 */
#ifndef PRODUCER_PRODUCER_H
#define PRODUCER_PRODUCER_H

struct proc;

/* Runs the producer until it is told to stop; returns the exit status. */
int	producer_run(struct proc *p);

#endif
