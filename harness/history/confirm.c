/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <math.h>
#include <string.h>
#include <unistd.h>
#include "contest/contest.h"
#include "history/change.h"
#include "history/confirm.h"
#include "history/confirm-judge.h"
#include "history/night.h"
#include "history/setup.h"
#include "lib/cleanup.h"
#include "lib/clock.h"
#include "lib/file.h"
#include "patch/bisect-evidence.h"

#define KERNEL_BEFORE "before"
#define KERNEL_NEWEST "newest"
#define HASH_SHOWN 12

/* One A/B: what it is about, and the two kernels. */
struct question {
	struct history *h;
	const struct contest_site *site;
	const json_t *trend, *change;
	const char *dir;
	json_int_t newest;		/* night */
	json_t *before_kernel, *newest_kernel, *options;
};

static void question_clear(struct question *q)
{
	json_decref(q->before_kernel);
	json_decref(q->newest_kernel);
	json_decref(q->options);
}
#define cleanup_question __attribute__((cleanup(question_clear)))

static const char *of_trend(const struct question *q, const char *key)
{
	return json_str(q->trend, key);
}

static json_int_t before_night(const struct question *q)
{
	return json_int_or(q->change, "before_night", 0);
}

/* An answer without boots. */
static json_t *answer(const struct question *q, enum change_status verdict, const char *reason)
{
	char now[21];

	clock_utc(now);
	return json_pack("{s:s, s:o, s:i, s:n, s:[n, n], s:n, s:s, s:I}", "verdict",
			 change_table[verdict].name, "reason", json_sentence(reason), "pairs", 0,
			 "change", "ci", "result", "asked", now, "night", q->newest);
}

static int question_open(struct question *q, struct err *e)
{
	const json_t *nights = json_object_get(q->trend, "nights");
	const json_t *last = json_array_get(nights, json_array_size(nights) - 1);
	const char *name = of_trend(q, "kernel");

	q->newest = json_int_or(last, "night", 0);
	int rc = night_kernel(q->h, before_night(q), name, &q->before_kernel, e);

	if (!rc)
		rc = night_kernel(q->h, q->newest, name, &q->newest_kernel, e);
	if (!rc)
		rc = night_options(q->h, q->newest, &q->options, e);
	return rc;
}

/*
 * Why kernel @k of the night @night can no longer be booted; NULL where it can. The caller frees
 * it.
 */
static char *why_gone(const json_t *k, json_int_t night)
{
	const char *path = json_str_or(k, "bzimage", ""), *modules = json_str(k, "modules");
	const char *hash = json_str_or(k, "hash", "");
	char seen[65];
	struct err e;

	if (!k)
		return path_format("the history does not know the kernel of night %lld",
				   (long long)night);
	if (access(path, R_OK))
		return path_format("the kernel of night %lld (%s, hash %.*s) is gone: %s",
				   (long long)night, json_str(k, "release"), HASH_SHOWN, hash,
				   path);
	if (file_sha256(path, seen, &e) || strcmp(seen, hash))
		return path_format(
			"the kernel of night %lld (%s, hash %.*s) is gone: %s is another now",
			(long long)night, json_str(k, "release"), HASH_SHOWN, hash, path);
	if (modules && access(modules, R_OK))
		return path_format("the modules of the kernel of night %lld are gone: %s",
				   (long long)night, modules);
	return NULL;
}

/* Where both nights ran one kernel, no A/B of kernels can explain the change. */
static int answer_same(const struct question *q, json_t **ret, struct err *e)
{
	cleanup_free char *differs = NULL, *reason = NULL;
	int rc = night_differences(q->h, before_night(q), q->newest, &differs, e);

	if (rc)
		return rc;
	reason = path_format("both nights ran one kernel (%s, hash %.*s); what else differs: %s",
			     json_str(q->newest_kernel, "release"), HASH_SHOWN,
			     json_str(q->newest_kernel, "hash"),
			     differs ? differs : "nothing that is recorded");
	*ret = answer(q, CHANGE_NOT_CONFIRMED, reason);
	return 0;
}

static bool same_kernel(const struct question *q)
{
	return q->before_kernel && q->newest_kernel &&
	       !strcmp(json_str(q->before_kernel, "hash"), json_str(q->newest_kernel, "hash"));
}

/* Sets *ret where the kernels alone give the answer. */
static int answer_by_kernels(const struct question *q, json_t **ret, struct err *e)
{
	if (same_kernel(q))
		return answer_same(q, ret, e);
	cleanup_free char *gone = why_gone(q->before_kernel, before_night(q));
	cleanup_free char *gone_too = gone ? NULL : why_gone(q->newest_kernel, q->newest);

	if (gone || gone_too)
		*ret = answer(q, CHANGE_UNCONFIRMABLE, gone ? gone : gone_too);
	return 0;
}

