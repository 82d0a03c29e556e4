/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "compare/looks.h"
#include "compare/text.h"
#include "compare/wrap.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "stats/adjust.h"

#define LAST (SEQUENTIAL_LOOKS - 1)

/* A key row on its way through the looks. */
struct track {
	struct row *row;
	struct row now;		/* as the look in hand sees it */
	struct row stands;	/* as the look that decided it saw it, else the last look */
	bool decided;
	bool futile;		/* at the look in hand */
	json_t *looks;		/* borrowed */
};

static bool look_is_reached(const struct result *r, unsigned pairs)
{
	for (size_t i = 0; i < r->n_cells; i++) {
		const struct result_cell *c = &r->cells[i];

		if (c->pair && c->pair <= pairs && !c->doc)
			return false;
	}
	return true;
}

/* On the scale of the differences. */
static void margin_of(const struct row *r, double ret[static 2])
{
	bool ratio = !strcmp(r->scale, "ratio");

	ret[0] = !ratio ? -r->margin : r->margin < 1 ? log1p(-r->margin) : -INFINITY;
	ret[1] = ratio ? log1p(r->margin) : r->margin;
}

/* The chance of a decision at the last look; 0 of a row that cannot be analysed. */
static double prospect_of(const struct row *r, const struct row_opts *o)
{
	double margin[2];
	bool ratio = !strcmp(r->scale, "ratio");

	if (!r->analysed || r->n < 2)
		return 0;
	margin_of(r, margin);
	return sequential_prospect(ratio ? log1p(r->stats.change) : r->stats.change, r->stats.sd,
				   r->n, margin, o->alpha, o->family);
}

static void look_note(struct track *t, double prospect, bool last)
{
	const struct row *r = &t->now;
	const char *decision = t->decided ? verdict_table[row_verdict(r)].name :
			       t->futile  ? "futile" : "open";

	json_array_append_new(
		t->looks,
		json_pack("{s:I, s:f, s:o, s:[o, o], s:o, s:o, s:o, s:s}", "pairs",
			  (json_int_t)r->n, "alpha", r->alpha, "change",
			  row_number(r, r->stats.change), "ci", row_number(r, r->stats.ci[0]),
			  row_number(r, r->stats.ci[1]), "p", row_number(r, r->stats.p), "p_adjusted",
			  row_number(r, r->p_adjusted), "prospect",
			  json_real_or_null(t->decided || last ? NAN : prospect), "decision",
			  decision));
}

static int look_adjust(struct track *tracks, size_t n, size_t family, struct err *e)
{
	cleanup_free double *p = calloc(n + 1, sizeof(*p));

	for (size_t i = 0; p && i < n; i++)
		p[i] = row_p(&tracks[i].now);
	if (!p || holm_adjust(p, n, family, p))
		return err_set(e, ENOMEM, "out of memory for the looks at %zu rows", n);
	for (size_t i = 0; i < n; i++)
		tracks[i].now.p_adjusted = p[i];
	return 0;
}

/* One look at all rows, those that are decided too: they stay in the family. */
static int look_take(struct track *tracks, size_t n, const struct row_opts *o, size_t look,
		     struct err *e)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < n; i++)
		rc = row_upto(tracks[i].row, sequential_pairs[look],
			      sequential_alpha(o->alpha, look), o, &tracks[i].now, e);
	if (!rc)
		rc = look_adjust(tracks, n, o->family, e);
	for (size_t i = 0; !rc && i < n; i++) {
		struct track *t = &tracks[i];
		double prospect = 0;

		if (t->decided)
			continue;
		t->stands = t->now;
		t->decided = row_verdict(&t->now) != VERDICT_INCONCLUSIVE;
		if (!t->decided && look < LAST)
			prospect = prospect_of(&t->now, o);
		t->futile = !t->decided && look < LAST && prospect < SEQUENTIAL_FUTILE;
		look_note(t, prospect, look == LAST);
	}
	return rc;
}

static bool all_settled(const struct track *tracks, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!tracks[i].decided && !tracks[i].futile)
			return false;
	}
	return true;
}

