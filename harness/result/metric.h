/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_METRIC_H
#define RAMRIG_METRIC_H

#include <stdbool.h>
#include <stdio.h>
#include "lib/json.h"
#include "result/samples.h"
#include "topology/topology.h"

/*
 * The metrics that ramrig makes from samples, in one table; a workload's own
 * figures stand beside them. In a name and its column, "{group}" stands for one
 * of the workload's groups, "{node}" for a memory node's number, "{device}" for
 * a kind of device, "{mechanism}" for a way in which allocations stall. A "*" in a
 * column stands for anything: the sum over all columns that match, absent where
 * there is none. Several columns with blanks between
 * them are summed as well, and where one is absent, so is the sum.
 *
 * "Memory used" is defined here and nowhere else.
 */
enum metric_how {
	METRIC_MEDIAN,		/* median of the column over the window */
	METRIC_MEAN,		/* mean of the column over the window */
	METRIC_MOST,		/* the greatest value of the column in the window */
	METRIC_MEDIAN_LESS,	/* median of column minus other, sample by sample */
	METRIC_MEDIAN_LESS_SHARE,	/* the same as a share of column */
	METRIC_MEDIAN_OVER,	/* median of column over other, sample by sample */
	METRIC_MEDIAN_PLUS,	/* median of column plus what of other there is, sample by sample */
	METRIC_MEDIAN_RMAP,	/* median of the column, a count of KSM's rmap items, in bytes */
	METRIC_MEDIAN_REGIONS,	/* median of the column, a count of DAMON's regions, in bytes */
	METRIC_LAST,		/* latest value in the window of a counter since boot */
	METRIC_DELTA,		/* growth of the counter over the window */
	METRIC_DELTA_SECTORS,	/* the same of a block device's sectors, in bytes */
	METRIC_DELTA_OVER,	/* growth of the column over that of other */
	METRIC_RATE,		/* growth of the counter a second */
	METRIC_RATE_PAGES,	/* the same of pages, in KiB */
	METRIC_KSM_SHARE,	/* what merging saves, as a share of memory without it */
	METRIC_STALL_COUNT,	/* from here on: from the trace, by result/stalls.h */
	METRIC_STALL_TIME,
	METRIC_STALL_P99,
	METRIC_STALL_MAX,
	METRIC_SWAP_INS,	/* from the trace, by result/swap-ins.h */
	METRIC_SWAP_IN_P50,
	METRIC_SWAP_IN_P99,
	METRIC_SWAP_IN_SOON
};

struct metric_info {
	const char *name;
	const char *unit;
	const char *better;	/* "more" or "less" */
	const char *scale;	/* "ratio" or "difference" */
	enum metric_how how;
	const char *column;	/* NULL: not from samples */
	const char *other;	/* of the ways that have "other" above */
	const char *meaning;
};

extern const struct metric_info metric_table[];	/* ends with a NULL name */

/*
 * Finds the metric @name for @workload, a checked workload; NULL knows no
 * groups and accepts any. Returns NULL where there is none.
 */
const struct metric_info *metric_find(const char *name, const json_t *workload);

/* "measured": read as it is; "derived": computed from more than one reading. */
const char *metric_kind(const struct metric_info *m);

/*
 * The sources for the agent's sample-start, a new array: the table's, each
 * group's of @workload, each node's of @t, each device's whose path in the guest
 * is in @disks (as many as @t has devices, NULL for one that is not there), and
 * the threads that @policies (an array of checked policies, may be NULL) charge
 * their cost to, and the cgroups of their daemons. Where one charges kdamond, what
 * DAMON's schemes and modules did is read, too. Give all arms the same ones, so that
 * sampling costs them the same.
 */
json_t *metric_sources(const struct topology *t, char *const *disks, const json_t *workload,
		       const json_t *policies);

/* Computes one metric over @w. False where the samples do not hold what it takes. */
bool metric_value(const struct samples *s, const json_t *workload, const char *name,
		  struct window w, double *ret);

/*
 * Whether each sample's value of the metric has kept within @tolerance (0.01)
 * of their mean over the whole of @w, and samples reach back to its start.
 */
bool metric_stable(const struct samples *s, const json_t *workload, const char *name,
		   struct window w, double tolerance);

/* A new object of the metric with value @v, as result.json's "metrics" holds it. */
json_t *metric_json(const struct metric_info *m, double v);

/* Adds every metric that can be computed to the object @metrics, as docs/results.md says. */
int metric_derive(const struct samples *s, const json_t *workload, struct window w,
		  json_t *metrics, struct err *e);

/*
 * What is read from a trace: @read gives the value of one way of reading @of, or false where
 * it has none. Adds all that it gives to the object @metrics, of those metrics that have a
 * placeholder, with @fill in its place, or for NULL of those that have none.
 */
typedef bool metric_reader(enum metric_how how, const void *of, double *ret);
int metric_read(metric_reader *read, const void *of, const char *fill, json_t *metrics,
		struct err *e);

/* Writes the table of metrics as Markdown: the reference in docs/. */
void metric_print_reference(FILE *out);

#endif
