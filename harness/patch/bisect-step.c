/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include "contest/contest.h"
#include "image/kernel-source-build.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "patch/bisect-evidence.h"
#include "patch/bisect-step.h"

#define FIGURES_MAX 256
#define CLEAN_MAX 40	/* boots; a failure that is rarer than that takes days to bisect */

void bisect_question_clear(struct bisect_question *q)
{
	free((char *)q->figure.topology);
	free((char *)q->figure.workload);
	free((char *)q->figure.metric);
	free(q->signature);
	free(q->failure);
	*q = (struct bisect_question){ 0 };
}

static const char *asked(const struct bisect_run *b, const char *key)
{
	return json_str(b->kernels.request, key);
}

/* Builds kernel @k; where it does not build, *ret says so, and it is MARK_SKIPPED. */
static int build(const struct bisect_run *b, size_t k, char **ret_name, struct bisect_step *ret,
		 struct err *e)
{
	const struct kernel_build_opts o = { 0 };
	struct kernel kernel = { 0 };
	int rc = series_kernels_make(&b->kernels, b->site.search, k, ret_name, e);

	if (!rc)
		rc = kernel_build_ensure(b->site.search, *ret_name, &o, b->site.progress, &kernel, NULL,
					 e);
	kernel_clear(&kernel);
	if (!k || (rc != -EINVAL && rc != -ENOEXEC))
		return rc;
	ret->mark = MARK_SKIPPED;
	snprintf(ret->why, sizeof(ret->why), "it does not build: %.300s", e->msg);
	return 0;
}

/* The contest of kernel @k against the good end, asked what @v says; its kernels are built. */
static int open_contest(const struct bisect_run *b, size_t k, struct plan_versus *v,
			unsigned pairs, bool diagnostic, struct contest *ret,
			struct bisect_step *step, struct err *e)
{
	cleanup_free char *base = NULL, *patched = NULL;
	cleanup_free char *dir = path_format("%s/kernel-%04zu", b->kernels.dir, k);
	int rc = build(b, 0, &base, step, e);

	if (!rc)
		rc = build(b, k, &patched, step, e);
	if (rc || step->mark == MARK_SKIPPED)
		return rc;
	v->base = base;
	v->patched = patched;
	v->policies_of = asked(b, "arm");
	const struct plan_opts o = {
		.experiment = asked(b, "experiment"), .versus = v, .pairs = pairs,
		.diagnostic = diagnostic, .has_seed = true, .seed = (int64_t)k,
	};

	return contest_open(&b->site, dir, &o, ret, e);
}

/* Judges the figure @f by @r; MARK_SKIPPED where no pair counts. */
static int judge(const struct result *r, const struct bisect_figure *f, double line, double alpha,
		 size_t look, enum bisect_mark *ret, double *ret_worse, struct err *e)
{
	double base[SEQUENTIAL_PAIRS_MAX], patched[SEQUENTIAL_PAIRS_MAX];
	size_t n = evidence_pairs(r, f, base, patched, sequential_pairs[look]);

	*ret = MARK_SKIPPED;
	*ret_worse = 0;
	if (!n)
		return 0;
	return bisect_judge_figure(f, base, patched, n, line, alpha, look, ret, ret_worse, e);
}

/* The key metric that the bad end is worst in, by its margin; false where it is in none. */
static int worst_figure(const struct bisect_run *b, const struct result *r, size_t look,
			struct bisect_figure *ret, double *ret_worse, bool *ret_found,
			struct err *e)
{
	struct bisect_figure f[FIGURES_MAX];
	size_t n = evidence_figures(r, f, FIGURES_MAX);

	*ret_found = false;
	for (size_t i = 0; i < n; i++) {
		enum bisect_mark mark;
		double worse;
		int rc = judge(r, &f[i], 0, b->alpha / (double)n, look, &mark, &worse, e);

		if (rc == -EDOM)
			continue;
		if (rc)
			return rc;
		if (mark != MARK_BAD || (*ret_found && worse / f[i].margin <= *ret_worse / ret->margin))
			continue;
		*ret = f[i];
		*ret_worse = worse;
		*ret_found = true;
	}
	return 0;
}

/* A failure of the bad end that the good end never had. */
static bool failure_found(const struct bisect_run *b, const struct result *r, size_t look,
			  struct evidence_failure *ret)
{
	return evidence_failure(r, PLAN_PATCHED, ret) &&
	       !evidence_count(r, PLAN_BASE, ret->signature).alike &&
	       bisect_ends_differ(ret->failed, ret->booted, sequential_alpha(b->alpha, look));
}

static void ask_about_failure(struct bisect_question *q, const struct evidence_failure *f)
{
	*q = (struct bisect_question){
		.kind = BISECT_FAILURE,
		.figure = { .topology = strdup(f->topology), .workload = strdup(f->workload) },
		.signature = strdup(f->signature),
		.failure = strdup(f->reason),
		.failed = f->failed,
		.booted = f->booted,
	};
}

static void ask_about_figure(struct bisect_question *q, const struct bisect_figure *f, double worse)
{
	*q = (struct bisect_question){ .kind = BISECT_FIGURE, .figure = *f, .worse = worse };
	q->figure.topology = strdup(f->topology);
	q->figure.workload = strdup(f->workload);
	q->figure.metric = strdup(f->metric);
}

static unsigned count_boots(const struct result *r)
{
	unsigned n = 0;

	for (size_t i = 0; i < r->n_cells; i++)
		n += r->cells[i].doc != NULL;
	return n;
}

