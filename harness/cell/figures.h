/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_CELL_FIGURES_H
#define RAMRIG_CELL_FIGURES_H

#include "lib/err.h"
#include "lib/json.h"

/* A workload's own figures, out of what its measuring programs printed. Pure. */

/*
 * What of the workload's `warn` list does not hold of @metrics, which
 * cell_figures_read() filled: a new array of sentences.
 */
json_t *cell_figures_doubt(const json_t *workload, const json_t *metrics);

/*
 * Reads the figures that the workload declares from the last line of what each
 * measuring program printed, @outputs as cell_step_run() makes it, into the
 * object @metrics, with the loop that the parameters' values make of those that
 * have one, and checks them. -EINVAL with a sentence where a figure is
 * missing, is no number, or breaks a check of the workload.
 */
int cell_figures_read(const json_t *workload, const json_t *outputs, json_t *metrics,
		      struct err *e);

#endif
