/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cell/solo.h"
#include "cell/work.h"
#include "cli/command.h"
#include "cli/globals.h"
#include "cli/guest-options.h"
#include "lib/cleanup.h"
#include "vm/session.h"

static enum exit_code shell_main(int argc, const char *const *argv, struct err *e)
{
	cleanup_site struct site site = { 0 };
	cleanup_json json_t *topology = NULL, *plan = NULL;
	int status = 0;

	(void)argc;
	if (session_check_uri(cli.connect, e) ||
	    guest_options_topology(argv[0], &site, &topology, e))
		return EXIT_USAGE;
	if (guest_options_plan(topology, NULL, &plan, e) ||
	    solo_run(plan, work_shell, &status, e) || status)
		return EXIT_RIG;
	return EXIT_WELL;
}

const struct command cmd_shell = {
	.name = "shell",
	.args = "TOPOLOGY",
	.summary = "open a shell in a guest, booted as a cell is",
	.details = "The guest, and all that was changed in it, is gone when the shell ends. Its root "
		   "file system is an overlay over the image, its hardware what TOPOLOGY says.",
	.options = guest_options,
	.min_args = 1,
	.max_args = 1,
	.run = shell_main,
};
