/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "calibrate/known.h"
#include "compare/compare.h"
#include "compare/fidelity.h"
#include "compare/group.h"
#include "compare/looks.h"
#include "compare/price.h"
#include "compare/reports.h"
#include "compare/row.h"
#include "compare/sentence.h"
#include "compare/tally.h"
#include "lib/cleanup.h"
#include "lib/parallel.h"
#include "plan/plan.h"
#include "stats/adjust.h"

/* A drift or two modes are named when chance would rarely make them. */
#define DRIFT_ALPHA 0.01

struct comparison {
	const struct result *a;
	const struct result *b;		/* or NULL */
	struct groups groups;
	json_t *fidelities;		/* one a group */
	json_t *names;			/* of diagnostics: rows point into them */
	json_t *warnings;
	struct row_opts opts;
	size_t n_rows;
	struct row *rows;
	struct looks looks;		/* of a sequential plan */
};

static void comparison_clear(struct comparison *c)
{
	groups_clear(&c->groups);
	json_decref(c->fidelities);
	json_decref(c->names);
	json_decref(c->warnings);
	free(c->rows);
	looks_clear(&c->looks);
}

static int row_add(struct comparison *c, const struct row *r, struct err *e)
{
	struct row *rows = realloc(c->rows, (c->n_rows + 1) * sizeof(*rows));

	if (!rows)
		return err_set(e, ENOMEM, "out of memory for metric '%s'", r->metric);
	c->rows = rows;
	rows[c->n_rows++] = *r;
	return 0;
}

static int add_key_rows(struct comparison *c, const struct group *g, const json_t *fidelity,
			struct err *e)
{
	const json_t *m;
	size_t i;

	json_array_foreach(json_object_get(c->a->plan, "metrics"), i, m) {
		json_t *why = NULL;
		struct row r;

		if (!result_asks(m, g->workload))
			continue;
		int rc = row_key(g, m, &c->opts, &r, &why, e);

		if (why)
			json_array_append_new(c->warnings, why);
		r.fidelity = fidelity;
		if (!rc)
			rc = row_add(c, &r, e);
		if (rc)
			return rc;
	}
	return 0;
}

/* Rows of all other metrics, which are still to be analysed. */
static int add_diagnostic_rows(struct comparison *c, const struct group *g,
			       const json_t *fidelity, struct err *e)
{
	json_t *names = json_object();
	const char *name;
	json_t *m;

	json_array_append_new(c->names, names);
	for (size_t i = 0; i < g->n_pairs; i++)
		json_object_update_missing(names, g->pairs[i].base->values);
	json_object_foreach(names, name, m) {
		struct row r = { .group = g, .metric = name, .fidelity = fidelity };

		if (json_array_find(json_object_get(c->a->plan, "metrics"), "name", name))
			continue;
		int rc = row_add(c, &r, e);
		if (rc)
			return rc;
	}
	return 0;
}

static int diagnostic_analyse(const struct comparison *c, struct row *row, struct err *e)
{
	const json_t *fidelity = row->fidelity;
	struct row_opts o = c->opts;

	/* A diagnostic shares its level with nobody; Benjamini-Hochberg comes after. */
	o.family = 1;
	int rc = row_diagnostic(row->group, row->metric, &o, row, e);

	row->fidelity = fidelity;
	return rc;
}

struct analysing {
	struct comparison *comparison;
	size_t first;
	int *rc;	/* of each row from @first on */
};

static void row_analyse_at(size_t i, void *arg)
{
	const struct analysing *a = arg;
	struct err e;

	a->rc[i] = diagnostic_analyse(a->comparison, &a->comparison->rows[a->first + i], &e);
}

/* Analyses the rows from @first on; those of which nothing was seen are dropped. */
static int diagnostics_analyse(struct comparison *c, size_t first, struct err *e)
{
	size_t n = c->n_rows - first;
	cleanup_free int *rc = calloc(n + 1, sizeof(*rc));

	if (!rc)
		return err_set(e, ENOMEM, "out of memory for %zu diagnostics", n);
	parallel_each(n, row_analyse_at, &(struct analysing){ c, first, rc });
	c->n_rows = first;
	for (size_t i = 0; i < n; i++) {
		struct row *row = &c->rows[first + i];

		/* The same again, for what is wrong with the first of them. */
		if (rc[i] && diagnostic_analyse(c, row, e))
			return -e->code;
		if (row->analysed)
			c->rows[c->n_rows++] = *row;
	}
	return 0;
}

static int add_groups(struct comparison *c, struct err *e)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < c->groups.n; i++) {
		json_t *fidelity;

		rc = fidelity_merge(&c->groups.v[i], &fidelity, e);
		if (rc)
			break;
		json_array_append_new(c->fidelities, fidelity);
		rc = add_key_rows(c, &c->groups.v[i], fidelity, e);
	}
	size_t first = c->n_rows;

	for (size_t i = 0; !rc && i < c->groups.n; i++)
		rc = add_diagnostic_rows(c, &c->groups.v[i], json_array_get(c->fidelities, i), e);
	return rc ? rc : diagnostics_analyse(c, first, e);
}

