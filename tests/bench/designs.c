/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * designs [--json] [ROUNDS]: how often designs of experiments call a change where there is
 * none, and where there is one, all on the same drawn pairs of boots; 95 % intervals
 * (Wilson) beside each rate. Exits with 1 where a verdict of ramrig's alarms more often than
 * alpha. The same output on every machine.
 */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "lib/cleanup.h"
#include "lib/json.h"
#include "stats/binomial.h"
#include "stats/sequential.h"
#include "stats/signflip.h"
#include "stats/student.h"
#include "stats/summary.h"
#include "tests/bench/draw.h"
#include "tests/bench/verdict.h"

#define ALPHA 0.05
#define MARGIN 0.005
#define PAIRS SEQUENTIAL_PAIRS_MAX
#define POOLED_BOOTS 8
#define POOLED_SAMPLES 20	/* of each boot; they scatter as much as boots do */
#define ROUNDS 10000
#define Z95 1.96
#define Z_ALARM 4.0		/* chance makes one in 30,000 rates go so far over alpha */

static const double cvs[] = { 0.002, 0.02, 0.05, 0.10 };
static const double effects[] = { 0, 0.01, 0.02, 0.05 };	/* the first: none */

struct data {
	double base[PAIRS], arm[PAIRS];
	double change[PAIRS];		/* on logarithms */
	double base_samples[POOLED_BOOTS * POOLED_SAMPLES];
	double arm_samples[POOLED_BOOTS * POOLED_SAMPLES];
};

/* The lookup is much dearer than the tests: a table of what was asked. */
static double quantile(double p, unsigned df)
{
	static struct { double p, t; unsigned df; } known[1024];
	static size_t n;

	for (size_t i = 0; i < n; i++)
		if (known[i].df == df && known[i].p == p)
			return known[i].t;
	double t = student_quantile(p, df);

	if (n < ARRAY_SIZE(known)) {
		known[n].p = p;
		known[n].df = df;
		known[n++].t = t;
	}
	return t;
}

static enum call call_verdict(const struct data *x, size_t n, size_t *ret_pairs)
{
	*ret_pairs = n;
	return verdict_of(x->change, n, ALPHA, MARGIN);
}

static enum call call_looks(const struct data *x, size_t n, size_t *ret_pairs)
{
	(void)n;
	return verdict_of_looks(x->change, ALPHA, MARGIN, ret_pairs);
}

/* The same looks, each at the whole of alpha: what "adding pairs until it pleases" does. */
static enum call call_peeking(const struct data *x, size_t n, size_t *ret_pairs)
{
	for (size_t look = 0; look < SEQUENTIAL_LOOKS; look++) {
		*ret_pairs = sequential_pairs[look];
		if (signflip_p_once(x->change, *ret_pairs, 0) <= ALPHA)
			return call_direction(summary_mean(x->change, *ret_pairs));
	}
	*ret_pairs = n;
	return CALL_NOTHING;
}

/* The test alone, without a margin. */
static enum call call_test(const struct data *x, size_t n, size_t *ret_pairs)
{
	*ret_pairs = n;
	return signflip_p_once(x->change, n, 0) <= ALPHA ? call_direction(summary_mean(x->change, n)) :
							   CALL_NOTHING;
}

/* Welch's test; degrees of freedom rounded down. */
static enum call welch(const double *a, const double *b, size_t n)
{
	double va = summary_sd(a, n), vb = summary_sd(b, n);

	va *= va / n;
	vb *= vb / n;
	double df = (va + vb) * (va + vb) * (n - 1) / (va * va + vb * vb);
	double diff = summary_mean(b, n) - summary_mean(a, n);

	return fabs(diff) > quantile(1 - ALPHA / 2, (unsigned)df) * sqrt(va + vb) ?
		       call_direction(diff) :
		       CALL_NOTHING;
}

static enum call call_welch(const struct data *x, size_t n, size_t *ret_pairs)
{
	*ret_pairs = n;
	return welch(x->base, x->arm, n);
}

