/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>
#include "lib/cleanup.h"
#include "lib/rng.h"
#include "lib/text.h"
#include "workloads/swapstorm/swapstorm-file.h"
#include "workloads/swapstorm/swapstorm-gremlin.h"

/* Gremlins of the kernel: swap devices, the balancer, suspend. */

#define SWAPS_MS 3000
#define SWAPOFF_MS 30000	/* a slot that was lost is told in the end */
#define TUNER_MS 300
#define SUSPEND_MS 4000
#define WATERMARK_MAX 10

#define POWER "/sys/power"

static void device_renew(struct storm *s, const struct swap_device *d, struct rng *r)
{
	struct err e;
	int rc = swap_off(d, SWAPOFF_MS, &e);

	if (rc == -ENOMEM || rc == -ETIMEDOUT) {
		board_count(s->board, COUNT_SWAPOFFS_REFUSED, 1);
		storm_say("%s", e.msg);
		return;
	}
	if (rc) {
		board_fail(s->board, &e);
		return;
	}
	board_count(s->board, COUNT_SWAPOFFS, 1);
	storm_nap(r, 20);
	if (swap_on(d, &e))
		board_fail(s->board, &e);
}

void gremlin_swaps(struct storm *s, struct rng *r)
{
	while (!gremlin_nap(s, r, SWAPS_MS)) {
		/* The ballast waits for it, and it for the ballast. */
		atomic_store(&s->board->swapping, true);
		while (atomic_load(&s->board->tight) && !gremlin_wait(s, 20))
			continue;
		device_renew(s, &s->swaps.devices[rng_below(r, s->swaps.n)], r);
		atomic_store(&s->board->swapping, false);
	}
}

/*
 * Sometimes it gets hardly any time of a CPU: then much happens between its looks at a
 * slot. It is another thread each time that it is turned on.
 */
static void balancer_hurry(struct rng *r, bool tight)
{
	static const int hurried[] = { -10, 0, 10 }, slow[] = { 5, 10, 15, 19 };
	pid_t pid = balancer_pid();
	int nice = tight ? slow[rng_below(r, ARRAY_SIZE(slow))] :
			   hurried[rng_below(r, ARRAY_SIZE(hurried))];

	if (pid)
		setpriority(PRIO_PROCESS, (id_t)pid, nice);
}

static void balancer_tune(struct rng *r, bool tight)
{
	unsigned watermark = (unsigned)rng_below(r, WATERMARK_MAX + 1);
	/* A large batch takes long to copy, which gives others time to come in between. */
	unsigned batch = rng_below(r, 2) ? BALANCER_BATCH_MAX :
					   1 + (unsigned)rng_below(r, BALANCER_BATCH_MAX);

	balancer_drive(watermark, batch);
	balancer_set(BALANCER_ENABLED, rng_below(r, 8) > 0);
	balancer_hurry(r, tight);
}

/* Whoever waits for it to drain or to be off must not wait for long. */
static bool tuner_nap(struct storm *s, struct rng *r)
{
	uint64_t ms = rng_below(r, TUNER_MS);
	bool was = atomic_load(&s->board->hold) || atomic_load(&s->board->drain);

	for (; ms && !atomic_load(&s->board->stop); ms--) {
		usleep(1000);
		if (was != (atomic_load(&s->board->hold) || atomic_load(&s->board->drain)) ||
		    atomic_load(&s->board->hold) != atomic_load(&s->board->held))
			break;
	}
	return atomic_load(&s->board->stop);
}

void gremlin_tuner(struct storm *s, struct rng *r)
{
	do {
		bool hold = atomic_load(&s->board->hold), drain = atomic_load(&s->board->drain);

		if (hold)
			balancer_off();
		else if (drain)
			balancer_rage();
		else
			balancer_tune(r, atomic_load(&s->board->tight));
		atomic_store(&s->board->held, hold);
		board_count(s->board, COUNT_TUNINGS, 1);
	} while (!tuner_nap(s, r));
	balancer_off();
}

bool suspend_exists(void)
{
	return !access(POWER "/pm_test", W_OK) && !access(POWER "/state", W_OK);
}

/*
 * All processes and those kernel threads that can be frozen stand still for a moment:
 * what a suspend begins with, which ends there.
 */
static int suspend_test(void)
{
	char states[64];
	struct err e;
	int rc = text_read(POWER "/state", states, sizeof(states), &e);

	if (rc)
		return rc;
	states[strcspn(states, " \n")] = '\0';
	rc = file_write(POWER "/pm_test", "freezer");
	return rc ? rc : file_write(POWER "/state", states);
}

void gremlin_suspend(struct storm *s, struct rng *r)
{
	/* 5 s of a busy CPU by default. */
	file_write("/sys/module/suspend/parameters/pm_test_delay", "0");
	while (!gremlin_nap(s, r, SUSPEND_MS)) {
		int rc = suspend_test();

		if (rc)
			storm_say("suspend: %s", strerror(-rc));
		else
			board_count(s->board, COUNT_SUSPENDS, 1);
	}
	file_write(POWER "/pm_test", "none");
}
