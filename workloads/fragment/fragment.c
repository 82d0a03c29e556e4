/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "workloads/fragment/fragment-board.h"
#include "workloads/fragment/fragment-probe.h"
#include "workloads/fragment/fragment-report.h"

/* The indices from before the board, which `measure` reads as well. */
#define FRESH_FOLDER "/run/ramrig-fragment"

/* Holds the board until it is killed. */
static int hold(const struct fragment_config *c, struct err *e)
{
	int rc = index_save(FRESH_FOLDER, e);

	if (!rc)
		rc = board_lay(c, e);
	if (rc)
		return rc;
	puts("fragment is ready");
	fflush(stdout);
	for (;;)
		pause();
}

static int measure(const struct fragment_config *c, struct err *e)
{
	static struct probe probe;
	struct report r = { .latencies = &probe.latencies };
	struct err why;
	int rc = index_read(FRESH_FOLDER, "before the board", &r.fresh, e);

	if (!rc)
		rc = index_read(INDEX_FOLDER, "before the demands", &r.before, e);
	if (!rc)
		rc = probe_start(&probe, c, e);
	if (rc)
		return rc;
	rc = demands_make(c, &r.demands, e);
	int failed = probe_stop(&probe, &why);

	if (!rc && failed) {
		*e = why;
		rc = failed;
	}
	if (!rc)
		rc = index_read(INDEX_FOLDER, "after the demands", &r.after, e);
	if (!rc)
		report_print(&r, (unsigned)c->order, stdout);
	return rc;
}

static int usage(void)
{
	fputs("usage: fragment hold|measure\n"
	      "The parameters of workload.yaml are read from RAMRIG_* of the environment.\n",
	      stderr);
	return 2;
}

int main(int argc, char **argv)
{
	bool holds = argc == 2 && !strcmp(argv[1], "hold");
	struct fragment_config c;
	struct err e;

	if (!holds && (argc != 2 || strcmp(argv[1], "measure")))
		return usage();
	int rc = fragment_config_read(&c, &e);

	if (!rc)
		rc = holds ? hold(&c, &e) : measure(&c, &e);
	if (!rc)
		return 0;
	fflush(stdout);
	fprintf(stderr, "fragment: %s\n", e.msg);
	return 1;
}
