/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include "lib/cleanup.h"
#include "patch/bisect-evidence.h"
#include "plan/plan.h"

/* Figures of a cell whose policies did not act are no figures. */
static bool counts(const struct result_cell *c)
{
	const char *proof = c->doc ? json_str(json_object_get(c->doc, "proof"), "status") : NULL;

	return c->outcome == OUTCOME_OK && proof && strcmp(proof, "failed");
}

static const struct result_cell *cell_of(const struct result *r, const struct bisect_figure *f,
					 const char *arm, unsigned pair)
{
	for (size_t i = 0; i < r->n_cells; i++) {
		const struct result_cell *c = &r->cells[i];

		if (c->pair == pair && !strcmp(c->arm, arm) && !strcmp(c->topology, f->topology) &&
		    !strcmp(c->workload, f->workload))
			return counts(c) ? c : NULL;
	}
	return NULL;
}

static bool value_of(const struct result_cell *c, const char *metric, double *ret)
{
	return c && result_cell_value(c, metric, ret);
}

size_t evidence_pairs(const struct result *r, const struct bisect_figure *f, double *base,
		      double *patched, size_t max)
{
	unsigned pairs = (unsigned)json_int_or(r->plan, "pairs", 0);
	size_t n = 0;

	for (unsigned p = 1; p <= pairs && n < max; p++) {
		if (value_of(cell_of(r, f, PLAN_BASE, p), f->metric, &base[n]) &&
		    value_of(cell_of(r, f, PLAN_PATCHED, p), f->metric, &patched[n]))
			n++;
	}
	return n;
}

size_t evidence_figures(const struct result *r, struct bisect_figure *ret, size_t max)
{
	const json_t *metrics = json_object_get(r->plan, "metrics"), *m;
	const char *topology, *workload;
	json_t *t, *w;
	size_t n = 0, i;

	json_object_foreach(json_object_get(r->plan, "topologies"), topology, t)
	json_object_foreach(json_object_get(r->plan, "workloads"), workload, w)
	json_array_foreach(metrics, i, m) {
		if (n == max || !result_asks(m, workload))
			continue;
		ret[n++] = (struct bisect_figure){
			.topology = topology,
			.workload = workload,
			.metric = json_str(m, "name"),
			.ratio = !strcmp(json_str(m, "scale"), "ratio"),
			.more_is_better = !strcmp(json_str(m, "better"), "more"),
			.margin = json_number_value(json_object_get(m, "margin")),
		};
	}
	return n;
}

/* What a failed cell is known by; NULL for one that is well, not done, or the rig's failure. */
static const char *signature_of(const struct result_cell *c)
{
	const char *report = c->doc ? json_str(c->doc, "report") : NULL;

	if (!c->doc || c->outcome == OUTCOME_OK || c->outcome == OUTCOME_INFRA_ERROR)
		return NULL;
	return report ? report : outcome_table[c->outcome].name;
}

static bool has_ended(const struct result_cell *c)
{
	return c->doc && c->outcome != OUTCOME_INFRA_ERROR;
}

static struct evidence_failure failure_like(const struct result *r, const struct result_cell *first)
{
	struct evidence_failure f = {
		.signature = signature_of(first), .topology = first->topology,
		.workload = first->workload, .reason = json_str(first->doc, "reason"),
	};

	for (size_t i = 0; i < r->n_cells; i++) {
		const struct result_cell *c = &r->cells[i];
		const char *signature = signature_of(c);

		if (strcmp(c->arm, first->arm) || strcmp(c->topology, f.topology) ||
		    strcmp(c->workload, f.workload))
			continue;
		f.booted += has_ended(c);
		f.failed += signature && !strcmp(signature, f.signature);
	}
	return f;
}

bool evidence_failure(const struct result *r, const char *arm, struct evidence_failure *ret)
{
	bool found = false;

	for (size_t i = 0; i < r->n_cells; i++) {
		if (strcmp(r->cells[i].arm, arm) || !signature_of(&r->cells[i]))
			continue;
		struct evidence_failure f = failure_like(r, &r->cells[i]);

		if (!found || f.failed > ret->failed)
			*ret = f;
		found = true;
	}
	return found;
}

struct evidence_count evidence_count(const struct result *r, const char *arm, const char *signature)
{
	struct evidence_count n = { 0 };

	for (size_t i = 0; i < r->n_cells; i++) {
		const struct result_cell *c = &r->cells[i];
		const char *own = signature_of(c);

		if (strcmp(c->arm, arm))
			continue;
		n.booted += has_ended(c);
		if (own && !strcmp(own, signature)) {
			n.alike++;
		} else if (own) {
			n.other++;
			n.other_reason = json_str(c->doc, "reason");
		}
	}
	return n;
}
