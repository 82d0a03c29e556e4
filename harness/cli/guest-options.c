/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include "cell/prepare.h"
#include "cell/solo.h"
#include "cli/globals.h"
#include "cli/guest-options.h"
#include "lib/cleanup.h"
#include "vm/workdir.h"

static const char *opt_kernel = REFERENCE_KERNEL, *opt_modules, *opt_clock = "host",
		  *opt_image = "default";
static int opt_scale = 1;

const struct poptOption hardware_options[] = {
	{ "scale", '\0', POPT_ARG_INT, &opt_scale, 0,
	  "how many times the size of its file the topology gets", "N" },
	{ "clock", '\0', POPT_ARG_STRING, &opt_clock, 0,
	  "host (the default), or virtual: one CPU whose time is counted instructions", "CLOCK" },
	POPT_TABLEEND
};

const struct poptOption guest_options[] = {
	{ "kernel", '\0', POPT_ARG_STRING, &opt_kernel, 0,
	  "a kernel's name, a bzImage or a built kernel tree; default " REFERENCE_KERNEL, "KERNEL" },
	{ "modules", '\0', POPT_ARG_STRING, &opt_modules, 0,
	  "modules of a bzImage; default /lib/modules/RELEASE", "DIR" },
	{ "image", '\0', POPT_ARG_STRING, &opt_image, 0,
	  "the root file system; default \"default\"", "NAME" },
	{ NULL, '\0', POPT_ARG_INCLUDE_TABLE, (void *)hardware_options, 0, NULL, NULL },
	POPT_TABLEEND
};

const char *guest_options_kernel(void)
{
	return opt_kernel;
}

int guest_options_wish(struct site *site, struct topology_wish *ret, struct err *e)
{
	if (strcmp(opt_clock, "host") && strcmp(opt_clock, "virtual"))
		return err_set(e, EINVAL, "clock '%s' is neither host nor virtual", opt_clock);
	if (topology_scale_check(opt_scale, e))
		return -e->code;
	*ret = (struct topology_wish){
		.scale = (unsigned)opt_scale,
		.clock = !strcmp(opt_clock, "virtual") ? CLOCK_VIRTUAL : CLOCK_HOST,
		.site = site,
	};
	return 0;
}

int guest_options_topology(const char *name, struct site *site, json_t **ret, struct err *e)
{
	cleanup_free char *path = NULL;
	struct topology_wish w;
	int rc = guest_options_wish(site, &w, e);

	if (!rc)
		rc = search_find(&cli.search, SPEC_TOPOLOGY, name, &path, e);
	return rc ? rc : topology_load(&cli.search, path, &w, ret, e);
}

int guest_options_plan(json_t *topology, const char *programs, json_t **ret, struct err *e)
{
	const struct solo_opts o = {
		.kernel = opt_kernel,
		.modules = opt_modules,
		.image = opt_image,
		.clock = opt_clock,
		.connect = cli.connect,
		.programs = programs,
	};
	cleanup_json json_t *plan = solo_plan(&o, topology);
	int rc = plan ? prepare_host(e) : err_set(e, ENOMEM, "out of memory for a plan");

	if (!rc)
		rc = workdir_scan(true, NULL, e);
	if (!rc)
		rc = prepare_plan(&cli.search, plan, &cli_progress, e);
	if (!rc)
		*ret = take_ptr(plan);
	return rc;
}
