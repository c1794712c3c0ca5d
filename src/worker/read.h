/*
 * read.h: GET /commands/ID and GET /events/ID: one record from the index. Where
 * it is not there yet though it may be on the log, or has no child yet though
 * one is waited for, the answer is held, bounded, until the index has gone on.
 *
 * The index is asked within the loop: a question by id is a handful of pages,
 * whatever the index holds.
 */
#ifndef WORKER_READ_H
#define WORKER_READ_H

#include "index/reader.h"
#include "worker/exchange.h"
#include "worker/submit.h"

/* Children listed with a command; more are at /events?parent=ID. */
#define READ_CHILDREN	1000

void	read_command(struct exchange *x);
void	read_event(struct exchange *x);
/* The client hung up while its answer was held. */
void	read_gone(struct exchange *x);

/* The worker's index; NULL: the problem is noted in x (404 where it is switched off, else 503). */
struct index_reader *read_index(struct exchange *x);
/* submit_find_fn: arg is the worker. */
bool	read_first_event(void *arg, const struct id *parent, struct submit_event *out);
/* What went wrong with a question, noted in x. */
void	read_failed(struct exchange *x, enum index_result r);

#endif
