/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <math.h>
#include <string.h>
#include "lib/cleanup.h"
#include "plan/family.h"
#include "result/metric.h"
#include "spec/nearest.h"
#include "spec/schema.h"
#include "stats/sequential.h"

/* What a metric is, wherever it comes from. */
struct metric_form {
	const char *unit, *better, *scale;
};

static bool form_find(const char *name, const json_t *workload, struct metric_form *ret)
{
	const struct metric_info *m = metric_find(name, workload);
	const json_t *figure;
	size_t i;

	if (m) {
		*ret = (struct metric_form){ m->unit, m->better, m->scale };
		return true;
	}
	json_array_foreach(json_object_get(workload, "figures"), i, figure) {
		if (strcmp(json_str(figure, "name"), name))
			continue;
		*ret = (struct metric_form){ json_str(figure, "unit"), json_str(figure, "better"),
					     json_str(figure, "scale") };
		return true;
	}
	return false;
}

static int metric_unknown(const struct spec *experiment, const char *name,
			  const json_t *workloads, const char *pointer, struct err *e)
{
	struct nearest near = { .written = name };
	const char *workload, *only = NULL;
	const json_t *figure;
	char hint[100];
	json_t *doc;
	size_t i;

	json_object_foreach((json_t *)workloads, workload, doc) {
		only = workload;
		json_array_foreach(json_object_get(doc, "figures"), i, figure)
			nearest_offer(&near, json_str(figure, "name"));
	}
	for (const struct metric_info *m = metric_table; m->name; m++)
		nearest_offer(&near, m->name);
	nearest_hint(&near, hint, sizeof(hint));
	if (json_object_size(workloads) > 1)
		return spec_error(experiment, pointer, e, "'%s' is neither a figure of one of the "
				  "workloads nor a metric from samples%s", name, hint);
	return spec_error(experiment, pointer, e, "'%s' is neither a figure of workload '%s' nor a "
			  "metric from samples%s", name, only, hint);
}

static bool form_equal(const struct metric_form *a, const struct metric_form *b)
{
	return !strcmp(a->unit, b->unit) && !strcmp(a->better, b->better) &&
		!strcmp(a->scale, b->scale);
}

/*
 * Finds the form that the workloads which have the metric give to it, and adds
 * their names to @have.
 */
static int form_agree(const struct spec *experiment, const json_t *workloads, const char *name,
		      const char *pointer, struct metric_form *ret, json_t *have, struct err *e)
{
	struct metric_form form = {}, other;
	const char *workload;
	json_t *doc;

	json_object_foreach((json_t *)workloads, workload, doc) {
		if (!form_find(name, doc, &other))
			continue;
		if (form.unit && !form_equal(&form, &other))
			return spec_error(experiment, pointer, e, "'%s' is not the same in all "
					  "workloads: %s, %s, %s and %s, %s, %s", name, form.unit,
					  form.better, form.scale, other.unit, other.better,
					  other.scale);
		form = other;
		json_array_append_new(have, json_string(workload));
	}
	if (!form.unit)
		return metric_unknown(experiment, name, workloads, pointer, e);
	*ret = form;
	return 0;
}

/* How a margin is written: as a share, a size, or a number in the metric's own unit. */
static enum field_type margin_type(const struct metric_form *form)
{
	if (!strcmp(form->scale, "ratio"))
		return FIELD_SHARE;
	return strcmp(form->unit, "bytes") ? FIELD_NUMBER : FIELD_SIZE;
}

static int margin_parse(const struct spec *experiment, const char *pointer, const char *name,
			const struct metric_form *form, const char *text, double *ret,
			struct err *e)
{
	const struct field f = { .type = margin_type(form) };
	cleanup_json json_t *v = NULL;

