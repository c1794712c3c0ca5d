/*
 * report.h: how every process, Kafka and the index are, as members of a JSON
 * object, from the children and the scoreboard. status.h says the same in the
 * log. PROTOCOL describes the members.
 */
#ifndef MASTER_REPORT_H
#define MASTER_REPORT_H

#include "master/master.h"
#include "util/jsonw.h"

void	report_status(struct master *m, struct jsonw *w);
/* "ready": the newest generation runs and so does each of its processes; "checks" with what does not. */
void	report_ready(struct master *m, struct jsonw *w);

#endif
