/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include "cell/prepare.h"
#include "cell/stage.h"
#include "cli/command.h"
#include "cli/globals.h"
#include "lib/cleanup.h"
#include "topology/load.h"
#include "vm/session.h"
#include "vm/workdir.h"

static const char *opt_kernel = REFERENCE_KERNEL, *opt_modules, *opt_clock = "host",
		  *opt_image = "default";

static int opt_scale = 1;

static const struct poptOption options[] = {
	{ "kernel", '\0', POPT_ARG_STRING, &opt_kernel, 0,
	  "a kernel's name, a bzImage or a built kernel tree; default " REFERENCE_KERNEL, "KERNEL" },
	{ "modules", '\0', POPT_ARG_STRING, &opt_modules, 0,
	  "modules of a bzImage; default /lib/modules/RELEASE", "DIR" },
	{ "image", '\0', POPT_ARG_STRING, &opt_image, 0, "the root file system; default \"default\"", "NAME" },
	{ "scale", '\0', POPT_ARG_INT, &opt_scale, 0,
	  "how many times the size of its file TOPOLOGY gets", "N" },
	{ "clock", '\0', POPT_ARG_STRING, &opt_clock, 0, "host (the default), or virtual: one CPU whose time is counted instructions", "CLOCK" },
	POPT_TABLEEND
};

/* A shell's guest is a cell without workload: the same stage takes a plan of this form. */
static json_t *shell_plan(json_t *topology)
{
	const char *name = json_str(topology, "topology");
	json_t *kernel = json_pack("{s:s}", "name", opt_kernel);

	if (opt_modules)
		json_object_set_new(kernel, "modules", json_string(opt_modules));
	return json_pack("{s:s, s:s, s:{s:s}, s:{s:o}, s:{s:O}, s:{}, s:[{s:i, s:s, s:s}]}", "clock",
			 opt_clock, "connect", cli.connect, "image", "name", opt_image, "kernels",
			 opt_kernel, kernel, "topologies", name, topology, "workloads", "cells",
			 "n", 1, "kernel", opt_kernel, "topology", name);
}

static enum exit_code shell_run(json_t *plan, struct err *e)
{
	struct execute_opts o = { .plan = plan, .n = 1, .attempt = 1 };
	struct stage s = { .dir = { .lock_fd = -1 } };
	struct err at_end;
	int status = 0;
	int rc = stage_set(&s, &o, json_array_get(json_object_get(plan, "cells"), 0), e);

	if (!rc)
		rc = stage_run(&s, work_shell, &status, e);
	if (stage_clear(&s, &at_end) && !rc) {
		*e = at_end;
		rc = -e->code;
	}
	return rc || status ? EXIT_RIG : EXIT_WELL;
}

/* TOPOLOGY as the guest will get it, if this host can give it. */
static int load_topology(const char *name, json_t **ret, struct err *e)
{
	cleanup_site struct site site = { 0 };
	cleanup_free char *path = NULL;
	const struct topology_wish w = {
		.scale = (unsigned)opt_scale,
		.clock = !strcmp(opt_clock, "virtual") ? CLOCK_VIRTUAL : CLOCK_HOST,
		.site = &site,
	};

	if (strcmp(opt_clock, "host") && strcmp(opt_clock, "virtual"))
		return err_set(e, EINVAL, "clock '%s' is neither host nor virtual", opt_clock);
	int rc = topology_scale_check(opt_scale, e);
	if (!rc)
		rc = search_find(&cli.search, SPEC_TOPOLOGY, name, &path, e);
	return rc ? rc : topology_load(&cli.search, path, &w, ret, e);
}

static enum exit_code shell_main(int argc, const char *const *argv, struct err *e)
{
	cleanup_json json_t *topology = NULL;

	(void)argc;
	if (session_check_uri(cli.connect, e) || load_topology(argv[0], &topology, e))
		return EXIT_USAGE;
	cleanup_json json_t *plan = shell_plan(topology);

	if (prepare_host(e) || workdir_scan(true, NULL, e) ||
	    prepare_plan(&cli.search, plan, &cli_progress, e))
		return EXIT_RIG;
	return shell_run(plan, e);
}

const struct command cmd_shell = {
	.name = "shell",
	.args = "TOPOLOGY",
	.summary = "open a shell in a guest, booted as a cell is",
	.details = "The guest, and all that was changed in it, is gone when the shell ends. Its root "
		   "file system is an overlay over the image, its hardware what TOPOLOGY says.",
	.options = options,
	.min_args = 1,
	.max_args = 1,
	.run = shell_main,
};
