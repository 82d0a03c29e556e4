/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "compare/row.h"
#include "lib/cleanup.h"

static const char *cell_proof(const struct result_cell *c)
{
	return json_str(json_object_get(c->doc, "proof"), "status");
}

const char *group_proof(const struct group *g)
{
	bool all_ok = g->n_pairs;

	for (size_t i = 0; i < g->n_pairs; i++) {
		const char *arm = cell_proof(g->pairs[i].arm);

		if (!strcmp(arm, "failed") || !strcmp(cell_proof(g->pairs[i].base), "failed"))
			return "failed";
		all_ok &= !strcmp(arm, "ok");
	}
	return all_ok ? "ok" : "none";
}

static const char *loop_words(const char *loop)
{
	return !loop ? "no loop" : strcmp(loop, "open") ? "a closed loop" : "an open loop";
}

/* Takes unit, direction and scale from the first cell, and holds all others to them. */
static int row_describe(struct row *r, const struct result_cell *c, const json_t *m,
			struct err *e)
{
	if (!r->unit) {
		r->unit = json_str(m, "unit");
		r->better = json_str(m, "better");
		r->scale = json_str(m, "scale");
	}
	if (!r->kind) {
		r->kind = json_str(m, "kind");
		r->loop = json_str(m, "loop");
	}
	if (strcmp(r->unit, json_str(m, "unit")) || strcmp(r->better, json_str(m, "better")) ||
	    strcmp(r->scale, json_str(m, "scale")))
		return err_set(e, EINVAL,
			       "cell %u gives metric '%s' in %s (%s is better, as a %s), not in %s "
			       "(%s, %s) like the plan or the other cells",
			       c->n, r->metric, json_str(m, "unit"), json_str(m, "better"),
			       json_str(m, "scale"), r->unit, r->better, r->scale);
	if (strcmp(loop_words(r->loop), loop_words(json_str(m, "loop"))))
		return err_set(e, EINVAL, "metric '%s' of cell %u is of %s, in cells before it of %s: "
			       "they do not measure the same", r->metric, c->n,
			       loop_words(json_str(m, "loop")), loop_words(r->loop));
	return 0;
}

/* Fills both arrays with the pairs in which both cells have the metric. */
static int row_values(struct row *r, double *base, double *arm, struct err *e)
{
	for (size_t i = 0; i < r->group->n_pairs; i++) {
		const struct pair *p = &r->group->pairs[i];
		const json_t *b = result_cell_metric(p->base, r->metric);
		const json_t *a = result_cell_metric(p->arm, r->metric);

		if (!b || !a)
			continue;
		int rc = row_describe(r, p->base, b, e);
		if (!rc)
			rc = row_describe(r, p->arm, a, e);
		if (rc)
			return rc;
		if (result_cell_value(p->base, r->metric, &base[r->n]) &&
		    result_cell_value(p->arm, r->metric, &arm[r->n]))
			r->n++;
	}
	return 0;
}

/* What forbids any number: a policy that did not act changes nothing. */
static bool row_is_void(const struct row *r)
{
	return !strcmp(r->proof, "failed");
}

static bool row_has_numbers(const struct row *r)
{
	return r->analysed && !row_is_void(r);
}

/* -ENODATA and -EDOM leave the row not analysed; e->msg then says why. */
static int row_analyse(struct row *r, const struct row_opts *o, struct err *e)
{
	size_t n = r->group->n_pairs;
	cleanup_free double *values = calloc(2 * n + 1, sizeof(*values));
	struct paired_opts po = { .alpha = o->alpha, .family = o->family, .seed = o->seed };

	if (!values)
		return err_set(e, ENOMEM, "out of memory for metric '%s'", r->metric);
	r->analysed = false;	/* a row that is looked at again has numbers of before */
	r->alpha = o->alpha;
	r->family = o->family;
	r->proof = group_proof(r->group);
	int rc = row_values(r, values, values + n, e);
	if (rc)
		return rc;
	if (!r->n)
		return err_set(e, ENODATA, "no pair has it in both cells");
	po.ratio = !strcmp(r->scale, "ratio");
	rc = paired_analyse(values, values + n, r->n, &po, &r->stats, e);
	if (rc == -EDOM && !r->key) {
		r->scale = "difference";
		po.ratio = false;
		rc = paired_analyse(values, values + n, r->n, &po, &r->stats, e);
	}
	r->analysed = !rc;
	return rc;
}

int row_key(const struct group *g, const json_t *m, const struct row_opts *o, struct row *ret,
	    json_t **ret_why, struct err *e)
{
	struct row r = {
		.group = g,
		.metric = json_str(m, "name"),
		.unit = json_str(m, "unit"),
		.better = json_str(m, "better"),
		.scale = json_str(m, "scale"),
		.key = true,
		.judged = o->judged,
		.margin = json_number_value(json_object_get(m, "margin")),
		.p_adjusted = 1,
	};
	json_t *why = NULL;
	struct err none;
	int rc = row_analyse(&r, o, &none);

	if (rc == -ENODATA || rc == -EDOM) {
		why = json_sprintf("%s of %s against %s (%s, %s) cannot be analysed: %s", r.metric,
				   g->arm, g->base, g->workload, g->topology, none.msg);
	} else if (rc) {
		*e = none;
		return rc;
	}
	*ret = r;
	*ret_why = why;
	return 0;
}

