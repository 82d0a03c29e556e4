/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_RENDER_H
#define RAMRIG_RENDER_H

#include <stdbool.h>
#include <stddef.h>
#include "lib/err.h"
#include "lib/json.h"

struct render_opts {
	size_t width;		/* columns to fit into, at least 80 */
	bool colour;		/* verdicts in colour, for a terminal */
};

/*
 * A comparison (compare.h) as people read it: the sentences, a table a group
 * with its fidelity, how the cells ended, what their kernels reported, the warnings,
 * and the diagnostics.
 * The caller frees *ret.
 */
int compare_render(const json_t *comparison, const struct render_opts *o, char **ret,
		   struct err *e);

#endif
