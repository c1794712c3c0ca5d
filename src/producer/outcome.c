/*
 * outcome.c: what may honestly be said of a record that was not acknowledged.
 * See outcome.h; docs/kafka.md has the same table in prose.
 *
 * librdkafka has an opinion of its own (rd_kafka_message_status), which is not
 * asked: after a leader change it calls records "not persisted" that the former
 * leader had written and replicated. What is asked is whether any Produce
 * request left the process at all since the record was queued.
 */
#include "daemon/kafka.h"
#include "producer/outcome.h"

struct row {
	rd_kafka_resp_err_t	 error;
	enum ipc_nak		 kind;		/* where it is certain that the record is not on the log */
	/* Only the leader's answer to a request that held the record gives this error. */
	bool			 answer;
	const char		*advice;
};

#define SIZE	"raise the topic's max.message.bytes, or lower http.max_body"
#define ACL	"allow cmdr's Kafka user to write to the topic"
#define CREATE	"create the topic, or correct topics.commands"

static const struct row rows[] = {
	{ RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, NAK_TOO_LARGE, true, SIZE },
	{ RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE, NAK_TOO_LARGE, true, SIZE },
	{ RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, NAK_REFUSED, true, ACL },
	{ RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED, NAK_REFUSED, true, ACL },
	{ RD_KAFKA_RESP_ERR_INVALID_RECORD, NAK_REFUSED, true, "the broker's rules for the topic forbid it" },
	{ RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP, NAK_REFUSED, true,
	    "compare the clocks, and the topic's message.timestamp settings" },
	{ RD_KAFKA_RESP_ERR_POLICY_VIOLATION, NAK_REFUSED, true, "a policy of the cluster forbids it" },
	{ RD_KAFKA_RESP_ERR_UNSUPPORTED_COMPRESSION_TYPE, NAK_REFUSED, true,
	    "choose another kafka.compression" },
	{ RD_KAFKA_RESP_ERR_UNSUPPORTED_FOR_MESSAGE_FORMAT, NAK_REFUSED, true,
	    "the topic's message format is too old" },
	{ RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, NAK_REFUSED, false, CREATE },
	{ RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, NAK_REFUSED, false, CREATE },
	{ RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION, NAK_REFUSED, false, CREATE },
	{ RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION, NAK_REFUSED, false, CREATE },
	{ RD_KAFKA_RESP_ERR__AUTHENTICATION, NAK_REFUSED, false, "correct kafka.secrets" },
	{ RD_KAFKA_RESP_ERR__QUEUE_FULL, NAK_FULL, false, "kafka.max_queued and kafka.max_queued_bytes bound it" },
};

static const struct row *
row_of(rd_kafka_resp_err_t error)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].error == error)
			return &rows[i];
	return NULL;
}

/*
 * It can have been in one request at most: only one left, or it is too young to have been sent again, which
 * librdkafka does no sooner than KAFKA_RETRY_MIN_MS after the first attempt failed.
 */
static bool
sent_once(const struct outcome_facts *f)
{
	return f->requests <= 1 || f->age_ms < KAFKA_RETRY_MIN_MS;
}

enum ipc_nak
outcome_of(rd_kafka_resp_err_t error, const struct outcome_facts *f)
{
	const struct row *row = row_of(error);

	if (f->requests == 0)
		return row != NULL ? row->kind : NAK_NOT_SENT;
	/* The one request that can have held it was refused by the one broker that could have written it. */
	if (row == NULL || !row->answer || !sent_once(f))
		return NAK_UNKNOWN;
	/* The limit is on the whole batch, so the others in it are to blame, perhaps. */
	if (row->kind == NAK_TOO_LARGE && !f->alone)
		return NAK_NOT_SENT;
	return row->kind;
}

const char *
outcome_advice(rd_kafka_resp_err_t error)
{
	const struct row *row = row_of(error);

	return row != NULL ? row->advice : "";
}
