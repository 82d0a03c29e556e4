/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include "cell/prepare.h"
#include "cell/run.h"
#include "compare/compare.h"
#include "contest/contest.h"
#include "image/kernel-new.h"
#include "image/kernel-source-build.h"
#include "lib/cleanup.h"
#include "lib/clock.h"
#include "lib/file.h"
#include "patch/smoke.h"
#include "patch/trial.h"
#include "patch/trial-judge.h"

#define SLUG_MAX 24

struct trial {
	struct contest_site site;		/* its search path begins with the trial's folder */
	const struct trial_opts *opts;
	const char *dir;
	char *base, *patched;		/* kernels */
	bool begun;			/* what was asked is well: what comes after is kept */
	json_t *report;
};

char *trial_kernel_name(const char *base, const char *file)
{
	const char *slash = strrchr(file, '/'), *from = slash ? slash + 1 : file;
	char slug[SLUG_MAX + 1];
	size_t n = 0, number = strspn(from, "0123456789");

	if (number && from[number] == '-')
		from += number + 1;
	for (; *from && *from != '.' && n < SLUG_MAX; from++) {
		bool plain = isalnum((unsigned char)*from);

		if (plain || (n && slug[n - 1] != '-'))
			slug[n++] = plain ? (char)tolower((unsigned char)*from) : '-';
	}
	slug[n] = '\0';
	/* No half of a word at the end, and no dash. */
	if (isalnum((unsigned char)*from) && strrchr(slug, '-'))
		n = (size_t)(strrchr(slug, '-') - slug);
	while (n && slug[n - 1] == '-')
		n--;
	slug[n] = '\0';
	return path_format("%s+%s", base, n ? slug : "patch");
}

static int make_kernel(const struct trial *t, const struct kernel_new *n, struct err *e)
{
	cleanup_free char *path = NULL;

	return kernel_new(t->site.search, n, &path, e);
}

/* The kernel files of both sides, as far as they are not there. */
static int make_kernels(struct trial *t, struct err *e)
{
	static const char *const none[] = { NULL };
	const struct trial_opts *o = t->opts;
	struct kernel_new n = { .base = o->base, .patches = o->patches ? o->patches : none };
	int rc = 0;

	if (o->tree) {
		n.source = "tree";
		n.path = o->tree;
	}
	t->patched = o->tree ? path_format("%s+tree", o->base)
			     : trial_kernel_name(o->base, o->patches[0]);
	n.name = t->patched;
	rc = make_kernel(t, &n, e);
	t->base = o->good ? path_format("%s+good", o->base) : path_format("%s", o->base);
	if (rc || !o->good)
		return rc;
	n = (struct kernel_new){ .name = t->base, .base = o->base, .source = "git", .path = o->tree,
				 .revision = o->good, .patches = none };
	return make_kernel(t, &n, e);
}

static int build(const struct trial *t, const char *name, struct err *e)
{
	const struct kernel_build_opts o = { 0 };
	struct kernel k = { 0 };
	int rc = kernel_build_ensure(t->site.search, name, &o, t->site.progress, &k, NULL, e);

	kernel_clear(&k);
	return rc;
}

/* A patch that cannot be built is a finding; a base that cannot is an error. */
static int build_both(struct trial *t, bool *ret_built, struct err *e)
{
	int rc = build(t, t->base, e);

	if (rc)
		return err_prefix(e, "the base %s: ", t->base);
	int64_t started = clock_now_ms();

	rc = build(t, t->patched, e);
	bool refused = rc == -EINVAL || rc == -ENOEXEC;

	if (rc && !refused)
		return rc;
	cleanup_free char *why = refused ? path_format("%s%s%s", e->msg, e->excerpt[0] ? "\n" : "",
						       e->excerpt) : NULL;

	json_object_set_new(t->report, "build",
			    json_pack("{s:f, s:s?}", "seconds",
				      (double)(clock_now_ms() - started) / 1000, "error", why));
	*ret_built = !refused;
	return 0;
}

/* Adds the reports of @cell whose hash is not @known yet to @fresh, where that is wanted. */
static void add_reports(const struct result_cell *cell, json_t *known, json_t *fresh)
{
	json_t *report;
	size_t i;

	json_array_foreach(json_object_get(cell->doc, "reports"), i, report) {
		const char *hash = json_str(report, "hash");

		if (fresh && !json_object_get(known, hash))
			json_array_append(fresh, report);
		json_object_set_new(known, hash, json_true());
	}
}

/* Reports that cells of the patched kernel made and none of the base's, each once. */
static json_t *new_reports(const struct result *r)
{
	cleanup_json json_t *known = json_object();
	json_t *fresh = json_array();

	for (size_t i = 0; i < r->n_cells; i++) {
		if (strcmp(r->cells[i].arm, PLAN_PATCHED))
			add_reports(&r->cells[i], known, NULL);
	}
	for (size_t i = 0; i < r->n_cells; i++) {
		if (!strcmp(r->cells[i].arm, PLAN_PATCHED) && r->cells[i].outcome == OUTCOME_OK)
			add_reports(&r->cells[i], known, fresh);
	}
	return fresh;
}

