/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include "cell/prepare.h"
#include "cell/run.h"
#include "image/kernel-source.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "patch/bisect.h"
#include "patch/bisect-report.h"
#include "patch/bisect-step.h"
#include "plan/plan.h"

static char *request_path(const char *dir)
{
	return path_format("%s/request.json", dir);
}

/* Paths mean the same wherever the bisection is taken up again. */
static json_t *path_or_name(const char *what)
{
	cleanup_free char *full = what && strchr(what, '/') ? realpath(what, NULL) : NULL;

	return full ? json_string(full) : what ? json_string(what) : json_null();
}

static json_t *request_make(const struct bisect_opts *o, json_t *changes, unsigned good)
{
	return json_pack("{s:i, s:s, s:o, s:o, s:s?, s:s?, s:s?, s:s?, s:f, s:i, s:O}", "schema", 1,
			 "base", o->base, "git", path_or_name(o->git), "experiment",
			 path_or_name(o->experiment), "arm", o->arm, "topology", o->topology,
			 "workload", o->workload, "metric", o->metric, "alpha", BISECT_ALPHA, "good",
			 (int)good, "changes", changes);
}

/* The plan of the ends, to find what is wrong with the experiment before anything is built. */
static int request_check(const struct contest_site *site, const struct bisect_opts *o, struct err *e)
{
	const struct plan_versus v = { .base = o->base, .patched = o->base, .policies_of = o->arm,
				       .topology = o->topology, .workload = o->workload,
				       .metric = o->metric };
	const struct plan_opts p = { .experiment = o->experiment, .versus = &v,
				     .pairs = SEQUENTIAL_PAIRS_MAX };
	cleanup_kernel_source struct kernel_source base = { 0 };
	cleanup_json json_t *plan = NULL;
	int rc = kernel_source_load(site->search, o->base, &base, e);

	if (!rc)
		rc = plan_make(site->search, &p, &plan, e);
	return rc ? rc : run_check_jobs(plan, site->jobs, e);
}

int bisect_begin(const struct contest_site *site, const struct bisect_opts *o, const char *dir,
		 struct err *e)
{
	cleanup_free char *path = request_path(dir);
	cleanup_json json_t *changes = NULL, *request = NULL;
	unsigned good = 0;
	struct err ignored;

	if (!access(dir, F_OK))
		return err_set(e, EEXIST, "%s is there already; --resume it, or name another --out",
			       dir);
	int rc = request_check(site, o, e);
	if (!rc)
		rc = dir_make(dir, 0755, e);
	if (rc)
		return rc;
	rc = series_kernels_read(o, dir, &changes, &good, e);
	if (!rc) {
		request = request_make(o, changes, good);
		rc = request ? json_save_path(request, path, e)
			     : err_set(e, ENOMEM, "out of memory for a bisection");
	}
	if (rc)
		dir_remove(dir, &ignored);
	return rc;
}

/* Says what came of kernel @k, and notes it. */
static void note(const struct bisect_run *b, size_t k, const struct bisect_step *s,
		 struct bisect_report *r)
{
	char change[40] = "";

	r->marks[k] = s->mark;
	r->decided += s->mark == MARK_GOOD || s->mark == MARK_BAD;
	if (b->question.kind == BISECT_FIGURE && s->boots)
		snprintf(change, sizeof(change), b->question.figure.ratio ? ", %+.2f %%" : ", %+g",
			 bisect_change(&b->question.figure, s->worse) *
				 (b->question.figure.ratio ? 100 : 1));
	contest_say(&b->site, "bisect: with %zu of %zu: %s (%u boots%s)%s%s", k, r->n,
		  bisect_mark_names[s->mark], s->boots, change, s->why[0] ? ": " : "", s->why);
	bisect_report_step(r, k, s);
}

static int search(struct bisect_run *b, struct bisect_report *r, struct err *e)
{
	struct bisect_step step;
	size_t k;
	int rc = bisect_step_ends(b, &step, e);

	if (rc)
		return rc;
	r->marks[0] = MARK_GOOD;
	note(b, r->n, &step, r);
	while (!rc && b->question.kind != BISECT_UNKNOWN && bisect_next(r->marks, r->n, &k)) {
		rc = bisect_step_kernel(b, k, &step, e);
		if (!rc)
			note(b, k, &step, r);
	}
	return rc;
}

static int go(struct bisect_run *b, json_t **ret, struct err *e)
{
	size_t n = series_kernels_count(&b->kernels);
	double alpha = json_number_value(json_object_get(b->kernels.request, "alpha"));
	cleanup_free enum bisect_mark *marks = calloc(n + 1, sizeof(*marks));
	struct bisect_report r = { .run = b, .n = n, .marks = marks, .steps = json_array() };

	if (!marks)
		return err_set(e, ENOMEM, "out of memory for %zu changes", n);
	b->alpha = alpha / bisect_tests(n);
	contest_say(&b->site, "bisect: %zu changes, at most %u kernels to test unless some must be "
		  "passed over", n, bisect_tests(n));
	int rc = search(b, &r, e);

	if (!rc)
		*ret = bisect_report_make(&r);
	json_decref(r.steps);
	return rc;
}

int bisect_go(const struct contest_site *site, const char *dir, json_t **ret, struct err *e)
{
	cleanup_free char *path = request_path(dir);
	cleanup_free char *report = path_format("%s/bisect.json", dir);
	cleanup_json json_t *request = NULL;
	struct bisect_run b = { .site = *site };
	struct search with = { 0 };
	json_t *made = NULL;
	int rc = json_load_path(path, &request, e);

	if (!rc)
		rc = search_with(site->search, dir, &with, e);
	if (!rc)
		rc = prepare_host(e);
	b.site.search = &with;
	b.kernels = (struct series_kernels){ .dir = dir, .request = request };
	if (!rc)
		rc = go(&b, &made, e);
	if (!rc)
		rc = json_save_path(made, report, e);
	if (!rc)
		*ret = take_ptr(made);
	json_decref(made);
	bisect_question_clear(&b.question);
	search_clear(&with);
	return rc;
}
