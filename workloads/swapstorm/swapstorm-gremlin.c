/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include "lib/cleanup.h"
#include "lib/rng.h"
#include "workloads/lib/now.h"
#include "workloads/swapstorm/swapstorm-gremlin.h"
#include "workloads/swapstorm/swapstorm-pace.h"

#define MS_NS 1000000LL
#define SLICE_MS 50
#define LOOK_US 5000
#define NICE (-10)	/* else a swapoff lasts as long as the storm, and nothing can be moved */

static const struct {
	const char *name;
	gremlin_fn run;
	enum feature needs;	/* FEATURE_COUNT: nothing */
} gremlin_table[] = {
	{ "swaps", gremlin_swaps, FEATURE_COUNT },
	{ "cgroups", gremlin_cgroups, FEATURE_COUNT },
	{ "freezer", gremlin_freezer, FEATURE_COUNT },
	{ "victims", gremlin_victims, FEATURE_COUNT },
	{ "suspend", gremlin_suspend, FEATURE_FREEZER },
	{ "tuner", gremlin_tuner, FEATURE_BALANCER },
	{ "faults", gremlin_faults, FEATURE_INJECTION },
	{ "ballast", gremlin_ballast, FEATURE_BALLAST },
};

_Static_assert(ARRAY_SIZE(gremlin_table) <= GREMLINS_MAX, "a place for each");

bool gremlin_wait(struct storm *s, uint64_t ms)
{
	struct pace p = pace_begin(s->board);

	while (!atomic_load(&s->board->stop) && !pace_over(&p, s->board, ms))
		usleep((useconds_t)(ms < SLICE_MS ? ms : SLICE_MS) * 1000);
	return atomic_load(&s->board->stop);
}

bool gremlin_nap(struct storm *s, struct rng *r, unsigned ms)
{
	return gremlin_wait(s, rng_below(r, ms + 1));
}

static int gremlin_start(struct gremlins *g, struct storm *s, size_t i, struct err *e)
{
	pid_t pid = fork();

	if (pid < 0)
		return err_set(e, errno, "cannot start the gremlin of %s: fork: %m",
			       gremlin_table[i].name);
	if (!pid) {
		struct rng r = { .state = s->config->seed * GREMLINS_MAX + i };

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		prctl(PR_SET_NAME, gremlin_table[i].name);
		setpriority(PRIO_PROCESS, 0, NICE);
		gremlin_table[i].run(s, &r);
		_exit(0);
	}
	g->pids[g->n] = pid;
	g->names[g->n++] = gremlin_table[i].name;
	return 0;
}

int gremlins_start(struct gremlins *g, struct storm *s, struct err *e)
{
	int rc = 0;

	*g = (struct gremlins){ 0 };
	for (size_t i = 0; !rc && i < ARRAY_SIZE(gremlin_table); i++)
		if (gremlin_table[i].needs == FEATURE_COUNT || s->has[gremlin_table[i].needs])
			rc = gremlin_start(g, s, i, e);
	return rc;
}

int gremlins_stop(struct gremlins *g, struct storm *s, struct err *e)
{
	int64_t end = now_ns() + (int64_t)s->config->patience * MS_NS;
	int rc = 0, status;

	atomic_store(&s->board->stop, true);
	for (unsigned i = 0; i < g->n; i++) {
		pid_t pid;

		while (!(pid = waitpid(g->pids[i], &status, WNOHANG)) && now_ns() < end)
			usleep(LOOK_US);
		if (pid != g->pids[i]) {
			kill(g->pids[i], SIGKILL);
			rc = err_set(e, ETIMEDOUT, "the gremlin of %s did not stop within %" PRIu64
				     " ms", g->names[i], s->config->patience);
		} else if (status && !rc) {
			rc = err_set(e, EIO, "the gremlin of %s ended with status %#x", g->names[i],
				     status);
		}
	}
	g->n = 0;
	/* What one of them says is more than that it ended. */
	if (!atomic_load(&s->board->failed))
		return rc;
	*e = s->board->error;
	return -e->code;
}