static struct plan_opts plan_opts_of(const struct trial *t, const char *experiment,
				     const struct plan_versus *v)
{
	return (struct plan_opts){ .experiment = experiment, .pairs = t->opts->pairs, .versus = v };
}

/* "results/try-1/mine" for "mine" and for "path/to/mine.yaml". */
static char *result_dir(const struct trial *t, const json_t *plan)
{
	return path_format("%s/%s", t->dir, json_str(plan, "experiment"));
}

/* The plan of @experiment, made before anything is built, to find what is wrong with it. */
static int plan_try(const struct trial *t, const char *experiment, char **ret_dir, struct err *e)
{
	const struct plan_versus v = {
		.base = t->base,
		.patched = t->patched,
		.policies_of = t->opts->arm,
	};
	const struct plan_opts o = plan_opts_of(t, experiment, &v);
	cleanup_json json_t *plan = NULL;
	int rc = plan_make(t->site.search, &o, &plan, e);

	if (!rc)
		rc = run_check_jobs(plan, t->site.jobs, e);
	if (!rc)
		*ret_dir = result_dir(t, plan);
	return rc;
}

static int compare_in(const struct trial *t, const char *experiment, json_t *all, struct err *e)
{
	const struct plan_versus v = {
		.base = t->base,
		.patched = t->patched,
		.policies_of = t->opts->arm,
	};
	const struct plan_opts o = plan_opts_of(t, experiment, &v);
	cleanup_contest struct contest c = { 0 };
	cleanup_result struct result *r = NULL;
	cleanup_free char *dir = NULL;
	json_t *comparison = NULL;
	int rc = plan_try(t, experiment, &dir, e);

	if (!rc)
		rc = contest_open(&t->site, dir, &o, &c, e);
	if (!rc)
		rc = contest_run(&t->site, &c, 0, NULL, &r, e);
	if (!rc)
		rc = compare_results(r, NULL, &comparison, e);
	if (rc)
		return rc;
	json_array_append_new(all, json_pack("{s:O, s:s, s:o, s:o}", "experiment",
					     json_object_get(c.plan, "experiment"), "result", dir,
					     "comparison", comparison, "new_reports", new_reports(r)));
	return 0;
}

/* What can be wrong with the options, before minutes are spent on a build. */
static int check(const struct trial *t, json_t **ret_topologies, struct err *e)
{
	int rc = prepare_host(e);

	if (!rc)
		rc = smoke_load(&t->site, t->opts->topologies, ret_topologies, e);
	for (const char *const *x = t->opts->experiments; !rc && *x; x++) {
		cleanup_free char *dir = NULL;

		rc = plan_try(t, *x, &dir, e);
	}
	return rc;
}

/* A kernel that fails the smoke test is not compared: what for? */
static bool smoke_passed(const json_t *smoke)
{
	const json_t *boot;
	size_t i;

	json_array_foreach(smoke, i, boot) {
		if (strcmp(json_str(boot, "outcome"), "ok"))
			return false;
	}
	return true;
}

static int try_it(struct trial *t, struct err *e)
{
	cleanup_json json_t *topologies = NULL;
	json_t *smoke = NULL, *comparisons = json_array();
	bool built = false;
	int rc = make_kernels(t, e);

	json_object_set_new(t->report, "comparisons", comparisons);
	if (!rc)
		rc = check(t, &topologies, e);
	if (rc)
		return rc;
	t->begun = true;
	json_object_set_new(t->report, "base", json_string(t->base));
	json_object_set_new(t->report, "patched", json_string(t->patched));
	rc = build_both(t, &built, e);
	if (rc || !built)
		return rc;
	rc = smoke_run(&t->site, t->patched, t->base, topologies, &smoke, e);
	if (rc)
		return rc;
	json_object_set_new(t->report, "smoke", smoke);
	for (const char *const *x = t->opts->experiments; !rc && *x && smoke_passed(smoke); x++)
		rc = compare_in(t, *x, comparisons, e);
	return rc;
}

int trial_run(const struct contest_site *site, const struct trial_opts *o, const char *dir,
	      json_t **ret, struct err *e)
{
	cleanup_json json_t *report = json_pack("{s:i, s:o}", "schema", 1, "smoke", json_array());
	cleanup_free char *path = path_format("%s/try.json", dir);
	struct trial t = { .site = *site, .opts = o, .dir = dir, .report = report };
	struct search search = { 0 };
	struct err ignored;

	if (!access(dir, F_OK))
		return err_set(e, EEXIST, "%s is there already; name another --out", dir);
	int rc = dir_make(dir, 0755, e);

	if (!rc)
		rc = search_with(site->search, dir, &search, e);
	t.site.search = &search;
	if (!rc)
		rc = try_it(&t, e);
	if (!rc) {
		trial_judge(report);
		rc = json_save_path(report, path, e);
	}
	if (!rc)
		*ret = take_ptr(report);
	else if (!t.begun)
		dir_remove(dir, &ignored);
	search_clear(&search);
	free(t.base);
	free(t.patched);
	return rc;
}
