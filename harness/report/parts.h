/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_REPORT_PARTS_H
#define RAMRIG_REPORT_PARTS_H

#include "compare/group.h"
#include "report/report.h"

/*
 * The data of a result's page, part by part: new objects and arrays, which the view
 * (reports/views/result.js) lays out. Figures stand in them twice: as numbers for charts and
 * for machines, and under "text" as the words of compare/text.h, so that a figure reads
 * the same wherever it is printed. What is not there is null.
 */

/*
 * "comparisons" of the comparison, each with what its boots say:
 *
 *   "dev": [base, arm]         standard deviation over mean of the boots that count
 *   "boots": { "pair": [], "base": [], "arm": [] }, at most REPORT_POINTS of them
 *   "shown": { "unit", "size" }  what an axis is in, and how many of "unit" of the row that is
 *   "fidelity"                 an index into the array @fidelities, of texts
 *   "text": { "base", "arm", "dev_base", "dev_arm", "change", "interval", "p", "margin", "mde" }
 */
json_t *part_comparisons(const struct report *r, const struct groups *gs, json_t *fidelities);

/*
 * Series over time of the median boots: in each group those two whose first key metric is
 * nearest to the median of their arm.
 *
 *   "metrics": { NAME: { "meaning", "unit", "size", "most" } }
 *   "cells":   { "12": { "arm", "pair", "to_s", "t": [], "series": { NAME: { "v": [] } } } }
 *   "groups":  [ { "row": of "comparisons", "by": metric, "base": cell, "arm": cell,
 *                  "levels": [ { "metric", "unit", "base", "arm" } ] } ]
 *   "left_out": groups beyond REPORT_SERIES_GROUPS, "missing": [ why a cell has none ]
 *
 * A series of more than REPORT_POINTS samples has times of its own, "t" beside "v", picked by
 * stats/lttb.h; one that is zero throughout is "zero": true. "levels" are rates that the
 * workload tells for the whole window only.
 */
json_t *part_over_time(const struct report *r, const struct groups *gs);

/* { "prices": as in the comparison, "tradeoffs": as of `ramrig sweep` }, with their texts. */
json_t *part_cost(const struct report *r);

/*
 * { "failures": [], "reports": [] as in the comparison, with "said" for people,
 *   "consoles": [ { "n", "lines": [] } ]: the ends of those of failed cells without a report,
 *   "left_out": how many more of them }
 */
json_t *part_trouble(const struct report *r);

/*
 * "diagnostics" of the comparison, of which there may be tens of thousands:
 *
 *   [ { "workload", "topology", "base_kernel", "arm_kernel", "base", "arm", "still": [metric],
 *       "rows": [ [metric, base, arm, change, p, label] ] } ]
 */
json_t *part_diagnostics(const struct report *r);

/* [ { "name", "text" } ]: the drawing of each topology, or why there is none. */
json_t *part_topologies(const struct report *r);

/* What it takes to run it again: { "command", "facts": [ [what, text] ], "kernels": [] }. */
json_t *part_origin(const struct report *r);

#define REPORT_POINTS 500	/* of a series, or of a metric's boots */
#define REPORT_SERIES_GROUPS 24

/* Whether @row, of a comparison or of its prices, is of the group @g. */
bool part_is_of(const json_t *row, const struct group *g);

/* @text, which is freed, as a string. */
json_t *part_text(char *text);

#endif
