/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_HELP_H
#define RAMRIG_HELP_H

#include <stdio.h>
#include "cli/command.h"

/* All help derives from the commands' tables; see also manpage.h, completion.h. */

extern const struct poptOption global_options[];	/* of every command */

/* "kernel fetch [OPTION...] NAME...", in a buffer of its own until the next call. */
const char *help_usage(const struct command *c);

/* The command's summary as a sentence on a line of its own. */
void help_print_summary(const struct command *c, FILE *out);

void help_print_all(FILE *out);
void help_print_command(const struct command *c, FILE *out);

/*
 * Says on stderr that the words of @argv (@argc > 0) name no command; of a family, "claims",
 * which commands there are. Returns the exit code.
 */
int help_no_command(int argc, const char *const *argv);

/* ramrig help [COMMAND]: returns the exit code. */
int help_main(int argc, const char *const *argv);

/*
 * Calls @fn for each option of @table that a person may give, with its name
 * as "--pairs=N", "-q, --quiet".
 */
void help_each_option(const struct poptOption *table,
		      void (*fn)(const char *name, const char *text, void *arg), void *arg);

#endif