static size_t cells_spared(const struct result *r, unsigned pairs)
{
	size_t spared = 0;

	for (size_t i = 0; i < r->n_cells; i++)
		spared += r->cells[i].pair > pairs && !r->cells[i].doc;
	return spared;
}

/* Tracks whose rows are undecided follow each look; the decided stay as they were. */
static int looks_follow(const struct result *r, const struct row_opts *o, struct track *tracks,
			size_t n, struct looks *l, struct err *e)
{
	while (l->reached < SEQUENTIAL_LOOKS && look_is_reached(r, sequential_pairs[l->reached])) {
		int rc = look_take(tracks, n, o, l->reached, e);

		if (rc)
			return rc;
		l->reached++;
	}
	for (size_t i = 0; i < n; i++) {
		if (l->reached)
			*tracks[i].row = tracks[i].stands;
		tracks[i].row->waits = !l->reached;
		tracks[i].row->looks = tracks[i].looks;
	}
	l->settled = l->reached == SEQUENTIAL_LOOKS || (l->reached && all_settled(tracks, n));
	if (l->settled)
		l->spared = cells_spared(r, sequential_pairs[l->reached - 1]);
	return 0;
}

int looks_take(const struct result *r, const struct row_opts *o, struct row *rows, size_t n,
	       struct looks *ret, struct err *e)
{
	cleanup_free struct track *tracks = calloc(n + 1, sizeof(*tracks));
	size_t n_tracks = 0;

	*ret = (struct looks){ .planned = true, .rows = json_array() };
	if (!tracks || !ret->rows)
		return err_set(e, ENOMEM, "out of memory for the looks at %zu rows", n);
	for (size_t i = 0; i < n; i++) {
		json_t *looks = rows[i].judged ? json_array() : NULL;

		if (!looks)
			continue;
		json_array_append_new(ret->rows, looks);
		tracks[n_tracks++] = (struct track){ .row = &rows[i], .looks = looks };
	}
	return looks_follow(r, o, tracks, n_tracks, ret, e);
}

json_t *looks_json(const struct looks *l, double alpha)
{
	json_t *planned = json_array();

	for (size_t i = 0; i < SEQUENTIAL_LOOKS; i++)
		json_array_append_new(planned, json_pack("{s:i, s:f}", "pairs",
							 (int)sequential_pairs[i], "alpha",
							 sequential_alpha(alpha, i)));
	return json_pack("{s:o, s:I, s:b, s:I}", "planned", planned, "reached",
			 (json_int_t)l->reached, "settled", l->settled, "spared_cells",
			 (json_int_t)l->spared);
}

void looks_clear(struct looks *l)
{
	json_decref(l->rows);
	*l = (struct looks){ 0 };
}

static char *row_line(const json_t *row)
{
	const json_t *look;
	char *line = path_format("%s of %s against %s (%s on %s):", json_str(row, "metric"),
				 json_str(row, "arm"), json_str(row, "base"),
				 json_str(row, "workload"), json_str(row, "topology"));
	size_t i;

	json_array_foreach(json_object_get(row, "looks"), i, look) {
		cleanup_free char *before = line;

		line = path_format("%s%s %lld pairs %s", before, i ? "," : "",
				   (long long)json_int_or(look, "pairs", 0),
				   json_str(look, "decision"));
	}
	return line;
}

void looks_print(FILE *out, const json_t *comparison, size_t width)
{
	const json_t *s = json_object_get(comparison, "sequential"), *row;
	json_int_t reached = json_int_or(s, "reached", 0);
	size_t i;

	if (!s)
		return;
	fprintf(out, "\nLooks: %lld of %d", (long long)reached, SEQUENTIAL_LOOKS);
	if (json_is_true(json_object_get(s, "settled")))
		fprintf(out, "; settled, and %lld boots were not needed",
			(long long)json_int_or(s, "spared_cells", 0));
	fputs(".\n", out);
	json_array_foreach(json_object_get(comparison, "comparisons"), i, row) {
		cleanup_free char *line = row_line(row);

		if (reached)
			wrap_print(out, line, width, 2);
	}
}
