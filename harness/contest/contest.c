/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <unistd.h>
#include "calibrate/known.h"
#include "cell/prepare.h"
#include "cell/run.h"
#include "contest/contest.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "result/index.h"

static int plan_begin(const struct contest_site *site, const char *dir, const struct plan_opts *o,
		      json_t **ret, struct err *e)
{
	cleanup_site struct site host = { 0 };
	cleanup_json json_t *plan = NULL;
	struct plan_opts opts = *o;

	opts.site = &host;
	opts.connect = site->connect;
	opts.version = RAMRIG_VERSION;
	int rc = plan_make(site->search, &opts, &plan, e);

	if (!rc)
		rc = run_check_jobs(plan, site->jobs, e);
	if (!rc)
		rc = prepare_plan(site->search, plan, site->progress, e);
	if (!rc) {
		known_note(plan);
		rc = run_begin(plan, dir, e);
	}
	if (!rc)
		*ret = take_ptr(plan);
	return rc;
}

/* More jobs may be asked for than it was begun with. */
static int plan_take_up(const struct contest_site *site, const char *path, json_t **ret,
			struct err *e)
{
	cleanup_json json_t *plan = NULL;
	int rc = json_load_path(path, &plan, e);

	if (!rc)
		rc = run_check_jobs(plan, site->jobs, e);
	if (!rc)
		*ret = take_ptr(plan);
	return rc;
}

int contest_open(const struct contest_site *site, const char *dir, const struct plan_opts *o,
		 struct contest *ret, struct err *e)
{
	cleanup_free char *path = path_format("%s/plan.json", dir);
	cleanup_json json_t *plan = NULL;
	int rc = access(path, F_OK) ? plan_begin(site, dir, o, &plan, e) :
				      plan_take_up(site, path, &plan, e);

	if (!rc)
		*ret = (struct contest){ .dir = path_format("%s", dir), .plan = take_ptr(plan) };
	return rc;
}

int contest_run(const struct contest_site *site, const struct contest *c, unsigned pairs,
		const char *only_arm, struct result **ret, struct err *e)
{
	cleanup_result struct result *r = NULL;
	struct batch b = {
		.dir = c->dir,
		.plan = c->plan,
		.jobs = site->jobs,
		.pairs = pairs,
		.only_arm = only_arm,
		.on_change = site->on_change,
		.on_cell = site->on_cell,
	};
	int rc = run_cells(&b, NULL, e);

	if (site->on_end)
		site->on_end();
	if (!rc)
		rc = result_load(c->dir, &r, e);
	if (!rc)
		rc = index_build(r, e);
	if (!rc)
		*ret = take_ptr(r);
	return rc;
}

void contest_clear(struct contest *c)
{
	free(c->dir);
	json_decref(c->plan);
	*c = (struct contest){ 0 };
}
