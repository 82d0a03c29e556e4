/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_RESULT_H
#define RAMRIG_RESULT_H

#include <stdbool.h>
#include <stddef.h>
#include "lib/err.h"
#include "lib/json.h"
#include "result/outcome.h"

/*
 * A result folder as it was found (docs/results.md), checked: plan.json must be
 * whole, for everything else hangs on it. A cell is done only when its
 * result.json is whole, has every field with its type, and says the same as
 * the plan's cell; any other cell is not done, and a warning says why.
 */
#define RESULT_CELLS_MAX 100000
#define RESULT_PAIRS_MAX 10000

struct result_cell {
	unsigned n;
	unsigned pair;
	const char *kernel;	/* the names live as long as the result */
	const char *topology;
	const char *workload;
	const char *arm;
	json_t *doc;		/* result.json without its metrics, or NULL: not done */
	json_t *values;		/* NAME: number of each of its metrics, or NULL */
	json_t *about;		/* NAME: what else is said of it; cells that say the same share it */
	enum outcome outcome;	/* OUTCOME_COUNT when not done */
};

struct result {
	char *dir;
	bool is_unpacked;	/* of a bundle: the folder ends with the result */
	json_t *plan;
	size_t n_cells;
	struct result_cell *cells;	/* in the order of the plan */
	json_t *warnings;	/* array of strings: cells that cannot be believed, and why */
};

/*
 * Reads the folder @path, or the bundle @path (bundle/read.h), of which what analysis needs is
 * unpacked below $TMPDIR (or /var/tmp) until the result is freed. The caller frees *ret with
 * result_free().
 */
int result_load(const char *path, struct result **ret, struct err *e);

/* Makes @doc, of which it takes hold, the cell's record: metrics are parted from it. */
void result_cell_set(struct result_cell *c, json_t *doc);

/* Returns what is said of the metric @name of a cell that is ok, but its value, or NULL. */
const json_t *result_cell_metric(const struct result_cell *c, const char *name);

/* Its value: false, and *ret is 0, where there is no such metric, or it is no number. */
bool result_cell_value(const struct result_cell *c, const char *name, double *ret);

/* How long the phases of a cell's record @doc took on the host, in ms; 0 without a record. */
json_int_t result_wall_ms(const json_t *doc);

/* Whether a plan's key metric @m is asked of @workload: not each workload has each figure. */
bool result_asks(const json_t *m, const char *workload);

/* Returns the arm of the plan called @name, or NULL. */
const json_t *result_arm(const struct result *r, const char *name);

void result_cell_clear(struct result_cell *c);
void result_free(struct result *r);	/* NULL is fine */

static inline void result_freep(struct result **r)
{
	result_free(*r);
}
#define cleanup_result __attribute__((cleanup(result_freep)))

#endif
