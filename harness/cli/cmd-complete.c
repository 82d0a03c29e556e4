/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include "cli/command.h"
#include "cli/globals.h"
#include "cli/kind.h"
#include "lib/json.h"

static enum exit_code complete(int argc, const char *const *argv, struct err *e)
{
	enum spec_kind kind;

	(void)argc;
	if (kind_from_name(argv[0], &kind, e))
		return EXIT_USAGE;
	cleanup_json json_t *names = search_list(&cli.search, kind);
	const json_t *name;
	size_t i;

	json_array_foreach(names, i, name)
		puts(json_string_value(name));
	return EXIT_WELL;
}

/* Hidden: what bash completion asks. */
const struct command cmd_complete = {
	.name = "complete",
	.args = "KIND",
	.min_args = 1,
	.max_args = 1,
	.run = complete,
};