int row_upto(const struct row *r, unsigned pair_max, double alpha, const struct row_opts *o,
	     struct row *ret, struct err *e)
{
	const struct row_opts at = { .alpha = alpha, .family = o->family, .seed = o->seed };
	struct group g = *r->group;
	struct row now = *r;
	struct err none;

	while (g.n_pairs && g.pairs[g.n_pairs - 1].base->pair > pair_max)
		g.n_pairs--;
	now.group = &g;
	now.n = 0;
	now.p_adjusted = 1;
	int rc = row_analyse(&now, &at, &none);

	if (rc && rc != -ENODATA && rc != -EDOM) {
		*e = none;
		return rc;
	}
	now.group = r->group;
	*ret = now;
	return 0;
}

double row_p(const struct row *r)
{
	return row_has_numbers(r) ? r->stats.p : 1;
}

int row_diagnostic(const struct group *g, const char *metric, const struct row_opts *o,
		   struct row *ret, struct err *e)
{
	struct row r = { .group = g, .metric = metric, .margin = NAN, .p_adjusted = 1 };
	struct err none;
	int rc = row_analyse(&r, o, &none);

	if (rc && rc != -ENODATA) {
		*e = none;
		return rc;
	}
	*ret = r;
	return 0;
}

enum verdict row_verdict(const struct row *r)
{
	const struct paired *s = &r->stats;

	if (row_is_void(r))
		return VERDICT_NO_EFFECT_POSSIBLE;
	if (!r->analysed || r->waits)
		return VERDICT_INCONCLUSIVE;
	if (r->p_adjusted <= r->alpha && fabs(s->change) > r->margin)
		return (s->change > 0) == !strcmp(r->better, "more") ? VERDICT_IMPROVEMENT :
								       VERDICT_REGRESSION;
	if (s->ci[0] >= -r->margin && s->ci[1] <= r->margin)
		return VERDICT_EQUIVALENT;
	return VERDICT_INCONCLUSIVE;
}

/* What stands in the place of a verdict where none is given. */
static const char *row_label(const struct row *r)
{
	if (row_is_void(r))
		return verdict_table[VERDICT_NO_EFFECT_POSSIBLE].name;
	if (!r->analysed)
		return "not-seen";
	return r->p_adjusted <= r->alpha ? "differs" : "unclear";
}

json_t *row_number(const struct row *r, double v)
{
	return json_real_or_null(row_has_numbers(r) ? v : NAN);
}

static void put(json_t *j, const char *key, const char *value)
{
	json_object_set_new(j, key, value ? json_string(value) : json_null());
}

static void put_names(json_t *j, const struct row *r)
{
	put(j, "workload", r->group->workload);
	put(j, "topology", r->group->topology);
	put(j, "base_kernel", r->group->base_kernel);
	put(j, "arm_kernel", r->group->arm_kernel);
	put(j, "base", r->group->base);
	put(j, "arm", r->group->arm);
	put(j, "metric", r->metric);
	put(j, "unit", r->unit);
	put(j, "better", r->better);
	put(j, "scale", r->scale);
	put(j, "kind", r->kind);
	if (r->loop)
		put(j, "loop", r->loop);
}

static void put_numbers(json_t *j, const struct row *r)
{
	const struct paired *s = &r->stats;

	json_object_set_new(j, "pairs", json_integer((json_int_t)r->n));
	json_object_set_new(j, "base_median", json_real_or_null(r->analysed ? s->base_median : NAN));
	json_object_set_new(j, "arm_median", json_real_or_null(r->analysed ? s->arm_median : NAN));
	json_object_set_new(j, "change", row_number(r, s->change));
	json_object_set_new(j, "ci", row_has_numbers(r) ?
			    json_pack("[o, o]", json_real_or_null(s->ci[0]), json_real_or_null(s->ci[1])) :
			    json_null());
	json_object_set_new(j, "p", row_number(r, s->p));
	json_object_set_new(j, "p_adjusted", row_number(r, r->p_adjusted));
	put(j, "adjustment", r->judged ? "holm" : "benjamini-hochberg");
	json_object_set_new(j, "family", json_integer((json_int_t)r->family));
	json_object_set_new(j, "margin", json_real_or_null(r->margin));
	json_object_set_new(j, "mde", row_number(r, r->judged ? s->mde : NAN));
	if (r->looks) {
		json_object_set_new(j, "alpha", json_real(r->alpha));
		json_object_set_new(j, "looks", json_incref((json_t *)r->looks));
	}
}

json_t *row_json(const struct row *r)
{
	json_t *j = json_object();

	put_names(j, r);
	put_numbers(j, r);
	put(j, "verdict", r->judged ? verdict_table[row_verdict(r)].name : NULL);
	if (!r->judged)
		put(j, "label", row_label(r));
	put(j, "proof", r->proof);
	json_object_set_new(j, "drift_p", row_number(r, r->stats.drift_p));
	json_object_set_new(j, "bimodal",
			    r->analysed ? json_boolean(r->stats.bimodal) : json_null());
	json_object_set(j, "fidelity", (json_t *)r->fidelity);
	return j;
}