/* A kernel file that names the files of @k; JSON's strings are YAML's as well. */
static int kernel_file(const struct question *q, const char *name, const json_t *k, struct err *e)
{
	cleanup_free char *folder = path_format("%s/images/kernels/%s", q->dir, name);
	cleanup_free char *path = path_format("%s/kernel.yaml", folder);
	cleanup_free char *bzimage = json_dumps(json_object_get(k, "bzimage"), JSON_ENCODE_ANY);
	cleanup_free char *modules = json_str(k, "modules") ?
		json_dumps(json_object_get(k, "modules"), JSON_ENCODE_ANY) : NULL;
	cleanup_free char *text = path_format(
		"kernel: %s\nsummary: \"%s, hash %.*s\"\nprebuilt: {bzimage: %s%s%s}\n", name,
		json_str(k, "release"), HASH_SHOWN, json_str(k, "hash"), bzimage,
		modules ? ", modules: " : "", modules ? modules : "");
	int rc = dir_make(folder, 0755, e);

	return rc ? rc : file_write_atomic(path, text, strlen(text), e);
}

/* The plan's options as the nights had them; @search has the two kernels. */
static struct plan_opts plan_opts_of(const struct question *q, const struct plan_versus *v)
{
	return (struct plan_opts){
		.experiment = of_trend(q, "experiment"),
		.versus = v,
		.pairs = SEQUENTIAL_PAIRS_MAX,
		.has_seed = true,
		.seed = q->newest,
		.clock = json_str(q->options, "clock"),
		.scale = (unsigned)json_int_or(q->options, "scale", 1),
		.workload_scale = json_str(q->options, "workload_scale"),
		.limit_ratio = json_number_value(json_object_get(q->options, "limit_ratio")),
	};
}

static struct plan_versus versus_of(const struct question *q)
{
	return (struct plan_versus){
		.base = KERNEL_BEFORE,
		.patched = KERNEL_NEWEST,
		.policies_of = of_trend(q, "arm"),
		.topology = of_trend(q, "topology"),
		.workload = of_trend(q, "workload"),
		.metric = of_trend(q, "metric"),
	};
}

/* Figures of another setup would answer another question. */
static int check_setup(const struct question *q, json_t *plan, json_t **ret_answer, struct err *e)
{
	char setup[SETUP_SIZE];
	int rc = setup_hash(plan, of_trend(q, "topology"), of_trend(q, "workload"), PLAN_BASE,
			    setup, e);

	if (!rc && strcmp(setup, of_trend(q, "setup"))) {
		cleanup_free char *reason =
			path_format("the experiment %s now measures otherwise than in these nights",
				    of_trend(q, "experiment"));

		*ret_answer = answer(q, CHANGE_UNCONFIRMABLE, reason);
	}
	return rc;
}

/* Makes the kernel files and the plan; *ret_answer where the plan cannot be what it was. */
static int make_plan(const struct question *q, json_t **ret_plan, json_t **ret_answer,
		     struct err *e)
{
	const struct plan_versus v = versus_of(q);
	struct plan_opts o = plan_opts_of(q, &v);
	cleanup_site struct site host = { 0 };
	cleanup_json json_t *plan = NULL;
	struct search search = { 0 };
	int rc = kernel_file(q, KERNEL_BEFORE, q->before_kernel, e);

	if (!rc)
		rc = kernel_file(q, KERNEL_NEWEST, q->newest_kernel, e);
	if (!rc)
		rc = search_with(q->site->search, q->dir, &search, e);
	if (rc)
		return rc;
	o.site = &host;
	o.connect = q->site->connect;
	o.version = RAMRIG_VERSION;
	rc = plan_make(&search, &o, &plan, e);
	search_clear(&search);
	if (rc == -EINVAL || rc == -ENOENT) {
		cleanup_free char *reason =
			path_format("the experiment %s cannot be run as in these nights: %s",
				    of_trend(q, "experiment"), e->msg);

		*ret_answer = answer(q, CHANGE_UNCONFIRMABLE, reason);
		return 0;
	}
	if (!rc)
		rc = check_setup(q, plan, ret_answer, e);
	if (!rc && !*ret_answer)
		*ret_plan = take_ptr(plan);
	return rc;
}

static int ask(const struct question *q, json_t **ret_plan, json_t **ret_answer, struct err *e)
{
	int rc = answer_by_kernels(q, ret_answer, e);

	return rc || *ret_answer ? rc : make_plan(q, ret_plan, ret_answer, e);
}

