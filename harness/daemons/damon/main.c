/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ramrig-damon: sets up DAMON, feeds its goals, tells what it did, and takes it away again. */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include "daemons/damon/damon-options.h"
#include "daemons/damon/damon-step.h"
#include "daemons/damon/damon-sysfs.h"
#include "daemons/lib/group.h"
#include "daemons/lib/journal.h"
#include "daemons/lib/knob.h"
#include "daemons/lib/ticker.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/json.h"

struct daemon {
	struct damon_options options;
	struct damon_kdamond kdamonds[DAMON_SCHEMES_MAX];
	unsigned n_kdamonds;
	int rootfd;
};

static json_int_t own_cpu_us(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000LL + u.ru_utime.tv_usec +
	       u.ru_stime.tv_usec;
}

static json_t *kdamond_json(const struct daemon *d, unsigned i)
{
	const struct damon_kdamond *k = &d->kdamonds[i];
	cleanup_free char *file = path_format(DAMON_KDAMONDS "/%u/pid", i);
	json_t *schemes = json_array();
	uint64_t pid, bytes = 0;
	struct err unsaid;

	for (unsigned s = 0; s < k->n_schemes; s++)
		json_array_append_new(
			schemes, damon_scheme_json(&d->options.settings.schemes[k->schemes[s]]));
	for (unsigned r = 0; r < k->ram.n; r++)
		bytes += k->ram.ranges[r].end - k->ram.ranges[r].start;
	return json_pack(
		"{s:o, s:o, s:I, s:o}", "node",
		k->node == RAM_NODE_ALL ? json_string("all") : json_integer(k->node), "pid",
		knob_number(d->rootfd, file, &pid, &unsaid) ? json_null()
							    : json_integer((json_int_t)pid),
		"bytes", (json_int_t)bytes, "schemes", schemes);
}

static void tell_start(const struct daemon *d)
{
	const struct damon_settings *s = &d->options.settings;
	json_t *kdamonds = json_array();

	for (unsigned i = 0; i < d->n_kdamonds; i++)
		json_array_append_new(kdamonds, kdamond_json(d, i));
	journal_write(stdout,
		      json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:b, s:s, s:s, s:o}", "event",
				"start", "interval_ms", (json_int_t)d->options.interval_ms,
				"sample_us", (json_int_t)s->sample_us, "aggr_us",
				(json_int_t)s->aggr_us, "update_us", (json_int_t)s->update_us,
				"min_nr_regions", (json_int_t)s->min_nr_regions, "max_nr_regions",
				(json_int_t)s->max_nr_regions, "count_regions",
				d->options.counts_regions, "root", d->options.root, "cgroup_self",
				d->options.cgroup_self, "kdamonds", kdamonds));
}

/* Steps until a signal comes; a last one then has the totals. */
static int run(struct daemon *d, struct ticker *t, struct err *e)
{
	struct damon_run r = { .rootfd = d->rootfd,
			       .settings = &d->options.settings,
			       .kdamonds = d->kdamonds,
			       .n_kdamonds = d->n_kdamonds,
			       .counts_regions = d->options.counts_regions };
	json_int_t steps = 0, missed = 0;

	for (bool stop = false; !stop;) {
		cleanup_json json_t *line = json_object();
		uint64_t missed_now;
		int rc = ticker_wait(t, &stop, &missed_now, e);

		json_object_set_new(line, "event", json_string(stop ? "stop" : "step"));
		if (!rc)
			rc = damon_step(&r, line, e);
		if (rc)
			return rc;
		missed += (json_int_t)missed_now;
		steps += !stop;
		if (stop)
			json_object_update_new(line,
					       json_pack("{s:I, s:I, s:I}", "steps", steps,
							 "missed", missed, "cpu_us", own_cpu_us()));
		journal_write(stdout, take_ptr(line));
	}
	return 0;
}

static void print_plan(const struct damon_plan *p)
{
	for (size_t i = 0; i < p->n; i++)
		printf("/%s %s\n", p->writes[i].file, p->writes[i].value);
}

static int setup(struct daemon *d, struct damon_plan *plan, struct err *e)
{
	d->rootfd = open(d->options.root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (d->rootfd < 0)
		return err_set(e, errno, "cannot open %s: %m", d->options.root);
	int rc = damon_check(d->rootfd, &d->options.settings, e);

	d->n_kdamonds = damon_kdamonds_group(&d->options.settings, d->kdamonds);
	for (unsigned i = 0; i < d->n_kdamonds && !rc; i++)
		rc = ram_read(d->rootfd, d->kdamonds[i].node, &d->kdamonds[i].ram, e);
	if (!rc)
		damon_plan_make(&d->options.settings, d->kdamonds, d->n_kdamonds, plan);
	return rc;
}

/* From the first write to the last: what was set up is taken away, however it ends. */
static int serve(struct daemon *d, const struct damon_plan *plan, struct err *e)
{
	struct ticker ticker = TICKER_NONE;
	struct err end;
	int rc = group_enter(d->options.cgroup_self, e);

	if (!rc)
		rc = ticker_open(&ticker, (int64_t)d->options.interval_ms, e);
	if (!rc)
		rc = damon_apply(d->rootfd, plan, e);
	if (!rc) {
		/* DAMON would else page it out with the rest; where that is not allowed, it may. */
		mlockall(MCL_CURRENT);
		tell_start(d);
		rc = run(d, &ticker, e);
		int end_rc = damon_end(d->rootfd, d->n_kdamonds, rc ? &end : e);

		rc = rc ? rc : end_rc;
	}
	ticker_close(&ticker);
	return rc;
}

int main(int argc, const char **argv)
{
	static struct daemon d;
	struct damon_plan plan = { 0 };
	struct err e;
	bool help;

	if (damon_options_read(argc, argv, &d.options, &help, &e)) {
		fprintf(stderr, "ramrig-damon: %s\n", e.msg);
		return 2;
	}
	if (help)
		return 0;
	int rc = setup(&d, &plan, &e);

	if (!rc && d.options.dry_run)
		print_plan(&plan);
	else if (!rc)
		rc = serve(&d, &plan, &e);
	damon_plan_clear(&plan);
	if (!rc)
		return 0;
	fprintf(stderr, "ramrig-damon: %s\n", e.msg);
	return 1;
}