/* Adjusts the rows that are (@judged) or are not the family of the test. */
static int rows_adjust(struct comparison *c, bool judged, struct err *e)
{
	cleanup_free double *p = calloc(c->n_rows + 1, sizeof(*p));
	size_t n = 0;
	int rc = -ENOMEM;

	for (size_t i = 0; p && i < c->n_rows; i++) {
		if (c->rows[i].judged == judged)
			p[n++] = row_p(&c->rows[i]);
	}
	if (p)
		rc = judged ? holm_adjust(p, n, c->opts.family, p) : bh_adjust(p, n, p);
	if (rc)
		return err_set(e, ENOMEM, "out of memory for %zu p values", n);
	for (size_t i = 0, at = 0; i < c->n_rows; i++) {
		struct row *r = &c->rows[i];

		if (r->judged != judged)
			continue;
		r->p_adjusted = p[at++];
		r->family = judged ? c->opts.family : n;
	}
	return 0;
}

/*
 * The family as the plan declared it, before anything was seen. Two results
 * have no common plan: what they have in common is the family.
 */
static size_t family_size(struct comparison *c)
{
	const json_t *metrics = json_object_get(c->a->plan, "metrics"), *m;
	size_t here = 0, at;
	size_t declared = (size_t)json_int_or(c->a->plan, "family", 0);

	for (size_t i = 0; i < c->groups.n; i++) {
		json_array_foreach(metrics, at, m)
			here += result_asks(m, c->groups.v[i].workload);
	}
	if (c->b || !c->opts.judged)
		return here ? here : 1;
	if (declared < here)
		json_array_append_new(c->warnings,
				      json_sprintf("the plan declares a family of %zu tests but "
						   "has %zu: the larger number is used",
						   declared, here));
	return declared > here ? declared : here ? here : 1;
}

static void warn_of_row(struct comparison *c, const struct row *r)
{
	if (!r->key || !r->analysed)
		return;
	if (r->stats.drift_p <= DRIFT_ALPHA)
		json_array_append_new(
			c->warnings,
			json_sprintf("the change of %s (%s against %s) drifts over the pairs "
				     "(p = %.3g): the pairs are not alike",
				     r->metric, r->group->arm, r->group->base, r->stats.drift_p));
	if (r->stats.bimodal)
		json_array_append_new(
			c->warnings,
			json_sprintf("%s falls into two groups of values under %s or %s: a mean "
				     "may describe neither",
				     r->metric, r->group->base, r->group->arm));
}

/* Cells fail: of a plan that had pairs enough there may be too few whole ones to find anything. */
static void warn_of_power(struct comparison *c, const struct group *g)
{
	double alpha = c->looks.planned ? sequential_alpha(c->opts.alpha, SEQUENTIAL_LOOKS - 1) :
					  c->opts.alpha;
	unsigned needed = plan_pairs_needed(c->opts.family, alpha);

	/* Before the last look a sequential plan may still find something. */
	if (c->looks.planned && c->looks.reached < SEQUENTIAL_LOOKS)
		return;
	if (c->opts.judged && g->n_pairs < needed)
		json_array_append_new(
			c->warnings,
			json_sprintf("%s against %s (%s, %s): %zu pair%s can show nothing in a "
				     "family of %zu: it takes %u",
				     g->arm, g->base, g->workload, g->topology, g->n_pairs,
				     g->n_pairs == 1 ? "" : "s", c->opts.family, needed));
}

static void warn_of_base(struct comparison *c, const struct group *g)
{
	for (size_t i = 0; i < g->n_pairs; i++) {
		const json_t *proof = json_object_get(g->pairs[i].base->doc, "proof");

		if (strcmp(json_str(proof, "status"), "failed"))
			continue;
		json_array_append_new(c->warnings,
				      json_sprintf("the proof of the base arm '%s' failed (cell "
						   "%u): what it is compared with did not act",
						   g->base, g->pairs[i].base->n));
		return;
	}
}

static void warn_all(struct comparison *c, const json_t *cells)
{
	json_int_t undone = json_int_or(cells, "not-done", 0);

	if (c->b)
		json_array_append_new(c->warnings,
				      json_string("pairs of two results were not interleaved: drift "
						  "between the two runs is part of the "
						  "difference"));
	if (undone)
		json_array_append_new(c->warnings,
				      json_sprintf("%lld planned cell%s not done: pairs with one "
						   "are left out",
						   (long long)undone,
						   undone == 1 ? " is" : "s are"));
	for (size_t i = 0; i < c->groups.n; i++) {
		warn_of_base(c, &c->groups.v[i]);
		warn_of_power(c, &c->groups.v[i]);
	}
	for (size_t i = 0; i < c->n_rows; i++)
		warn_of_row(c, &c->rows[i]);
}

