/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_COMMAND_H
#define RAMRIG_COMMAND_H

#include <popt.h>
#include "lib/err.h"
#include "result/outcome.h"

/*
 * One command of ramrig: one file cmd-NAME.c with one of these, listed in
 * commands.c. Usage, --help, the man page and bash completion all derive from
 * it, so that no text stands twice.
 */
struct command {
	const char *name;	/* "run", or "kernel fetch" for a word of a family */
	const char *args;	/* as the usage line shows them: "EXPERIMENT"; "" for none */
	const char *summary;	/* one line, no full stop */
	const char *details;	/* paragraphs for the man page, or NULL */
	const struct poptOption *options; /* ends with POPT_TABLEEND; NULL for none */
	int min_args;
	int max_args;		/* -1: no limit */

	/*
	 * @argv holds what is left after the options, NULL-ended. Options have
	 * been stored where the table says. Returns the exit code; where @e is
	 * filled, main prints it on standard error.
	 */
	enum exit_code (*run)(int argc, const char *const *argv, struct err *e);
};

extern const struct command *const commands[];	/* NULL-ended, in the order help shows */

#endif
