/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include "cell/heat.h"
#include "image/book.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "plan/policies.h"
#include "spec/schema.h"

#define BOOK "heat"

bool heat_sweeps(const json_t *plan, enum accel accel)
{
	cleanup_json json_t *policies = policies_of_plan(plan);
	const json_t *policy;
	size_t i;

	json_array_foreach(policies, i, policy)
		if (json_str(policy, "heat") && accel == ACCEL_TCG)
			return true;
	return false;
}

char *heat_key(const char *kernel_hash, enum accel accel, const char *clock, bool swept)
{
	return path_format("%.16s %s %s %s", kernel_hash, accel_name(accel), clock,
			   swept ? "swept" : "bare");
}

static void figure_take(json_t *into, const char *key, const json_t *metrics, const char *source,
			const char *figure)
{
	cleanup_free char *name = path_format("%s_%s", source, figure);
	const json_t *v = json_object_get(json_object_get(metrics, name), "value");

	if (json_is_number(v))
		json_object_set_new(into, key, json_real(json_number_value(v)));
}

json_t *heat_entry(const json_t *metrics)
{
	json_t *entry = json_object();

	/* The figures of a scoring workload begin with the source. */
	for (const char *const *source = schema_heat_sources; *source; source++) {
		cleanup_json json_t *score = json_object();

		figure_take(score, "precision", metrics, *source, "precision");
		figure_take(score, "recall", metrics, *source, "recall");
		figure_take(score, "lag_s", metrics, *source, "lag");
		if (json_object_get(score, "precision") || json_object_get(score, "recall"))
			json_object_set(entry, *source, score);
	}
	return entry;
}

void heat_learn(const char *key, const json_t *workload, const json_t *result)
{
	cleanup_json json_t *entry = heat_entry(json_object_get(result, "metrics"));

	if (json_is_true(json_object_get(workload, "scores_heat")) &&
	    !strcmp(json_str_or(result, "outcome", ""), "ok") && json_object_size(entry))
		book_note(BOOK, key, entry);
}

/* A source that finds nothing has no precision: that is as bad as it can be. */
static json_t *judged(const json_t *score)
{
	json_t *j = json_deep_copy(score);

	json_object_set_new(j, "bar", json_real(HEAT_BAR));
	json_object_set_new(j, "ok",
		json_boolean(json_number_value(json_object_get(score, "precision")) >= HEAT_BAR &&
			     json_number_value(json_object_get(score, "recall")) >= HEAT_BAR));
	return j;
}

json_t *heat_scores_from(const json_t *book, const char *key, const json_t *policies)
{
	const json_t *entry = json_object_get(book, key), *policy;
	json_t *scores = NULL;
	size_t i;

	json_array_foreach(policies, i, policy) {
		const char *source = json_str(policy, "heat");

		if (!source)
			continue;
		const json_t *score = json_object_get(entry, source);

		scores = scores ? scores : json_object();
		json_object_set_new(scores, source, score ? judged(score) : json_null());
	}
	return scores;
}

json_t *heat_scores(const char *key, const json_t *policies)
{
	cleanup_json json_t *book = book_read(BOOK);

	return heat_scores_from(book, key, policies);
}
