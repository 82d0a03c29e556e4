/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <unistd.h>
#include "lib/rng.h"
#include "workloads/swapstorm/swapstorm-file.h"
#include "workloads/swapstorm/swapstorm-gremlin.h"

/*
 * Input and output that fails on demand (CONFIG_FAIL_MAKE_REQUEST), but only what the
 * balancer's thread asks for: a worker whose page cannot be read must die, which tells nothing.
 */
#define FAULTS_MS 600
#define LOOK_MS 100
#define FAILING_PERCENT 30
#define FAILER "/sys/kernel/debug/fail_make_request"

/* "/dev/zram0": "/sys/block/zram0/make-it-fail". */
static void failing_path(const struct swap_device *d, char *path, size_t size)
{
	const char *name = strrchr(d->path, '/');

	snprintf(path, size, "/sys/block/%s/make-it-fail", name ? name + 1 : d->path);
}

static int device_fail(const struct swap_device *d, bool on)
{
	char path[128];

	failing_path(d, path, sizeof(path));
	return file_write(path, on ? "1" : "0");
}

bool faults_exist(const struct storm *s)
{
	char path[128];

	failing_path(storm_slow(s), path, sizeof(path));
	return s->has[FEATURE_BALANCER] && !access(FAILER "/task-filter", W_OK) &&
	       !access(path, W_OK) && !access("/proc/self/make-it-fail", W_OK);
}

static void failer_set(void)
{
	char percent[16];

	snprintf(percent, sizeof(percent), "%d", FAILING_PERCENT);
	file_write(FAILER "/verbose", "0");	/* each would print its stack */
	file_write(FAILER "/task-filter", "Y");
	file_write(FAILER "/interval", "1");
	file_write(FAILER "/times", "-1");
	file_write(FAILER "/probability", percent);
}

/* What the balancer's thread submits; it is another one each time that it is turned on. */
static void balancer_fail(void)
{
	pid_t pid = balancer_pid();
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/make-it-fail", pid);
	if (pid)
		file_write(path, "1");
}

void gremlin_faults(struct storm *s, struct rng *r)
{
	failer_set();
	while (!gremlin_nap(s, r, FAULTS_MS)) {
		bool both = !rng_below(r, 3);
		unsigned looks = 1 + (unsigned)rng_below(r, FAULTS_MS / LOOK_MS * 2);

		device_fail(storm_slow(s), true);
		device_fail(storm_fast(s), both);
		while (looks-- && !gremlin_nap(s, r, LOOK_MS))
			balancer_fail();
		device_fail(storm_slow(s), false);
		device_fail(storm_fast(s), false);
		board_count(s->board, COUNT_INJECTIONS, 1);
	}
	file_write(FAILER "/probability", "0");
}
