/*
 * check_rates.c: src/daemon/rates.c: buckets against a model of them, many clients in one table, several at once.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "daemon/rates.h"

#define S		INT64_C(1000000000)
#define CLIENTS		50
#define THREADS		4
#define EACH		20000

static struct rates r;

static void
setup(void)
{
	memset(&r, 0, sizeof(r));
}

START_TEST(a_burst_then_the_rate)
{
	int64_t now = 5 * S, wait;

	for (int i = 0; i < 10; i++)
		ck_assert_int_eq(rates_take(&r, 7, 2, 10, now), 0);
	wait = rates_take(&r, 7, 2, 10, now);
	ck_assert_int_eq(wait, S / 2);
	/* What was refused cost nothing. */
	ck_assert_int_eq(rates_take(&r, 7, 2, 10, now), wait);
	ck_assert_int_eq(rates_take(&r, 7, 2, 10, now + wait - 1), 1);
	ck_assert_int_eq(rates_take(&r, 7, 2, 10, now + wait), 0);
	ck_assert_int_gt(rates_take(&r, 7, 2, 10, now + wait), 0);
	/* Never more than the burst, however long the pause. */
	now += 1000 * S;
	for (int i = 0; i < 10; i++)
		ck_assert_int_eq(rates_take(&r, 7, 2, 10, now), 0);
	ck_assert_int_gt(rates_take(&r, 7, 2, 10, now), 0);
	ck_assert_int_eq(rates_take(&r, 8, 2, 10, now), 0);
	ck_assert_int_eq(rates_take(&r, 0, 2, 10, now), 0);
}
END_TEST

START_TEST(what_is_owed_is_paid_first)
{
	int64_t now = 5 * S;

	/* The smallest bucket: what a batch costs beside its first is owed though nothing is left. */
	ck_assert_int_eq(rates_take(&r, 7, 1, 1, now), 0);
	rates_owe(&r, 7, 1, 99, now);
	ck_assert_int_eq(rates_take(&r, 7, 1, 1, now), 100 * S);
	ck_assert_int_eq(rates_take(&r, 7, 1, 1, now + 99 * S), S);
	ck_assert_int_eq(rates_take(&r, 7, 1, 1, now + 100 * S), 0);
	rates_owe(&r, 7, 1, 0, now + 100 * S);
	ck_assert_int_eq(rates_take(&r, 7, 1, 1, now + 101 * S), 0);
}
END_TEST

START_TEST(debts_do_not_overflow)
{
	int64_t wait, now = INT64_MAX / 4;

	for (int i = 0; i < 1000000; i++)
		rates_owe(&r, 7, 1, 100000, now);
	wait = rates_take(&r, 7, 1, 1000000, now);
	ck_assert_int_gt(wait, 0);
	ck_assert_int_le(wait, 30 * 24 * 3600 * S);
	/* Retry-After is an unsigned number of seconds. */
	ck_assert_int_lt(wait / S, 1 << 30);
	ck_assert_int_eq(rates_take(&r, 7, 1, 1000000, now + wait), 0);
}
END_TEST

/* The bounds of the configuration. */
START_TEST(the_widest_settings)
{
	static const unsigned rows[][2] = { { 1, 1 }, { 1, 1000000 }, { 1000000, 1 }, { 1000000, 1000000 }, { 3, 7 }, { 999999, 13 } };
	unsigned rate = rows[_i][0], burst = rows[_i][1], n = 0;
	int64_t now = S, wait;

	while ((wait = rates_take(&r, 7, rate, burst, now)) == 0)
		n++;
	ck_assert_uint_eq(n, burst);
	ck_assert_int_le(wait, S / rate + 1);
	ck_assert_int_eq(rates_take(&r, 7, rate, burst, now + wait), 0);
}
END_TEST

/* Buckets that hold tokens, as anyone would write them: in units of a billionth, so that nothing is rounded. */
struct model {
	int64_t	tokens, at;
};

static bool
model_take(struct model *m, int64_t rate, int64_t burst, int64_t now)
{
	const int64_t each = S / rate;

	m->tokens += now - m->at;
	m->at = now;
	if (m->tokens > burst * each)
		m->tokens = burst * each;
	if (m->tokens < each)
		return false;
	m->tokens -= each;
	return true;
}

