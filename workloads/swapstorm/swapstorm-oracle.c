/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <unistd.h>
#include "workloads/lib/now.h"
#include "workloads/swapstorm/swapstorm-lack.h"
#include "workloads/swapstorm/swapstorm-oracle.h"

#define MS_NS 1000000LL
#define LOOK_US 50000
#define END_MS 60000		/* for a device that nobody uses any more */
#define STILL_MS 600		/* nothing was moved for so long: nothing more will be */

/* Until no more pages are moved. */
static void balancer_run(struct storm *s)
{
	int64_t end = now_ns() + (int64_t)s->config->patience * MS_NS, still = now_ns();
	uint64_t moved = balancer_counts_read().moved;

	balancer_rage();
	while (now_ns() < end && now_ns() - still < STILL_MS * MS_NS) {
		usleep(LOOK_US);
		uint64_t now = balancer_counts_read().moved;

		if (now != moved)
			still = now_ns();
		moved = now;
	}
	balancer_off();
}

int oracle_charge(struct storm *s, struct findings *f, struct err *e)
{
	uint64_t charged = 0, swapped, before = balancer_counts_read().moved;
	int rc = crew_order(&s->crew, ORDER_PAGE_OUT, e);

	if (rc)
		return rc;
	if (s->has[FEATURE_BALANCER])
		balancer_run(s);
	rc = crew_order(&s->crew, ORDER_COUNT_SWAPPED, e);
	if (!rc)
		rc = groups_swap_charged(&s->groups, &charged, e);
	if (rc)
		return rc;
	swapped = crew_swapped(&s->crew);
	f->charge_short = charge_lack(swapped, charged);
	storm_say("charge: the workers have %" PRIu64 " pages in swap, of which %" PRIu64
		  " were moved just now; their cgroups are charged for %" PRIu64, swapped,
		  balancer_counts_read().moved - before, charged);
	return crew_order(&s->crew, ORDER_VERIFY, e);
}

static int device_end(const struct swap_device *d, struct findings *f, struct err *e)
{
	uint64_t used = swap_used(d->path);
	int64_t begin = now_ns();
	int rc = swap_off(d, END_MS, e);
	int64_t took_ns = now_ns() - begin;

	if (rc && rc != -ETIMEDOUT)
		return rc;
	if (rc) {
		f->leaked = true;
		storm_say("leaked: %s, though nobody is left who could use it", e->msg);
	} else {
		storm_say("end: %s had %" PRIu64 " pages in use and was turned off within %.1f ms",
			  d->path, used, (double)took_ns / MS_NS);
	}
	return 0;
}

int oracle_end(struct storm *s, struct findings *f, struct err *e)
{
	bool off = true;
	int rc = 0;

	balancer_off();
	for (unsigned i = 0; !rc && i < s->swaps.n; i++)
		rc = device_end(&s->swaps.devices[i], f, e);
	off = !rc && !f->leaked;
	if (off)
		rc = groups_swap_charged(&s->groups, &f->charge_left, e);
	for (unsigned i = 0; off && !rc && i < s->swaps.n; i++) {
		rc = swap_on(&s->swaps.devices[i], e);
		f->used_left += swap_used(s->swaps.devices[i].path);
	}
	return rc;
}
