/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_RUN_OPTIONS_H
#define RAMRIG_RUN_OPTIONS_H

#include <stdbool.h>
#include "cli/command.h"
#include "lib/json.h"
#include "plan/plan.h"

/* From an experiment to a result's folder: what `run` and `sweep` have in common. */

/* For POPT_ARG_INCLUDE_TABLE. */
extern const struct poptOption run_options[];

struct run_wish {
	const char *command;		/* that is to be said to resume */
	const char *experiment;		/* NULL: --resume must say what to run */
	const char *text;		/* of the experiment, in place of its file; or NULL */
	const json_t *sweep;		/* axes of plan/sweep.h, or NULL */
	const struct plan_versus *twins;	/* A against A, of --kernel where it is given; or NULL */
	bool diagnostic;		/* ask for no verdict */
	bool sequential;		/* look after 8, 12, 16 and 20 pairs; excludes diagnostic */
	bool json;			/* a plan that is only printed is printed as JSON */
};

/*
 * Makes the plan, or takes the one of --resume, and runs what is not done of it. Sets *ret_dir
 * to the result's folder, which the caller frees, or to NULL where --dry-run only asked for the
 * plan, which then is printed.
 */
enum exit_code run_options_run(const struct run_wish *w, char **ret_dir, struct err *e);

#endif
