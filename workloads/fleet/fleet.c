/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>
#include "workloads/fleet/fleet-launch.h"

#define PIDS "/run/fleet.pids"

static int usage(void)
{
	fputs("usage: fleet [--pids FILE] serve\n"
	      "       fleet [--pids FILE] maps\n"
	      "serve reads the parameters of workload.yaml from RAMRIG_* of the environment.\n",
	      stderr);
	return 2;
}

static int serve(const char *pids_path, struct err *e)
{
	struct fleet_config c;
	int rc = fleet_config_read(&c, e);

	return rc ? rc : fleet_launch(&c, pids_path, e);
}

int main(int argc, char **argv)
{
	const char *pids_path = PIDS;
	struct err e;

	if (argc == 4 && !strcmp(argv[1], "--pids")) {
		pids_path = argv[2];
		argv += 2;
		argc -= 2;
	}
	if (argc != 2 || (strcmp(argv[1], "serve") && strcmp(argv[1], "maps")))
		return usage();
	if (!(strcmp(argv[1], "serve") ? fleet_maps_print : serve)(pids_path, &e))
		return 0;
	fflush(stdout);
	fprintf(stderr, "fleet: %s\n", e.msg);
	return 1;
}