static enum call call_pooled(const struct data *x, size_t n, size_t *ret_pairs)
{
	*ret_pairs = n;
	return welch(x->base_samples, x->arm_samples, n * POOLED_SAMPLES);
}

/* Two 95 % intervals of a mean that do not meet. */
static enum call call_intervals(const struct data *x, size_t n, size_t *ret_pairs)
{
	double t = quantile(1 - ALPHA / 2, (unsigned)n - 1) / sqrt(n);
	double diff = summary_mean(x->arm, n) - summary_mean(x->base, n);

	*ret_pairs = n;
	return fabs(diff) > t * (summary_sd(x->base, n) + summary_sd(x->arm, n)) ?
		       call_direction(diff) :
		       CALL_NOTHING;
}

/*
 * mmtests (gormanm/mmtests, bin/lib/MMTests/Stat.pm): cidiff() of the means over the sum of
 * the half intervals that face each other, above 1; _calc_meanci() makes them of 1.96
 * standard deviations, however many runs there are.
 */
static enum call call_mmtests(const struct data *x, size_t n, size_t *ret_pairs)
{
	double diff = summary_mean(x->arm, n) - summary_mean(x->base, n);

	*ret_pairs = n;
	return fabs(diff) > Z95 * (summary_sd(x->base, n) + summary_sd(x->arm, n)) ?
		       call_direction(diff) :
		       CALL_NOTHING;
}

struct range {
	double min, mid, max;
};