struct writing {
	const struct comparison *comparison;
	bool key;
	json_t **json;	/* of each row; NULL: it is none of these */
};

static void row_write_at(size_t i, void *arg)
{
	const struct writing *w = arg;
	const struct row *r = &w->comparison->rows[i];

	w->json[i] = r->key == w->key ? row_json(r) : NULL;
}

static json_t *rows_json(const struct comparison *c, bool key)
{
	cleanup_free json_t **json = calloc(c->n_rows + 1, sizeof(json_t *));
	json_t *all = json_array();

	if (json)
		parallel_each(c->n_rows, row_write_at, &(struct writing){ c, key, json });
	for (size_t i = 0; json && i < c->n_rows; i++) {
		const struct row *r = &c->rows[i];
		json_t *j = json[i];

		if (!j)
			continue;
		if (key)
			json_object_set_new(j, "calibration",
					    known_mark(c->a->plan, r->group->topology,
						       r->group->workload, r->group->base_kernel,
						       r->metric));
		json_array_append_new(all, j);
	}
	return all;
}

static json_t *comparison_json(struct comparison *c)
{
	json_t *j = json_object(), *cells = tally_cells(c->a, c->b);

	/* Cells that the looks made needless are not missing. */
	json_object_set_new(cells, "not-done", json_integer(json_int_or(cells, "not-done", 0) -
							    (json_int_t)c->looks.spared));
	warn_all(c, cells);
	json_object_set_new(j, "schema", json_integer(1));
	json_object_set(j, "experiment", json_object_get(c->a->plan, "experiment"));
	json_object_set_new(j, "sentence", json_null());	/* first to be read */
	json_object_set_new(j, "alpha", json_real(c->opts.alpha));
	json_object_set_new(j, "comparisons", rows_json(c, true));
	json_object_set_new(j, "prices", prices_of(&c->groups, c->a->plan));
	json_object_set_new(j, "cells", cells);
	json_object_set_new(j, "failures", tally_failures(c->a, c->b));
	json_object_set_new(j, "reports", reports_tally(c->a, c->b));
	json_object_set_new(j, "warnings", json_incref(c->warnings));
	json_object_set_new(j, "diagnostics", rows_json(c, false));
	if (c->looks.planned)
		json_object_set_new(j, "sequential", looks_json(&c->looks, c->opts.alpha));
	json_object_set_new(j, "sentence", sentence_make(j));
	return j;
}

int compare_results(const struct result *a, const struct result *b, json_t **ret, struct err *e)
{
	__attribute__((cleanup(comparison_clear))) struct comparison c = {
		.a = a,
		.b = b,
		.fidelities = json_array(),
		.names = json_array(),
		.warnings = tally_warnings(a, b),
		.opts = {
			.alpha = json_number_value(json_object_get(a->plan, "alpha")),
			.judged = !json_is_true(json_object_get(a->plan, "diagnostic")),
			.seed = (uint64_t)json_int_or(a->plan, "seed", 0),
		},
	};
	int rc = b ? groups_between(a, b, &c.groups, e) : groups_within(a, &c.groups, e);

	if (rc)
		return rc;
	c.opts.family = family_size(&c);
	rc = add_groups(&c, e);
	if (!rc)
		rc = rows_adjust(&c, true, e);
	if (!rc && !b && c.opts.judged && json_is_true(json_object_get(a->plan, "sequential")))
		rc = looks_take(a, &c.opts, c.rows, c.n_rows, &c.looks, e);
	if (!rc)
		rc = rows_adjust(&c, false, e);
	if (!rc)
		*ret = comparison_json(&c);
	return rc;
}

bool compare_is_settled(const json_t *comparison)
{
	return json_is_true(json_object_get(json_object_get(comparison, "sequential"), "settled"));
}

static enum exit_code verdict_exit(const json_t *row, bool strict)
{
	const char *verdict = json_str(row, "verdict");

	for (int v = 0; verdict && v < VERDICT_COUNT; v++) {
		if (strcmp(verdict_table[v].name, verdict))
			continue;
		if (strict && v == VERDICT_NO_EFFECT_POSSIBLE)
			return EXIT_FINDING;
		return verdict_table[v].exit;
	}
	return EXIT_WELL;
}

enum exit_code compare_exit(const json_t *comparison, bool strict)
{
	const json_t *cells = json_object_get(comparison, "cells"), *row;
	enum exit_code code = EXIT_WELL;
	size_t i;

	for (int o = 0; o < OUTCOME_COUNT; o++) {
		if (json_int_or(cells, outcome_table[o].name, 0) > 0)
			code = exit_code_worse(code, outcome_table[o].exit);
	}
	json_array_foreach(json_object_get(comparison, "comparisons"), i, row) {
		code = exit_code_worse(code, verdict_exit(row, strict));
		if (!json_int_or(row, "pairs", 0))
			code = exit_code_worse(code, EXIT_RIG);
	}
	return code;
}