int confirm_plan(struct history *h, const struct contest_site *site, const json_t *trend,
		 const json_t *change, const char *dir, json_t **ret_plan, json_t **ret_answer,
		 struct err *e)
{
	cleanup_question struct question q = {
		.h = h, .site = site, .trend = trend, .change = change, .dir = dir
	};
	json_t *plan = NULL, *known = NULL;
	int rc = question_open(&q, e);

	if (!rc)
		rc = ask(&q, &plan, &known, e);
	if (rc)
		return rc;
	*ret_plan = plan;
	*ret_answer = known;
	return 0;
}

/* The confirmation that @f is. */
static json_t *confirmation(const struct question *q, const struct confirm_finding *f,
			    const char *result)
{
	static const struct {
		enum change_status status;
		const char *reason;
	} said[] = {
		[CONFIRM_REGRESSION] = { CHANGE_ALARM, "the A/B says regression" },
		[CONFIRM_NONE] = { CHANGE_NOT_CONFIRMED,
				   "the A/B excludes a change beyond the margin" },
		[CONFIRM_UNCLEAR] = { CHANGE_NOT_CONFIRMED,
				      "the A/B cannot tell a change beyond the margin" },
		[CONFIRM_NO_PAIR] = { CHANGE_UNCONFIRMABLE,
				      "no pair of the A/B counts: the kernel of before fails, or a "
				      "policy's proof did" },
	};
	json_t *c = answer(q, said[f->verdict].status, said[f->verdict].reason);

	json_object_set_new(c, "pairs", json_integer((json_int_t)f->pairs));
	json_object_set_new(c, "result", json_string(result));
	if (!f->pairs)
		return c;
	json_object_set_new(c, "change", json_real_or_null(f->change));
	json_object_set_new(c, "ci", json_pack("[o, o]", json_real_or_null(f->ci[0]),
					       json_real_or_null(f->ci[1])));
	return c;
}

/* Nothing was asked where the rig failed: the change stays open, and another night may ask. */
static int check_rig(const struct result *r, const struct confirm_finding *f, struct err *e)
{
	const char *why = f->verdict == CONFIRM_NO_PAIR ? confirm_rig_failure(r) : NULL;

	if (!why)
		return 0;
	return err_set(e, EIO, "no pair of the A/B in %s counts, as the rig failed: %s; the change "
		       "stays open", r->dir, why);
}

static int look_at(const struct result *r, size_t look, struct confirm_finding *ret, struct err *e)
{
	double base[SEQUENTIAL_PAIRS_MAX], newest[SEQUENTIAL_PAIRS_MAX];
	struct bisect_figure f;

	if (evidence_figures(r, &f, 1) != 1)
		return err_set(e, EINVAL, "%s/plan.json asks for no figure", r->dir);
	size_t n = evidence_pairs(r, &f, base, newest, sequential_pairs[look]);

	return confirm_judge(&f, base, newest, n, look, ret, e);
}

/* Pairs are added while they may change the answer. */
static int run(const struct question *q, const struct contest *c, json_t **ret, struct err *e)
{
	struct confirm_finding f = { .verdict = CONFIRM_MORE };

	for (size_t look = 0; f.verdict == CONFIRM_MORE; look++) {
		cleanup_result struct result *r = NULL;
		struct evidence_failure failure;
		int rc = contest_run(q->site, c, sequential_pairs[look], NULL, &r, e);

		if (rc)
			return rc;
		if (evidence_failure(r, PLAN_PATCHED, &failure)) {
			*ret = json_pack("{s:n, s:o, s:s}", "verdict", "failure",
					 json_sentence(failure.reason), "result", c->dir);
			return 0;
		}
		rc = look_at(r, look, &f, e);
		if (!rc)
			rc = check_rig(r, &f, e);
		if (rc)
			return rc;
	}
	*ret = confirmation(q, &f, c->dir);
	return 0;
}

int confirm_run(struct history *h, const struct contest_site *site, const json_t *trend,
		const json_t *change, const char *dir, json_t **ret, struct err *e)
{
	cleanup_question struct question q = {
		.h = h, .site = site, .trend = trend, .change = change, .dir = dir
	};
	cleanup_contest struct contest c = { 0 };
	cleanup_json json_t *plan = NULL;
	cleanup_free char *result = path_format("%s/result", dir);
	struct contest_site with = *site;
	struct search search = { 0 };
	json_t *known = NULL;
	int rc = question_open(&q, e);

	if (!rc)
		rc = ask(&q, &plan, &known, e);
	if (rc || known) {
		*ret = known;
		return rc;
	}
	const struct plan_versus v = versus_of(&q);
	const struct plan_opts o = plan_opts_of(&q, &v);

	rc = search_with(site->search, dir, &search, e);
	with.search = &search;
	if (!rc)
		rc = contest_open(&with, result, &o, &c, e);
	if (!rc)
		rc = run(&q, &c, ret, e);
	search_clear(&search);
	return rc;
}