	if (f.type != FIELD_SHARE && strchr(text, '%'))
		return spec_error(experiment, pointer, e, "'%s' can be zero and is compared as a "
				  "difference: its margin is a number of %s, not a share", name,
				  form->unit);
	if (field_parse(&f, text, true, &v, e))
		return spec_error(experiment, pointer, e, "margin of '%s': %s", name, e->msg);
	if (json_number_value(v) <= 0)
		return spec_error(experiment, pointer, e, "margin of '%s': is not above zero", name);
	*ret = json_number_value(v);
	return 0;
}

int plan_metrics(const struct spec *experiment, const json_t *workloads, json_t **ret,
		 struct err *e)
{
	cleanup_json json_t *list = json_array();
	const json_t *item;
	size_t i;

	json_array_foreach(json_object_get(spec_doc(experiment), "metrics"), i, item) {
		const char *name = json_str(item, "name");
		cleanup_json json_t *have = json_array();
		struct metric_form form = {};
		char pointer[64];
		double margin = 0;

		snprintf(pointer, sizeof(pointer), "/metrics/%zu/name", i);
		int rc = form_agree(experiment, workloads, name, pointer, &form, have, e);
		if (rc)
			return rc;
		snprintf(pointer, sizeof(pointer), "/metrics/%zu/margin", i);
		rc = margin_parse(experiment, pointer, name, &form, json_str(item, "margin"),
				  &margin, e);
		if (rc)
			return rc;
		json_t *metric = json_pack("{s:s, s:s, s:s, s:s, s:f}", "name", name, "unit",
					   form.unit, "better", form.better, "scale", form.scale,
					   "margin", margin);
		if (json_array_size(have) < json_object_size(workloads))
			json_object_set(metric, "workloads", have);
		json_array_append_new(list, metric);
	}
	*ret = take_ptr(list);
	return 0;
}

unsigned long plan_family(const json_t *metrics, size_t workloads)
{
	const json_t *metric;
	unsigned long n = 0;
	size_t i;

	json_array_foreach(metrics, i, metric) {
		const json_t *some = json_object_get(metric, "workloads");

		n += some ? json_array_size(some) : workloads;
	}
	return n;
}

/*
 * The smallest two-sided p of n pairs is 2^(1-n), and Holm multiplies the
 * smallest p of a family by its size.
 */
unsigned plan_pairs_needed(unsigned long family, double alpha)
{
	unsigned pairs = 1;

	while (ldexp((double)family, 1 - (int)pairs) > alpha)
		pairs++;
	return pairs;
}

int plan_check_power(const struct spec *experiment, unsigned long family, unsigned pairs,
		     bool overridden, struct err *e)
{
	double alpha = json_number_value(json_object_get(spec_doc(experiment), "alpha"));
	unsigned needed = plan_pairs_needed(family, alpha);

	if (pairs >= needed)
		return 0;
	if (overridden)
		return err_set(e, EINVAL, "--pairs %u is too few: %lu key comparisons at alpha %.4g "
			       "need at least %u pairs, or no change could ever be significant",
			       pairs, family, alpha, needed);
	return spec_error(experiment, "/pairs", e, "%u pairs are too few: %lu key comparisons at "
			  "alpha %.4g need at least %u, or no change could ever be significant; "
			  "say 'pairs: %u', or 'diagnostic: true' if no verdict is wanted",
			  pairs, family, alpha, needed, needed);
}

int plan_check_looks(const struct spec *experiment, unsigned long family, struct err *e)
{
	double alpha = json_number_value(json_object_get(spec_doc(experiment), "alpha"));
	double own = sequential_alpha(alpha, SEQUENTIAL_LOOKS - 1);
	double most = floor(ldexp(own, SEQUENTIAL_PAIRS_MAX - 1));

	if ((double)family <= most)
		return 0;
	return spec_error(experiment, "/metrics", e, "%lu key comparisons are too many for looks: the "
			  "last, at %d pairs, has %.4g of alpha %.4g left, enough for %.0f; ask of "
			  "fewer metrics, arms, workloads or topologies, or fix the number of pairs",
			  family, SEQUENTIAL_PAIRS_MAX, own, alpha, most);
}
