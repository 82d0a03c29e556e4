/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>
#include "workloads/swapstorm/swapstorm-report.h"

static int oracles_ask(struct storm *s, struct findings *f, struct err *e)
{
	int rc = oracle_charge(s, f, e);

	if (!rc)
		rc = crew_order(&s->crew, ORDER_EXIT, e);
	if (!rc)
		rc = oracle_shadow(s, f, e);
	return rc ? rc : oracle_end(s, f, e);
}

static int measure(const struct storm_config *c, struct err *e)
{
	static struct storm s;
	int rc = storm_open(&s, c, e);

	if (rc)
		return rc;
	struct storm_report r = { .board = s.board, .absent = s.absent,
				  .balancer = s.has[FEATURE_BALANCER],
				  .before = balancer_counts_read() };

	rc = storm_blow(&s, e);
	if (!rc)
		rc = oracles_ask(&s, &r.findings, e);
	r.after = balancer_counts_read();
	storm_close(&s);
	if (!rc)
		storm_report_print(&r, stdout);
	return rc;
}

static int usage(void)
{
	fputs("usage: swapstorm measure\n"
	      "The parameters of workload.yaml are read from RAMRIG_* of the environment.\n",
	      stderr);
	return 2;
}

int main(int argc, char **argv)
{
	struct storm_config c;
	struct err e;

	if (argc != 2 || strcmp(argv[1], "measure"))
		return usage();
	int rc = storm_config_read(&c, &e);

	if (!rc)
		rc = measure(&c, &e);
	if (!rc)
		return 0;
	fflush(stdout);
	fprintf(stderr, "swapstorm: %s\n", e.msg);
	return 1;
}