/* One look at the bad end. Sets the question where it is clear. */
static int look_at_ends(struct bisect_run *b, const struct result *r, size_t look, struct err *e)
{
	struct evidence_failure failure;
	struct bisect_figure figure;
	double worse;
	bool found;

	if (failure_found(b, r, look, &failure)) {
		ask_about_failure(&b->question, &failure);
		return 0;
	}
	int rc = worst_figure(b, r, look, &figure, &worse, &found, e);

	if (!rc && found)
		ask_about_figure(&b->question, &figure, worse);
	return rc;
}

int bisect_step_ends(struct bisect_run *b, struct bisect_step *ret, struct err *e)
{
	struct plan_versus v = { .topology = asked(b, "topology"), .workload = asked(b, "workload"),
				 .metric = asked(b, "metric") };
	size_t bad = series_kernels_count(&b->kernels);
	cleanup_contest struct contest c = { 0 };

	*ret = (struct bisect_step){ .mark = MARK_UNDECIDED };
	int rc = open_contest(b, bad, &v, SEQUENTIAL_PAIRS_MAX, false, &c, ret, e);

	for (size_t look = 0; !rc && c.dir && look < SEQUENTIAL_LOOKS; look++) {
		cleanup_result struct result *r = NULL;

		rc = contest_run(&b->site, &c, sequential_pairs[look], NULL, &r, e);
		if (!rc)
			rc = look_at_ends(b, r, look, e);
		if (rc)
			return rc;
		ret->boots = count_boots(r);
		if (b->question.kind != BISECT_UNKNOWN) {
			ret->mark = MARK_BAD;
			ret->worse = b->question.worse;
			return 0;
		}
	}
	if (!rc && ret->mark == MARK_UNDECIDED)
		snprintf(ret->why, sizeof(ret->why), "in %u pairs the bad end is not told from the good "
			 "one: no failure of its own, and no key metric that is worse by more than its "
			 "margin", SEQUENTIAL_PAIRS_MAX);
	return rc;
}

static int test_figure(const struct bisect_run *b, size_t k, struct bisect_step *ret, struct err *e)
{
	const struct bisect_figure *f = &b->question.figure;
	struct plan_versus v = { .topology = f->topology, .workload = f->workload,
				 .metric = f->metric };
	cleanup_contest struct contest c = { 0 };
	int rc = open_contest(b, k, &v, SEQUENTIAL_PAIRS_MAX, false, &c, ret, e);

	ret->mark = c.dir ? MARK_MORE : ret->mark;
	for (size_t look = 0; !rc && ret->mark == MARK_MORE; look++) {
		cleanup_result struct result *r = NULL;
		struct evidence_failure failure;

		rc = contest_run(&b->site, &c, sequential_pairs[look], NULL, &r, e);
		if (rc)
			return rc;
		ret->boots = count_boots(r);
		if (evidence_failure(r, PLAN_PATCHED, &failure)) {
			ret->mark = MARK_SKIPPED;
			snprintf(ret->why, sizeof(ret->why), "it fails: %.300s", failure.reason);
			return 0;
		}
		rc = judge(r, f, b->question.worse / 2, b->alpha, look, &ret->mark, &ret->worse, e);
	}
	if (!rc && ret->mark == MARK_SKIPPED && !ret->why[0])
		snprintf(ret->why, sizeof(ret->why), "no pair of it counts: cells are missing, or a "
			 "policy's proof failed");
	if (!rc && ret->mark == MARK_UNDECIDED)
		snprintf(ret->why, sizeof(ret->why), "after %u pairs it lies between the ends",
			 SEQUENTIAL_PAIRS_MAX);
	return rc;
}

/* Boots kernel @k alone, as many at once as there are jobs, as long as that may change the answer. */
static int test_failure(const struct bisect_run *b, size_t k, struct bisect_step *ret, struct err *e)
{
	const struct bisect_question *q = &b->question;
	unsigned wanted = bisect_clean_boots(q->failed, q->booted, b->alpha);
	unsigned boots = wanted < CLEAN_MAX ? wanted : CLEAN_MAX;
	struct plan_versus v = { .topology = q->figure.topology, .workload = q->figure.workload };
	cleanup_contest struct contest c = { 0 };
	int rc = open_contest(b, k, &v, boots, true, &c, ret, e);

	if (rc || !c.dir)
		return rc;
	for (unsigned n = 0; n < boots;) {
		cleanup_result struct result *r = NULL;

		n = n + b->site.jobs < boots ? n + b->site.jobs : boots;
		rc = contest_run(&b->site, &c, n, PLAN_PATCHED, &r, e);
		if (rc)
			return rc;
		struct evidence_count seen = evidence_count(r, PLAN_PATCHED, q->signature);

		ret->boots = seen.booted;
		ret->mark = seen.alike ? MARK_BAD : seen.other ? MARK_SKIPPED : MARK_UNDECIDED;
		if (seen.other && !seen.alike)
			snprintf(ret->why, sizeof(ret->why), "it fails in another way: %.300s",
				 seen.other_reason);
		if (ret->mark != MARK_UNDECIDED)
			return 0;
	}
	if (ret->boots >= wanted)
		ret->mark = MARK_GOOD;
	else
		snprintf(ret->why, sizeof(ret->why), "it did not fail in %u boots; the bad end fails so "
			 "rarely (%u of %u) that %u would be needed", ret->boots, q->failed, q->booted,
			 wanted);
	return 0;
}

int bisect_step_kernel(const struct bisect_run *b, size_t k, struct bisect_step *ret, struct err *e)
{
	*ret = (struct bisect_step){ .mark = MARK_UNTESTED };
	return b->question.kind == BISECT_FIGURE ? test_figure(b, k, ret, e)
						 : test_failure(b, k, ret, e);
}
