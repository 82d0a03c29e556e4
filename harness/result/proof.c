/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "lib/cleanup.h"
#include "result/metric.h"
#include "result/proof.h"

#define STABLE_TOLERANCE 0.01

static bool limit_least(double v, double limit)
{
	return v >= limit;
}

static bool limit_more(double v, double limit)
{
	return v > limit;
}

static bool limit_most(double v, double limit)
{
	return v <= limit;
}

static const struct {
	const char *key, *words;
	bool (*holds)(double v, double limit);
} limits[] = {
	{ "at_least", "at least", limit_least },
	{ "more_than", "more than", limit_more },
	{ "at_most", "at most", limit_most },
};

/* One comparison of a metric with a limit, and both sides in words. */
struct limit_result {
	bool ok;
	char wanted[160], seen[64];
};

static void number_check(const json_t *check, const char *name, bool present, double v,
			 struct limit_result *ret)
{
	*ret = (struct limit_result){ .seen = "absent" };
	if (present)
		snprintf(ret->seen, sizeof(ret->seen), "%.6g", v);
	for (size_t i = 0; i < ARRAY_SIZE(limits); i++) {
		const json_t *limit = json_object_get(check, limits[i].key);

		if (!limit)
			continue;
		snprintf(ret->wanted, sizeof(ret->wanted), "%s %s %.6g", name, limits[i].words,
			 json_number_value(limit));
		ret->ok = present && limits[i].holds(v, json_number_value(limit));
	}
}

static void limit_check(const json_t *check, const json_t *workload, const struct samples *s,
			struct window w, struct limit_result *ret)
{
	const char *metric = json_str(check, "metric");
	double v = 0;
	bool present = metric_value(s, workload, metric, w, &v);

	number_check(check, metric, present, v, ret);
}

static void sum_check(const json_t *check, const json_t *sums, struct limit_result *ret)
{
	char name[128];

	snprintf(name, sizeof(name), "%s.%s", json_str(check, "daemon"), json_str(check, "sum"));
	const json_t *sum = json_object_get(sums, name);

	number_check(check, name, sum, json_number_value(sum), ret);
}

static void file_check(const json_t *check, const json_t *files, struct limit_result *ret)
{
	const char *file = json_str(check, "file"), *reads = json_str(check, "reads");
	const char *seen = json_str(files, file);
	char chosen[64];

	*ret = (struct limit_result){ .seen = "absent" };
	snprintf(ret->wanted, sizeof(ret->wanted), "%s reads %s", file, reads);
	if (!seen)
		return;
	snprintf(ret->seen, sizeof(ret->seen), "%s", seen);
	/* A list of choices has the one in force in brackets. */
	snprintf(chosen, sizeof(chosen), "[%s]", reads);
	ret->ok = !strcmp(seen, reads) || strstr(seen, chosen);
}

static void proof_line_check(const json_t *check, const json_t *workload, const struct samples *s,
			     struct window w, const json_t *facts, struct limit_result *ret)
{
	if (json_str(check, "file"))
		file_check(check, json_object_get(facts, "files"), ret);
	else if (json_str(check, "daemon"))
		sum_check(check, json_object_get(facts, "sums"), ret);
	else
		limit_check(check, workload, s, w, ret);
}

/* Whether another policy of the arm says that this one may have nothing to do. */
static bool may_idle(const json_t *policies, const char *name)
{
	const json_t *policy;
	size_t i;

	json_array_foreach(policies, i, policy)
		if (json_array_has(json_object_get(policy, "may_idle"), name))
			return true;
	return false;
}

int proof_check(const json_t *policies, const json_t *workload, const struct samples *s,
		struct window w, const json_t *facts, json_t **ret, struct err *e)
{
	cleanup_json json_t *checks = json_array();
	const json_t *policy, *check;
	bool all = true, any = false;
	size_t i, k;

	json_array_foreach(policies, i, policy) {
		const char *name = json_str(policy, "policy");
		bool idle = may_idle(policies, name);

		json_array_foreach(json_object_get(policy, "proof"), k, check) {
			struct limit_result r;

			proof_line_check(check, workload, s, w, facts, &r);
			all &= r.ok || idle;
			any |= r.ok;
			json_array_append_new(checks, json_pack("{s:s, s:s, s:s, s:s, s:b, s:b}",
						"policy", name, "what", json_str(check, "what"),
						"wanted", r.wanted, "seen", r.seen, "ok", r.ok,
						"may_idle", idle));
		}
	}
	json_t *proof = json_pack("{s:s, s:O}", "status",
				  !json_array_size(checks) ? "none" : all && any ? "ok" : "failed",
				  "checks", checks);
	if (!proof)
		return err_set(e, ENOMEM, "out of memory for the proof");
	*ret = proof;
	return 0;
}

int64_t settle_timeout_ms(const json_t *policies)
{
	const json_t *policy;
	int64_t longest = 0;
	size_t i;

	json_array_foreach(policies, i, policy) {
		int64_t ms = json_int_or(json_object_get(policy, "settle"), "timeout", 0);

		longest = ms > longest ? ms : longest;
	}
	return longest;
}

/* What a counter did before waiting began may have been over other memory. */
static bool has_grown(const json_t *c, const json_t *workload, const struct samples *s,
		      int64_t begin_ns, char waiting[static 200])
{
	const struct window before = { 0, begin_ns }, whole = { 0, samples_last_ns(s) };
	double wanted = json_number_value(json_object_get(c, "grown_by")), from, to;
	const char *metric = json_str(c, "metric");

	if (!metric_value(s, workload, metric, before, &from) ||
	    !metric_value(s, workload, metric, whole, &to)) {
		snprintf(waiting, 200, "%s is absent, so it has not grown", metric);
		return false;
	}
	snprintf(waiting, 200, "%s has grown by %.6g, not yet by %.6g", metric, to - from, wanted);
	return to - from >= wanted;
}

static bool condition_holds(const json_t *c, const json_t *workload, const struct samples *s,
			    int64_t begin_ns, char waiting[static 200])
{
	const char *metric = json_str(c, "metric");
	int64_t now = samples_last_ns(s), stable_ms = json_int_or(c, "stable_for", 0);
	struct window w = { .from_ns = 0, .to_ns = now };

	if (stable_ms) {
		w.from_ns = now - stable_ms * 1000000;
		snprintf(waiting, 200, "%s has not kept still for %g s yet", metric,
			 (double)stable_ms / 1000);
		return metric_stable(s, workload, metric, w, STABLE_TOLERANCE);
	}
	if (json_object_get(c, "grown_by"))
		return has_grown(c, workload, s, begin_ns, waiting);
	struct limit_result r;

	limit_check(c, workload, s, w, &r);
	snprintf(waiting, 200, "%s is %s, not yet %s", metric, r.seen, r.wanted + strlen(metric) + 1);
	return r.ok;
}

bool settle_reached(const json_t *policies, const json_t *workload, const struct samples *s,
		    int64_t begin_ns, char waiting[static 200])
{
	const json_t *policy, *c;
	size_t i, k;

	json_array_foreach(policies, i, policy) {
		const json_t *settle = json_object_get(policy, "settle");

		json_array_foreach(json_object_get(settle, "conditions"), k, c)
			if (!condition_holds(c, workload, s, begin_ns, waiting))
				return false;
	}
	return true;
}
