/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <sys/mount.h>
#include <sys/sysinfo.h>
#include <unistd.h>
#include "lib/cleanup.h"
#include "lib/rng.h"
#include "workloads/lib/now.h"
#include "workloads/swapstorm/swapstorm-file.h"
#include "workloads/swapstorm/swapstorm-gremlin.h"
#include "workloads/swapstorm/swapstorm-op.h"
#include "workloads/swapstorm/swapstorm-pace.h"

#define MS_NS 1000000LL
#define LOOK_US 5000
#define KILLS_MS 1500	/* from one to the next, on average */

static const char *const feature_names[FEATURE_COUNT] = {
	[FEATURE_BALANCER] = "the swap balancer",
	[FEATURE_WP] = "write protection by userfaultfd",
	[FEATURE_SOFT_DIRTY] = "soft-dirty bits (CONFIG_MEM_SOFT_DIRTY)",
	[FEATURE_INJECTION] = "errors of devices on demand (CONFIG_FAIL_MAKE_REQUEST)",
	[FEATURE_FREEZER] = "a suspend that ends halfway (CONFIG_PM_DEBUG)",
	[FEATURE_RECLAIM] = "memory.reclaim of cgroups",
	[FEATURE_BALLAST] = "a fast device that fits into half of the memory, above a slower one",
	[FEATURE_HUGE] = "huge pages",
};

static bool ballast_fits(const struct storm *s)
{
	struct sysinfo i;

	sysinfo(&i);
	return s->config->room && s->swaps.n > 1 && storm_fast(s)->pages > s->config->room &&
	       storm_fast(s)->pages * PAGE_BYTES < (uint64_t)i.totalram * i.mem_unit / 2;
}

static void features_find(struct storm *s)
{
	s->has[FEATURE_BALANCER] = balancer_exists();
	s->has[FEATURE_WP] = op_wp_exists();
	s->has[FEATURE_SOFT_DIRTY] = op_soft_dirty_exists();
	s->has[FEATURE_INJECTION] = faults_exist(s);
	s->has[FEATURE_FREEZER] = suspend_exists();
	s->has[FEATURE_RECLAIM] = group_write(&s->groups, 0, "memory.reclaim", "0") != -ENOENT;
	s->has[FEATURE_BALLAST] = ballast_fits(s);
	s->has[FEATURE_HUGE] = huge_allow(&s->huge_before);
	for (enum feature f = 0; f < FEATURE_COUNT; f++) {
		s->absent += !s->has[f];
		if (!s->has[f])
			storm_say("absent: %s; the storm goes on without", feature_names[f]);
	}
}

int storm_open(struct storm *s, const struct storm_config *c, struct err *e)
{
	*s = (struct storm){ .config = c };
	int rc = swap_list_read(&s->swaps, e);

	if (!rc && !s->swaps.n)
		rc = err_set(e, ENODEV, "no swap device is on; choose a policy that swaps, such as "
			     "swap-zram-nvme");
	if (!rc)
		rc = board_open(c, &s->board, e);
	if (!rc)
		rc = groups_open(&s->groups, e);
	if (rc)
		return rc;
	/* Judge and gremlins live on; workers and victims set their own. */
	file_write("/proc/self/oom_score_adj", "-1000");
	if (access("/sys/kernel/debug/clear_warn_once", F_OK))
		mount("debugfs", "/sys/kernel/debug", "debugfs", 0, NULL);
	features_find(s);
	balancer_params_read(&s->before);
	s->crew = (struct crew){ .board = s->board, .groups = &s->groups };
	return 0;
}

/* By the clock, or by an amount of work that must be done in time. */
static int storm_over(const struct storm *s, int64_t begin, bool *ret, struct err *e)
{
	const struct storm_config *c = s->config;
	uint64_t ms = (uint64_t)((now_ns() - begin) / MS_NS);
	uint64_t ops = board_counted(s->board, COUNT_OPS);

	*ret = c->ops ? ops >= c->ops : ms >= c->duration;
	if (!*ret && c->ops && ms > c->patience)
		return err_set(e, ETIMEDOUT, "%" PRIu64 " of %" PRIu64 " operations were done "
			       "within %" PRIu64 " ms", ops, c->ops, c->patience);
	return 0;
}

static int crew_watch(struct storm *s, struct err *e)
{
	struct rng r = { .state = ~s->config->seed };
	struct pace p = pace_begin(s->board);
	int64_t begin = now_ns();
	uint64_t kill_ms = 0;
	bool over = false;
	int rc = 0;

	while (!rc && !over) {
		usleep(LOOK_US);
		rc = crew_reap(&s->crew, true, e);
		if (!rc)
			rc = storm_over(s, begin, &over, e);
		if (!pace_over(&p, s->board, kill_ms))
			continue;
		crew_kill(&s->crew, &r);
		kill_ms = rng_below(&r, KILLS_MS * 2);
		p = pace_begin(s->board);
	}
	return rc;
}

int storm_blow(struct storm *s, struct err *e)
{
	struct gremlins g = { 0 };
	struct err late;
	int rc = crew_start(&s->crew, e);

	if (!rc)
		rc = gremlins_start(&g, s, e);
	if (!rc)
		rc = crew_watch(s, e);
	int stopped = gremlins_stop(&g, s, &late);

	if (!rc && stopped) {
		*e = late;
		rc = stopped;
	}
	return rc ? rc : crew_order(&s->crew, ORDER_VERIFY, e);
}

void storm_close(struct storm *s)
{
	crew_end(&s->crew);
	balancer_params_write(&s->before);
	huge_restore(&s->huge_before);
}
