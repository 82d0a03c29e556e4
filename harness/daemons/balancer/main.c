/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <sys/mman.h>
#include "daemons/balancer/balancer-step.h"
#include "daemons/lib/group.h"
#include "daemons/lib/journal.h"

/* All that can be refused is refused before the first line of the log. */
static int set_up(struct balancer *b, struct err *e)
{
	const struct options *o = b->options;
	int rc = device_open(&b->device, o->root, o->device, e);

	if (!rc && !o->dry_run)
		rc = device_probe(&b->device, e);
	if (!rc)
		rc = group_enter(o->cgroup, e);
	if (!rc)
		rc = ticker_open(&b->ticker, o->scan_interval_ms, e);
	if (!rc)
		rc = balancer_start(b, e);
	/* It would else be swapped out to the device that it is to empty. Where locking is
	 * not allowed it works all the same; MCL_FUTURE could then make allocations fail. */
	if (!rc)
		mlockall(MCL_CURRENT);
	return rc;
}

static int balance(struct balancer *b, struct err *e)
{
	const uint64_t steps = b->options->steps;
	bool stop = false;
	json_t *line;
	int rc = 0;

	journal_write(stdout, balancer_describe(b));
	while (!stop && !(rc = balancer_step(b, &line, e))) {
		journal_write(stdout, line);
		if (steps && b->steps >= steps)
			break;
		if ((rc = ticker_wait(&b->ticker, &stop, NULL, e)))
			break;
	}
	return rc;
}

static int run(struct balancer *b, struct err *e)
{
	int rc = balance(b, e), released = 0;
	struct err late;

	if (!b->options->dry_run)
		released = device_release(&b->device, &late);
	if (!rc && (rc = released))
		*e = late;
	if (!rc)
		journal_write(stdout, balancer_sum_up(b));
	return rc;
}

int main(int argc, const char **argv)
{
	struct options options;
	struct balancer b = { .options = &options, .device = DEVICE_NONE, .ticker = TICKER_NONE };
	struct err e = { 0 };
	int code = options_read(&options, argc, argv, &e) ? 2 : 0;

	if (!code)
		code = set_up(&b, &e) || run(&b, &e);
	if (code)
		fprintf(stderr, "ramrig-balancer: %s\n", e.msg);
	ticker_close(&b.ticker);
	device_close(&b.device);
	return code;
}
