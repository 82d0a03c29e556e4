/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_PLAN_H
#define RAMRIG_PLAN_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include "lib/err.h"
#include "lib/json.h"
#include "spec/search.h"
#include "topology/load.h"

/*
 * The plan: an experiment and all that it refers to, checked against each
 * other, and the cells to boot in their order. Its form is in docs/results.md.
 * Same files, same options: same plan.
 *
 * Order: pair 1 of every group (kernel x topology x workload), then pair 2,
 * and so on, so that drift of the host meets all arms alike. Within a pair the
 * arms stand in an order drawn from the seed. A pair of an experiment with
 * more than two arms holds one cell of each. More pairs of one seed start with
 * the same cells.
 *
 * An arm with a kernel of its own boots that one: its cells carry its name.
 *
 * What this module leaves to be filled in: "image" and "kernels" hold no more
 * than { "name" } ("modules", too, where plan_opts names them).
 *
 * Topologies are as their files say, with every size multiplied by "scale".
 *
 * Each workload's parameters are objects { "unit", "default", "help", "value" },
 * "value" being what this plan sets.
 *
 * With a "limit_ratio" the plan begins with pair 0, one cell of the base arm for
 * each topology and workload: it has no limits, is part of no comparison, and its
 * peak memory is what the limits of the others go by.
 *
 * Where "sequential" is true the result is looked at after 8, 12, 16 and 20 pairs
 * (compare/looks.h), and the plan has all 20. An experiment's own `sequential` does not
 * count where "pairs" of plan_opts sets their number, nor where there is no verdict, nor
 * between two kernels: try and bisect have their own designs.
 *
 * Where "diagnostic" is true no verdict is wanted: the rule of enough pairs
 * does not hold, and "metrics" are diagnostics like all others.
 */
/*
 * Two kernels under one arm's policies, in place of the experiment's own
 * kernels and arms: what a patch does, whatever the experiment was made for. They
 * are judged, even where the experiment by itself is diagnostic.
 */
#define PLAN_BASE "base"	/* names of the two arms */
#define PLAN_PATCHED "patched"
#define PLAN_TWIN_A "a"		/* the same, of one kernel twice */
#define PLAN_TWIN_B "b"

struct plan_versus {
	const char *base, *patched;	/* kernels; @base NULL, of twins: the experiment's first */
	const char *policies_of;	/* the arm whose policies both have; NULL: the base arm */
	const char *topology, *workload, *metric;	/* only this one; NULL: all */
	bool twin;	/* A against A: both arms have the kernel @base; no key metric is needed */
};

struct plan_opts {
	const char *experiment;		/* name or path */
	const char *text;		/* the experiment's YAML, in place of its file; or NULL */
	unsigned pairs;			/* 0: as the experiment says */
	bool has_seed;
	int64_t seed;
	const char *clock;		/* "host", "virtual", or NULL: as the experiment says */
	const char *kernel;		/* name or path instead of the experiment's kernels, or NULL */
	const char *kernel_modules;	/* folder of its modules, or NULL */
	const struct plan_versus *versus;	/* or NULL; excludes kernel */
	const json_t *sweep;		/* axes of plan/sweep.h: arms in place of the experiment's; or NULL */
	bool sequential;		/* as if the experiment said so, with 20 pairs; excludes pairs */
	bool diagnostic;		/* as if the experiment said so: no verdict is wanted */
	const char *workload_scale;	/* "ci", "full", or NULL: as the experiment says */
	double limit_ratio;		/* 0: as the experiment says */
	unsigned scale;			/* of every topology; 0: as the experiment says */
	struct site *site;		/* the host that topologies must fit; NULL: any */
	const char *connect;		/* libvirt URI */
	const char *version;		/* ramrig's */
	const char *created;		/* UTC time for tests; NULL: now */
};

/* Returns -EINVAL with a place in the file where one is wrong. The caller decrefs *ret_plan. */
int plan_make(const struct search *s, const struct plan_opts *o, json_t **ret_plan, struct err *e);

/* Returns the least number of pairs with which @family tests can alarm at @alpha. */
unsigned plan_pairs_needed(unsigned long family, double alpha);

/*
 * Writes a line for each key metric in each place of @plan: how it scatters by "calibration"
 * (calibrate/known.h), and how many pairs its margin takes. Nothing where no verdict is wanted.
 */
void plan_print_noise(const json_t *plan, FILE *out);

/* Writes the plan for people: what is compared, what would be seen, every cell. */
void plan_print(const json_t *plan, FILE *out);

#endif
