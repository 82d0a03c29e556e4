/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>
#include "lib/rng.h"
#include "lib/text.h"
#include "workloads/swapstorm/swapstorm-file.h"
#include "workloads/swapstorm/swapstorm-gremlin.h"

/* Gremlins of the kernel: swap devices, the balancer, suspend. */

#define SWAPS_MS 3000
#define SWAPOFF_MS 30000	/* a slot that was lost is told in the end */
#define TUNER_MS 300
#define SUSPEND_MS 4000
#define BATCH_MAX 256
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
		const struct swap_device *d = &s->swaps.devices[rng_below(r, s->swaps.n)];

		/* A ballast that is swapped in holds nobody up. */
		if (d == storm_fast(s) && atomic_load(&s->board->tight))
			continue;
		device_renew(s, d, r);
	}
}

static void balancer_tune(struct rng *r)
{
	balancer_set(BALANCER_WATERMARK, (unsigned)rng_below(r, WATERMARK_MAX + 1));
	balancer_set(BALANCER_SCAN_INTERVAL, 10);
	balancer_set(BALANCER_MIN_AGE, 0);
	/* A large one takes long to copy, which gives others time to come in between. */
	balancer_set(BALANCER_BATCH, rng_below(r, 2) ? BATCH_MAX :
		     1 + (unsigned)rng_below(r, BATCH_MAX));
	balancer_set(BALANCER_ENABLED, rng_below(r, 8) > 0);
}

void gremlin_tuner(struct storm *s, struct rng *r)
{
	do {
		bool hold = atomic_load(&s->board->hold);

		if (hold)
			balancer_off();
		else
			balancer_tune(r);
		atomic_store(&s->board->held, hold);
		board_count(s->board, COUNT_TUNINGS, !hold);
	} while (!gremlin_nap(s, r, atomic_load(&s->board->hold) ? 10 : TUNER_MS));
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
