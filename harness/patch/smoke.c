/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cell/prepare.h"
#include "cell/solo.h"
#include "cell/work.h"
#include "lib/cleanup.h"
#include "lib/clock.h"
#include "patch/smoke.h"
#include "topology/load.h"
#include "vm/workdir.h"

#define IMAGE "default"

static int topology_find(const struct contest_site *site, const char *name, struct site *host,
			 json_t **ret, struct err *e)
{
	const struct topology_wish w = { .scale = 1, .clock = CLOCK_HOST, .site = host };
	cleanup_free char *path = NULL;
	int rc = search_find(site->search, SPEC_TOPOLOGY, name, &path, e);

	return rc ? rc : topology_load(site->search, path, &w, ret, e);
}

static int boot(const struct contest_site *site, const char *kernel, json_t *topology, json_t **ret,
		struct err *e)
{
	const struct solo_opts o = {
		.kernel = kernel, .image = IMAGE, .clock = "host", .connect = site->connect,
	};
	cleanup_json json_t *plan = solo_plan(&o, topology), *result = NULL;
	int rc = prepare_plan(site->search, plan, site->progress, e);
	int64_t started = clock_now_ms();

	if (!rc)
		rc = solo_result(plan, work_check, &result, e);
	if (rc)
		return rc;
	*ret = solo_report(result, clock_now_ms() - started);
	contest_say(site, "smoke: %s on %s: %s, %.1f s", kernel, json_str(*ret, "topology"),
		  json_str(*ret, "outcome"), json_number_value(json_object_get(*ret, "seconds")));
	return 0;
}

static int smoke_one(const struct contest_site *site, const char *patched, const char *base,
		     json_t *topology, json_t *all, struct err *e)
{
	json_t *report = NULL, *against = NULL;
	int rc = boot(site, patched, topology, &report, e);

	if (rc)
		return rc;
	json_array_append_new(all, report);
	if (solo_outcome(report) == OUTCOME_OK && !json_array_size(json_object_get(report, "reports")))
		return 0;
	rc = boot(site, base, topology, &against, e);
	if (!rc)
		json_object_set_new(report, "base", against);
	return rc;
}

int smoke_load(const struct contest_site *site, const char *const *topologies, json_t **ret,
	       struct err *e)
{
	cleanup_json json_t *loaded = json_array();
	cleanup_site struct site host = { 0 };
	json_t *topology;

	for (const char *const *t = topologies; *t; t++) {
		int rc = topology_find(site, *t, &host, &topology, e);

		if (rc)
			return rc;
		json_array_append_new(loaded, topology);
	}
	*ret = take_ptr(loaded);
	return 0;
}

int smoke_run(const struct contest_site *site, const char *patched, const char *base,
	      json_t *topologies, json_t **ret, struct err *e)
{
	cleanup_json json_t *all = json_array();
	json_t *topology;
	size_t i;
	int rc = workdir_scan(true, NULL, e);

	json_array_foreach(topologies, i, topology) {
		if (!rc)
			rc = smoke_one(site, patched, base, topology, all, e);
	}
	if (!rc)
		*ret = take_ptr(all);
	return rc;
}
