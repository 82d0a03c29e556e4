/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include "cell/policy.h"
#include "lib/cleanup.h"
#include "lib/clock.h"
#include "lib/file.h"
#include "result/metric.h"

#define SETTLE_STEP_MS 250
#define STABLE_TOLERANCE 0.01
#define NS_PER_MS 1000000LL

bool policy_process_attribute(const json_t *policies, const char *name)
{
	const json_t *p;
	size_t i;

	json_array_foreach(policies, i, p) {
		if (json_is_true(json_object_get(json_object_get(p, "process"), name)))
			return true;
	}
	return false;
}

static int check_needs(struct cell *c, const json_t *policy, struct err *e)
{
	const json_t *files = json_object_get(json_object_get(policy, "needs"), "files"), *file;
	size_t i;

	json_array_foreach(files, i, file) {
		int rc = guest_call(c->guest, "read",
				    json_pack("{s:s, s:i}", "path", json_string_value(file),
					      "max_bytes", 4096),
				    NULL, e);

		if (rc == -ENOENT)
			return err_set(e, ENOENT, "policy %s needs %s, which this kernel lacks",
				       json_str(policy, "policy"), json_string_value(file));
		if (rc)
			return rc;
	}
	return 0;
}

/*
 * A file such as KSM's advisor_mode answers "[none] scan-time": what is chosen
 * stands in brackets.
 */
static bool reads_back(const char *wanted, const char *seen)
{
	cleanup_free char *chosen = path_format("[%s]", wanted);

	return !strcmp(wanted, seen) || strstr(seen, chosen);
}

static int write_file(struct cell *c, const char *policy, const json_t *w, struct err *e)
{
	const char *file = json_str(w, "file"), *value = json_str(w, "value");
	cleanup_json json_t *result = NULL;
	int rc = guest_call(c->guest, "write",
			    json_pack("{s:s, s:s, s:b}", "path", file, "data", value, "read_back",
				      true),
			    &result, e);

	if (rc == -ENOENT && json_is_true(json_object_get(w, "optional")))
		return 0;
	if (rc && link_answered(c->guest->link))
		return err_prefix(e, "policy %s: ", policy);
	if (rc)
		return rc;
	const char *seen = json_str(result, "value");
	if (!seen || !reads_back(value, seen))
		return err_set(e, EIO, "policy %s: wrote %s to %s, which then reads '%s'", policy,
			       value, file, seen ? seen : "");
	return 0;
}

int cell_policies_apply(struct cell *c, struct err *e)
{
	const json_t *policy, *w;
	size_t i, k;
	int rc = 0;

	json_array_foreach(c->policies, i, policy) {
		rc = check_needs(c, policy, e);
		if (rc)
			return rc;
		json_array_foreach(json_object_get(policy, "write"), k, w) {
			rc = write_file(c, json_str(policy, "policy"), w, e);
			if (rc)
				return rc;
		}
	}
	return 0;
}

static bool condition_holds(const struct cell *c, const json_t *cond)
{
	const char *metric = json_str(cond, "metric");
	const json_t *least = json_object_get(cond, "at_least");
	int64_t stable_ms = json_int_or(cond, "stable_for", 0), now = samples_last_ns(c->samples);
	struct window all = { 0, now };
	struct window recent = { now - stable_ms * NS_PER_MS, now };
	double value;

	if (least && (!metric_value(c->samples, c->workload, metric, all, &value) ||
		      value < json_number_value(least)))
		return false;
	return !stable_ms ||
	       metric_stable(c->samples, c->workload, metric, recent, STABLE_TOLERANCE);
}

/* Returns the first condition that does not hold, or NULL. */
static const json_t *unsettled(const struct cell *c, const json_t *settle)
{
	const json_t *cond;
	size_t i;

	json_array_foreach(json_object_get(settle, "conditions"), i, cond) {
		if (!condition_holds(c, cond))
			return cond;
	}
	return NULL;
}

int cell_policies_settle(struct cell *c, struct err *e)
{
	const json_t *policy;
	size_t i;

	json_array_foreach(c->policies, i, policy) {
		const json_t *settle = json_object_get(policy, "settle"), *cond;
		int64_t guest_ms = json_int_or(settle, "timeout", 0);
		int64_t wall_end = clock_now_ms() + cell_wall_ms(c, guest_ms);
		int64_t guest_end = samples_last_ns(c->samples) + guest_ms * NS_PER_MS;

		while (settle && (cond = unsettled(c, settle))) {
			if (samples_last_ns(c->samples) >= guest_end || !clock_left_ms(wall_end)) {
				cell_warn(c, "policy %s: %s did not settle within %lld s",
					  json_str(policy, "policy"), json_str(cond, "metric"),
					  (long long)guest_ms / 1000);
				break;
			}
			int rc = link_wait(c->guest->link, clock_now_ms() + SETTLE_STEP_MS, e);
			if (rc)
				return rc;
			if (c->samples_rc) {
				*e = c->samples_err;
				return c->samples_rc;
			}
		}
	}
	return 0;
}

static bool at_least(double seen, double limit)
{
	return seen >= limit;
}

static bool more_than(double seen, double limit)
{
	return seen > limit;
}

static bool at_most(double seen, double limit)
{
	return seen <= limit;
}

/* The ways a proof can bound a metric. */
static const struct {
	const char *key;
	const char *words;
	bool (*holds)(double seen, double limit);
} bounds[] = {
	{ "at_least", "at least", at_least },
	{ "more_than", "more than", more_than },
	{ "at_most", "at most", at_most },
};

static bool prove_one(const json_t *policy, const json_t *proof, const json_t *metrics,
		      json_t *checks)
{
	const char *name = json_str(proof, "metric");
	const json_t *m = json_object_get(json_object_get(metrics, name), "value");
	char wanted[96] = "", seen[64];
	bool ok = json_is_number(m);
	size_t used = 0;

	snprintf(seen, sizeof(seen), "%.6g", json_number_value(m));
	for (size_t i = 0; i < ARRAY_SIZE(bounds); i++) {
		const json_t *limit = json_object_get(proof, bounds[i].key);

		if (!limit)
			continue;
		int n = snprintf(wanted + used, sizeof(wanted) - used, "%s%s %.6g",
				 used ? ", " : "", bounds[i].words, json_number_value(limit));
		used += n > 0 && (size_t)n < sizeof(wanted) - used ? (size_t)n : 0;
		ok = ok && bounds[i].holds(json_number_value(m), json_number_value(limit));
	}
	json_array_append_new(checks,
			      json_pack("{s:s, s:s, s:s, s:s, s:s, s:b}", "policy",
					json_str(policy, "policy"), "metric", name, "what",
					json_str(proof, "what") ? json_str(proof, "what") : name,
					"wanted", wanted, "seen",
					json_is_number(m) ? seen : "absent", "ok", ok));
	return ok;
}

const char *policy_prove(const json_t *policies, const json_t *metrics, json_t *checks)
{
	const json_t *policy, *proof;
	bool ok = true;
	size_t i, k;

	json_array_foreach(policies, i, policy) {
		json_array_foreach(json_object_get(policy, "proof"), k, proof)
			ok &= prove_one(policy, proof, metrics, checks);
	}
	if (!json_array_size(checks))
		return "none";
	return ok ? "ok" : "failed";
}
