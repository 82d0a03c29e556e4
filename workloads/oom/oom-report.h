/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef OOM_REPORT_H
#define OOM_REPORT_H

#include <stdio.h>
#include "workloads/oom/oom-judge.h"
#include "workloads/oom/oom-service.h"

/* What came of a contest. */
struct report {
	const struct variant_info *variant;
	const struct oom_sample *sample;	/* the last before the kernel was out of memory */
	const struct oom_log *log;
	const struct judged *judged;
	const struct client *client;
	unsigned victims;		/* who died of SIGKILL, of all who competed */
	bool service_killed;
	double age_ms;			/* of the sample, when the OOM killer was called */
	double kill_ms;			/* from the start of growth to the first kill */
};

/* Prints the table, "contest {...}" with the same for programs, and the figures as the last line. */
void report_print(const struct report *r, FILE *out);

/* One line, of who is about to be killed: "big 81920, middle 51200, ..." by rank, in pages. */
void report_ranks(const struct judged *j, char *buf, size_t size);

#endif