static int double_cmp(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* lkp-tests, lib/stats.rb, min_mean_max(): what it calls the mean is the upper median. */
static struct range range_of(const double *v, size_t n)
{
	double sorted[PAIRS];

	memcpy(sorted, v, n * sizeof(*v));
	qsort(sorted, n, sizeof(*sorted), double_cmp);
	return (struct range){ sorted[0], sorted[n / 2], sorted[n - 1] };
}

/* lkp-tests (intel/lkp-tests, lib/changed_stat.rb), change?() without "distance". */
static enum call call_lkp(const struct data *x, size_t n, size_t *ret_pairs)
{
	struct range a = range_of(x->base, n), b = range_of(x->arm, n);

	*ret_pairs = n;
	if (b.min > a.mid && b.mid > a.max)
		return CALL_MORE;
	return a.min > b.mid && a.mid > b.max ? CALL_LESS : CALL_NOTHING;
}

/* The same with "distance": ranges apart, by more than half of what the medians are. */
static enum call call_lkp_gap(const struct data *x, size_t n, size_t *ret_pairs)
{
	struct range a = range_of(x->base, n), b = range_of(x->arm, n);

	*ret_pairs = n;
	if (b.min > a.max && b.min - a.max > (b.mid - a.mid) / 2)
		return CALL_MORE;
	return a.min > b.max && a.min - b.max > (a.mid - b.mid) / 2 ? CALL_LESS : CALL_NOTHING;
}

static const struct design {
	const char *name;
	enum call (*call)(const struct data *x, size_t n, size_t *ret_pairs);
	size_t n;	/* pairs at most */
	bool held;	/* to alpha */
} designs[] = {
	{ "ramrig, 8 pairs", call_verdict, 8, true },
	{ "ramrig, 12 pairs", call_verdict, 12, true },
	{ "ramrig, 20 pairs", call_verdict, 20, true },
	{ "ramrig, looks at 8 12 16 20", call_looks, 20, true },
	{ "sign flips, no margin, 8", call_test, 8, true },
	{ "peeking at 8 12 16 20", call_peeking, 20, false },
	{ "Welch's t, 8 boots", call_welch, 8, false },
	{ "Welch's t, 20 boots", call_welch, 20, false },
	{ "intervals of means, 8", call_intervals, 8, false },
	{ "mmtests, 8", call_mmtests, 8, false },
	{ "lkp, medians, 3", call_lkp, 3, false },
	{ "lkp, medians, 8", call_lkp, 8, false },
	{ "lkp, gap, 3", call_lkp_gap, 3, false },
	{ "samples of 8 boots pooled", call_pooled, POOLED_BOOTS, false },
};

struct tally {
	unsigned calls[CALL_COUNT];
	unsigned long pairs;
};

static void samples_draw(struct rng *r, const double *boots, double cv, double *ret)
{
	for (size_t i = 0; i < POOLED_BOOTS * POOLED_SAMPLES; i++)
		ret[i] = boots[i / POOLED_SAMPLES] * (1 + cv * draw_normal(r));
}

static void data_draw(struct rng *r, const struct draw *d, struct data *ret)
{
	draw_pairs(r, d, PAIRS, ret->base, ret->arm);
	for (size_t i = 0; i < PAIRS; i++)
		ret->change[i] = log(ret->arm[i] / ret->base[i]);
	samples_draw(r, ret->base, d->cv, ret->base_samples);
	samples_draw(r, ret->arm, d->cv, ret->arm_samples);
}

static void simulate(const struct draw *d, unsigned rounds, struct tally *ret)
{
	/* One seed for all effects: they differ in the effect alone. */
	struct rng r = { 20261130 + 1000 * d->shape + (uint64_t)(d->cv * 10000) };
	struct data x;

	memset(ret, 0, ARRAY_SIZE(designs) * sizeof(*ret));
	for (unsigned i = 0; i < rounds; i++) {
		data_draw(&r, d, &x);
		for (size_t k = 0; k < ARRAY_SIZE(designs); k++) {
			size_t pairs;

			ret[k].calls[designs[k].call(&x, designs[k].n, &pairs)]++;
			ret[k].pairs += pairs;
		}
	}
}

/* A shape at a CV: what each design called, by effect. */
struct table {
	enum draw_shape shape;
	double cv;
	struct tally tallies[ARRAY_SIZE(effects)][ARRAY_SIZE(designs)];
};

/* Calls of a change: of any without an effect, else of the right one. */
static unsigned calls_of(const struct tally *t, bool null)
{
	return t->calls[CALL_LESS] + (null ? t->calls[CALL_MORE] : 0);
}

static json_t *rate_json(unsigned k, unsigned rounds)
{
	double lo, hi;

	binomial_wilson(k, rounds, Z95, &lo, &hi);
	return json_pack("{s:f, s:[f, f]}", "rate", (double)k / rounds, "interval", lo, hi);
}

static json_t *design_json(const struct table *t, size_t k, unsigned rounds)
{
	json_t *by_effect = json_array();

	for (size_t i = 0; i < ARRAY_SIZE(effects); i++) {
		const struct tally *y = &t->tallies[i][k];

		json_array_append_new(by_effect, json_pack(
			"{s:f, s:o, s:o, s:f}", "effect", effects[i], i ? "found" : "false_alarms",
			rate_json(calls_of(y, !i), rounds), "equivalent",
			rate_json(y->calls[CALL_EQUIVALENT], rounds), "pairs",
			(double)y->pairs / rounds));
	}
	return json_pack("{s:s, s:o}", "design", designs[k].name, "effects", by_effect);
}

static json_t *table_json(const struct table *t, unsigned rounds)
{
	json_t *rows = json_array();

	for (size_t k = 0; k < ARRAY_SIZE(designs); k++)
		json_array_append_new(rows, design_json(t, k, rounds));
	return json_pack("{s:s, s:f, s:o}", "shape", draw_names[t->shape], "cv", t->cv, "designs",
			 rows);
}

/* "4.7 [4.1, 5.4]", in percent. */
static void rate_print(unsigned k, unsigned rounds)
{
	double lo, hi;
	char text[40];

	binomial_wilson(k, rounds, Z95, &lo, &hi);
	snprintf(text, sizeof(text), "%.1f [%.1f, %.1f]", 100.0 * k / rounds, 100 * lo, 100 * hi);
	printf("  %19s", text);
}

/* How often ramrig's own verdicts say "equivalent", in the same columns. */
static void equivalent_print(const struct table *t, unsigned rounds)
{
	printf("called equivalent:\n");
	for (size_t k = 0; k < ARRAY_SIZE(designs); k++) {
		if (designs[k].call != call_verdict && designs[k].call != call_looks)
			continue;
		printf("%-28s", designs[k].name);
		for (size_t i = 0; i < ARRAY_SIZE(effects); i++)
			rate_print(t->tallies[i][k].calls[CALL_EQUIVALENT], rounds);
		putchar('\n');
	}
}

static void table_print(const struct table *t, unsigned rounds)
{
	printf("\n%s boots, CV %g %%\n%-28s  %19s  %19s  %19s  %19s  %s\n", draw_names[t->shape],
	       100 * t->cv, "", "no change: alarms", "1 % less: found", "2 % less: found",
	       "5 % less: found", "mean pairs, at 0 and 2 %");
	for (size_t k = 0; k < ARRAY_SIZE(designs); k++) {
		printf("%-28s", designs[k].name);
		for (size_t i = 0; i < ARRAY_SIZE(effects); i++)
			rate_print(calls_of(&t->tallies[i][k], !i), rounds);
		printf("  %5.1f  %5.1f\n", (double)t->tallies[0][k].pairs / rounds,
		       (double)t->tallies[2][k].pairs / rounds);
	}
	equivalent_print(t, rounds);
}

/* The most alarms of each design without an effect; whether ramrig's keep to alpha. */
static bool worst_print(const struct table *tables, size_t n, unsigned rounds, bool quiet)
{
	bool kept = true;

	if (!quiet)
		printf("\nMost alarms without a change, over all of these:\n");
	for (size_t k = 0; k < ARRAY_SIZE(designs); k++) {
		const struct table *worst = tables;
		double lo, hi;

		for (size_t i = 1; i < n; i++)
			if (calls_of(&tables[i].tallies[0][k], true) >
			    calls_of(&worst->tallies[0][k], true))
				worst = &tables[i];
		unsigned most = calls_of(&worst->tallies[0][k], true);

		binomial_wilson(most, rounds, Z_ALARM, &lo, &hi);
		kept &= !designs[k].held || lo <= ALPHA;
		if (quiet)
			continue;
		printf("%-28s", designs[k].name);
		rate_print(most, rounds);
		printf("  (%s, CV %g %%)\n", draw_names[worst->shape], 100 * worst->cv);
	}
	return kept;
}

int main(int argc, char **argv)
{
	static struct table tables[DRAW_SHAPES * ARRAY_SIZE(cvs)];
	bool as_json = argc > 1 && !strcmp(argv[1], "--json");
	unsigned rounds = argc > 1 + as_json ? (unsigned)strtoul(argv[1 + as_json], NULL, 10) : ROUNDS;
	cleanup_json json_t *all = json_array();

	if (!rounds) {
		fprintf(stderr, "designs: usage: designs [--json] [ROUNDS]\n");
		return 2;
	}
	if (!as_json)
		printf("Rates in percent with 95 %% intervals, of %u draws each; alpha %g, margin "
		       "%g %%.\n", rounds, ALPHA, 100 * MARGIN);
	for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
		struct table *t = &tables[i];

		t->shape = (enum draw_shape)(i / ARRAY_SIZE(cvs));
		t->cv = cvs[i % ARRAY_SIZE(cvs)];
		for (size_t k = 0; k < ARRAY_SIZE(effects); k++) {
			const struct draw d = { t->shape, t->cv, effects[k] };

			simulate(&d, rounds, t->tallies[k]);
		}
		if (as_json)
			json_array_append_new(all, table_json(t, rounds));
		else
			table_print(t, rounds);
	}
	if (as_json) {
		cleanup_json json_t *j = json_pack("{s:I, s:f, s:f, s:O}", "rounds",
						   (json_int_t)rounds, "alpha", ALPHA, "margin",
						   MARGIN, "tables", all);

		json_dumpf(j, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(6));
		putchar('\n');
	}
	return !worst_print(tables, ARRAY_SIZE(tables), rounds, as_json);
}
