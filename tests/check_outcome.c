/*
 * check_outcome.c: what may be said of a record that failed.
 */
#include <check.h>

#include "producer/outcome.h"

#define TOO_LARGE	RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE
#define FORBIDDEN	RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED
#define NO_TOPIC	RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART
#define TIMED_OUT	RD_KAFKA_RESP_ERR__MSG_TIMED_OUT

static const struct {
	rd_kafka_resp_err_t	error;
	struct outcome_facts	facts;		/* requests, age in ms, alone */
	enum ipc_nak		expected;
} rows[] = {
	/* Nothing left the process: certain. */
	{ TIMED_OUT, { 0, 10000, true }, NAK_NOT_SENT },
	{ RD_KAFKA_RESP_ERR__TRANSPORT, { 0, 10000, false }, NAK_NOT_SENT },
	{ RD_KAFKA_RESP_ERR__PURGE_QUEUE, { 0, 5, false }, NAK_NOT_SENT },
	{ RD_KAFKA_RESP_ERR__QUEUE_FULL, { 0, 0, true }, NAK_FULL },
	{ TOO_LARGE, { 0, 0, true }, NAK_TOO_LARGE },
	{ NO_TOPIC, { 0, 3000, false }, NAK_REFUSED },
	{ RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, { 0, 0, true }, NAK_REFUSED },
	/* Something did. */
	{ TIMED_OUT, { 1, 10000, true }, NAK_UNKNOWN },
	{ RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, { 1, 10, true }, NAK_UNKNOWN },
	{ RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, { 1, 10, true }, NAK_UNKNOWN },
	{ NO_TOPIC, { 1, 10, true }, NAK_UNKNOWN },
	{ RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, { 1, 10, true }, NAK_UNKNOWN },
	/* A refusal is certain if it can only be the answer to the record's first request. */
	{ FORBIDDEN, { 1, 9000, false }, NAK_REFUSED },
	{ FORBIDDEN, { 50, 20, false }, NAK_REFUSED },
	{ FORBIDDEN, { 50, 200, false }, NAK_UNKNOWN },
	{ TOO_LARGE, { 1, 9000, true }, NAK_TOO_LARGE },
	{ TOO_LARGE, { 50, 20, true }, NAK_TOO_LARGE },
	{ TOO_LARGE, { 50, 20, false }, NAK_NOT_SENT },
	{ TOO_LARGE, { 50, 200, true }, NAK_UNKNOWN },
};

START_TEST(rows_hold)
{
	ck_assert_int_eq(outcome_of(rows[_i].error, &rows[_i].facts), rows[_i].expected);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("outcome");
	TCase *tc = tcase_create("outcome");
	SRunner *r;
	int failed;

	tcase_add_loop_test(tc, rows_hold, 0, (int)(sizeof(rows) / sizeof(rows[0])));
	suite_add_tcase(s, tc);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
