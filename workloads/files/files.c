/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "lib/cleanup.h"
#include "workloads/files/files-report.h"
#include "workloads/lib/cgroup.h"

/* The cgroup, beside the workload's own, that is charged for looking at the files. */
#define LOOKER "files-look"

static int look(const struct pool *p, struct resident *hot, struct resident *cold, struct err *e)
{
	int rc = cgroup_leave(LOOKER, e);

	if (!rc)
		rc = resident_take(p, hot, cold, e);
	if (!rc)
		report_resident(p, hot, cold, stdout);
	return rc;
}

static int run_warmup(struct pool *p, struct err *e)
{
	static struct files_result r;
	struct resident hot, cold;
	int rc = pool_fill(p, e);

	if (!rc && p->config->warmup_transactions)
		rc = files_run(p, p->config->warmup_transactions, 0, &r, e);
	if (!rc)
		rc = pool_save(p, e);
	if (rc)
		return rc;
	printf("made %" PRIu64 " files, then %" PRIu64 " transactions\n", p->config->files,
	       r.transactions);
	return look(p, &hot, &cold, e);
}

static int run_measure(struct pool *p, struct err *e)
{
	static struct files_result r;
	struct resident hot, cold;
	int rc = pool_load(p, e);

	if (!rc)
		rc = files_run(p, p->config->transactions, p->config->duration, &r, e);
	if (!rc)
		rc = pool_save(p, e);
	if (!rc)
		rc = look(p, &hot, &cold, e);
	if (rc)
		return rc;
	report_files_histograms(&r, stdout);
	report_files_figures(&r, &hot, &cold, p->corrupt, stdout);
	return 0;
}

static int run_verify(struct pool *p, struct err *e)
{
	int rc = pool_load(p, e);

	if (!rc)
		rc = pool_verify(p, e);
	if (!rc)
		printf("all %" PRIu64 " files were checked\n", p->n);
	return rc;
}

static const struct {
	const char *name;
	int (*run)(struct pool *p, struct err *e);
} commands[] = {
	{ "warmup", run_warmup },
	{ "measure", run_measure },
	{ "verify", run_verify },
};

static int usage(void)
{
	fputs("usage: files warmup|measure|verify\n"
	      "The parameters of workload.yaml are read from RAMRIG_* of the environment.\n",
	      stderr);
	return 2;
}

static int command_run(size_t i, struct err *e)
{
	struct files_config c;
	struct pool p = { .dir_fd = -1 };
	int rc = files_config_read(&c, e);

	if (!rc)
		rc = pool_open(&p, &c, files_place_path(c.place), e);
	if (!rc)
		rc = commands[i].run(&p, e);
	pool_close(&p);
	return rc;
}

int main(int argc, char **argv)
{
	struct err e;

	for (size_t i = 0; argc == 2 && i < ARRAY_SIZE(commands); i++) {
		if (strcmp(argv[1], commands[i].name))
			continue;
		int rc = command_run(i, &e);

		fflush(stdout);
		if (rc)
			fprintf(stderr, "files: %s\n", e.msg);
		return rc ? 1 : 0;
	}
	return usage();
}
