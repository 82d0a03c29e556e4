/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "cli/command.h"
#include "cli/completion.h"
#include "cli/kind.h"
#include "cli/manpage.h"
#include "spec/spec.h"

static enum exit_code docs(int argc, const char *const *argv, struct err *e)
{
	enum spec_kind kind;

	if (argc == 1 && !strcmp(argv[0], "man")) {
		manpage_print(stdout);
		return EXIT_WELL;
	}
	if (argc == 1 && !strcmp(argv[0], "completion")) {
		completion_print(stdout);
		return EXIT_WELL;
	}
	if (argc == 2 && !strcmp(argv[0], "reference")) {
		if (kind_from_name(argv[1], &kind, e))
			return EXIT_USAGE;
		spec_print_reference(kind, stdout);
		return EXIT_WELL;
	}
	err_set(e, EINVAL, "ramrig docs writes 'man', 'completion' or 'reference KIND'");
	return EXIT_USAGE;
}

/* Hidden: what the Makefile calls to write what is installed beside the program. */
const struct command cmd_docs = {
	.name = "docs",
	.args = "man|completion|reference [KIND]",
	.min_args = 1,
	.max_args = 2,
	.run = docs,
};
