/*
 * outcome.h: what may honestly be said of a record that was not acknowledged.
 * Pure: librdkafka's error codes in, an enum ipc_nak out.
 */
#ifndef PRODUCER_OUTCOME_H
#define PRODUCER_OUTCOME_H

#include <stdbool.h>
#include <stdint.h>

#include <librdkafka/rdkafka.h>

#include "daemon/ipc.h"

/* What is known besides the error when a record's delivery report comes. */
struct outcome_facts {
	/* Produce requests that left the process between just before the record was queued and now. */
	uint64_t	requests;
	/* How long ago it was queued, in ms. */
	int64_t		age_ms;
	/* The report is for this record and no other. */
	bool		alone;
};

/* Never says that a record is not on the log unless that is certain. */
enum ipc_nak	 outcome_of(rd_kafka_resp_err_t error, const struct outcome_facts *facts);
/* What an operator should know or do about an error, as the end of a sentence; "" if nothing comes to mind. */
const char	*outcome_advice(rd_kafka_resp_err_t error);

#endif
