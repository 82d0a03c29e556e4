/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_EXECUTE_H
#define RAMRIG_EXECUTE_H

#include <stdio.h>
#include "image/kernel.h"
#include "lib/err.h"
#include "lib/json.h"
#include "result/outcome.h"
#include "vm/supervise.h"

/*
 * Runs cell @n of the plan in the result folder @dir, once: a fresh boot in a
 * work folder of its own, supervised. The cell's folder holds started.json
 * from before the boot and result.json, renamed into place last, afterwards.
 */
struct execute_opts {
	const char *dir;
	const json_t *plan;
	unsigned n;
	unsigned attempt;	/* from 1; after an infra error the cell is tried again */
	FILE *progress;		/* lines "phase NAME" and "console TEXT", or NULL */
};

/*
 * Returns 0 and sets *ret whatever the outcome. -ECANCELED when a signal asked
 * to stop: the cell is then not done. Other errors: the outcome could not even
 * be written.
 */
int execute_cell(const struct execute_opts *o, enum outcome *ret, struct err *e);

struct stage;

/*
 * Runs @fn, one of those of cell/work.h that write a result, as the worker of @s,
 * and reads its result into *ret_result; where only a trial of the reference
 * kernel tells whom the outcome is charged to, that was made. -ECANCELED when a
 * signal asked to stop. The caller decrefs *ret_result.
 */
int execute_stage(struct stage *s, supervise_fn fn, json_t **ret_result, struct err *e);

#endif