START_TEST(as_the_model_has_it)
{
	struct model m[CLIENTS];
	int64_t now = S;
	unsigned let = 0, refused = 0;

	srand((unsigned)_i + 1);
	for (int i = 0; i < CLIENTS; i++)
		m[i] = (struct model){ (i + 1) * (S / (1 + i * 3)), now };
	for (int i = 0; i < 100000; i++) {
		int c = rand() % CLIENTS;
		unsigned rate = 1 + (unsigned)c * 3, burst = (unsigned)c + 1;
		bool in = rates_take(&r, 1000 + (uint64_t)c, rate, burst, now) == 0;

		ck_assert_msg(in == model_take(&m[c], rate, burst, now), "step %d, client %d", i, c);
		if (in && rand() % 10 == 0) {
			unsigned n = (unsigned)rand() % 20;

			rates_owe(&r, 1000 + (uint64_t)c, rate, n, now);
			m[c].tokens -= n * (S / rate);
		}
		let += in ? 1 : 0;
		refused += in ? 0 : 1;
		now += rand() % 4000000;
	}
	ck_assert_uint_gt(let, 100);
	ck_assert_uint_gt(refused, 100);
}
END_TEST

START_TEST(clients_who_meet_keep_their_own)
{
	/* Eight that want one place, and one more: it takes the place that is free first, which is not the debtor's. */
	rates_owe(&r, 5, 1, 1000, S);
	for (uint64_t i = 1; i < 8; i++)
		ck_assert_int_eq(rates_take(&r, 5 + i * RATES_PLACES, 1, 1, S), 0);
	for (uint64_t i = 1; i < 8; i++)
		ck_assert_int_gt(rates_take(&r, 5 + i * RATES_PLACES, 1, 1, S), 0);
	for (uint64_t i = 8; i < 1000; i++)
		ck_assert_int_eq(rates_take(&r, 5 + i * RATES_PLACES, 1, 1, S), 0);
	ck_assert_int_gt(rates_take(&r, 5, 1, 1, S), 0);
	ck_assert_int_eq(rates_take(&r, UINT64_MAX, 1, 1, S), 0);
	ck_assert_int_gt(rates_take(&r, UINT64_MAX, 1, 1, S), 0);
}
END_TEST

static void *
many(void *arg)
{
	unsigned *let = arg;

	for (int i = 0; i < EACH; i++)
		*let += rates_take(&r, 7, 1, 1000, S) == 0;
	return NULL;
}

START_TEST(several_at_once_share_one_bucket)
{
	unsigned let[THREADS] = { 0 }, all = 0;
	pthread_t t[THREADS];

	/* The client has its place: two that both make one lose count for that once. */
	ck_assert_int_eq(rates_take(&r, 7, 1, 1000, S), 0);
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&t[i], NULL, many, &let[i]), 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(t[i], NULL);
	for (int i = 0; i < THREADS; i++)
		all += let[i];
	ck_assert_uint_eq(all, 999);
}
END_TEST

static void *
borrow(void *arg)
{
	(void)arg;
	for (int i = 0; i < EACH; i++)
		rates_owe(&r, 7, 1000, 3, S);
	return NULL;
}

START_TEST(debts_of_several_add_up)
{
	pthread_t t[THREADS];

	ck_assert_int_eq(rates_take(&r, 7, 1000, 1, S), 0);
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&t[i], NULL, borrow, NULL), 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(t[i], NULL);
	ck_assert_int_eq(rates_take(&r, 7, 1000, 1, S), (THREADS * EACH * 3 + 1) * (S / 1000));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("rates");
	TCase *t = tcase_create("rates");
	SRunner *sr;
	int failed;

	tcase_set_timeout(t, 120);
	tcase_add_checked_fixture(t, setup, NULL);
	tcase_add_test(t, a_burst_then_the_rate);
	tcase_add_test(t, what_is_owed_is_paid_first);
	tcase_add_test(t, debts_do_not_overflow);
	tcase_add_loop_test(t, the_widest_settings, 0, 6);
	tcase_add_loop_test(t, as_the_model_has_it, 0, 3);
	tcase_add_test(t, clients_who_meet_keep_their_own);
	tcase_add_test(t, several_at_once_share_one_bucket);
	tcase_add_test(t, debts_of_several_add_up);
	suite_add_tcase(s, t);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? 0 : 1;
}
