/*
 * check_wheel.c: src/worker/wheel: no timer is early, none is lost, and timers
 * may set and clear each other while they fire.
 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "util/clock.h"
#include "worker/wheel.h"

#define N	3000

struct probe {
	struct wheel_timer	 t;
	int64_t			 due;	/* clock_ms */
	int			 fired;
	struct probe		*victim;	/* cleared when this fires */
	int			 again;		/* times to set itself once more */
};

static struct event_base *base;
static struct wheel wheel;
static struct probe probes[N];

static void
on_fire(struct wheel_timer *t)
{
	struct probe *p = (void *)((char *)t - offsetof(struct probe, t));

	ck_assert_int_ge(clock_ms(), p->due);
	ck_assert_ptr_null(t->slot);
	p->fired++;
	if (p->victim != NULL)
		wheel_clear(&wheel, &p->victim->t);
	if (p->again-- > 0) {
		p->due = clock_ms();
		wheel_set(&wheel, t, 0);
	}
}

static void
start(void)
{
	base = event_base_new();
	wheel_init(&wheel, base);
	memset(probes, 0, sizeof(probes));
	for (int i = 0; i < N; i++)
		probes[i].t.fire = on_fire;
}

static void
stop(void)
{
	wheel_free(&wheel);
	event_base_free(base);
}

static void
set(struct probe *p, int64_t ms)
{
	p->due = clock_ms() + ms;
	wheel_set(&wheel, &p->t, ms);
}

START_TEST(timers_fire_once_and_not_early)
{
	srand(1);
	for (int i = 0; i < N; i++)
		set(&probes[i], rand() % 400);
	/* Set again, later and earlier; and cleared. */
	for (int i = 0; i < N; i += 3)
		set(&probes[i], rand() % 400);
	for (int i = 1; i < N; i += 3)
		wheel_clear(&wheel, &probes[i].t);
	event_base_dispatch(base);
	for (int i = 0; i < N; i++)
		ck_assert_int_eq(probes[i].fired, i % 3 != 1);
}
END_TEST

START_TEST(timers_may_touch_each_other_while_they_fire)
{
	int pairs = 0;

	/* Two of the same tick clear each other: exactly one fires. */
	for (int i = 0; i + 1 < 200; i += 2) {
		probes[i].victim = &probes[i + 1];
		probes[i + 1].victim = &probes[i];
		set(&probes[i], 50);
		set(&probes[i + 1], 50);
	}
	probes[500].again = 5;
	set(&probes[500], 0);
	event_base_dispatch(base);
	for (int i = 0; i + 1 < 200; i += 2)
		pairs += probes[i].fired + probes[i + 1].fired == 1;
	ck_assert_int_eq(pairs, 100);
	ck_assert_int_eq(probes[500].fired, 6);
}
END_TEST

START_TEST(a_round_of_the_wheel_is_no_end)
{
	/* Both stand in one slot, a round apart; the far one must not fire with the near one. */
	set(&probes[0], WHEEL_TICK * 2);
	set(&probes[1], WHEEL_TICK * 2 + (int64_t)WHEEL_TICK * WHEEL_SLOTS);
	while (probes[0].fired == 0)
		event_base_loop(base, EVLOOP_ONCE);
	ck_assert_int_eq(probes[1].fired, 0);
	ck_assert_ptr_nonnull(probes[1].t.slot);
	wheel_clear(&wheel, &probes[1].t);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("wheel");
	TCase *t = tcase_create("wheel");
	SRunner *r;
	int failed;

	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, start, stop);
	tcase_add_test(t, timers_fire_once_and_not_early);
	tcase_add_test(t, timers_may_touch_each_other_while_they_fire);
	tcase_add_test(t, a_round_of_the_wheel_is_no_end);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
