/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "cli/command.h"
#include "cli/completion.h"
#include "cli/kind.h"
#include "cli/manpage.h"
#include "cli/reference.h"
#include "lib/cleanup.h"
#include "result/metric.h"
#include "spec/spec.h"

static const struct {
	const char *name;
	void (*print)(FILE *out);
} texts[] = {
	{ "man", manpage_print },
	{ "completion", completion_print },
	{ "reference", reference_print },
};

static enum exit_code docs(int argc, const char *const *argv, struct err *e)
{
	enum spec_kind kind;

	for (size_t i = 0; argc == 1 && i < ARRAY_SIZE(texts); i++) {
		if (strcmp(argv[0], texts[i].name))
			continue;
		texts[i].print(stdout);
		return EXIT_WELL;
	}
	if (argc == 2 && !strcmp(argv[0], "reference")) {
		if (!strcmp(argv[1], "metrics")) {
			metric_print_reference(stdout);
			return EXIT_WELL;
		}
		if (kind_from_name(argv[1], &kind, e))
			return EXIT_USAGE;
		spec_print_reference(kind, stdout);
		return EXIT_WELL;
	}
	err_set(e, EINVAL, "ramrig docs writes 'man', 'completion', 'reference', or of the "
		"reference only 'metrics' or a kind of file");
	return EXIT_USAGE;
}

/* Hidden: what is installed beside the program, and docs/reference.md, are written by it. */
const struct command cmd_docs = {
	.name = "docs",
	.args = "man|completion|reference [KIND|metrics]",
	.min_args = 1,
	.max_args = 2,
	.run = docs,
};
