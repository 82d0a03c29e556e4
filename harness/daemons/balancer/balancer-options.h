/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_BALANCER_OPTIONS_H
#define RAMRIG_BALANCER_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include "lib/err.h"

/* Where incompressible pages stand among those that are old enough. */
enum huge {
	HUGE_IDLE, /* they go first: each frees a whole page of the pool */
	HUGE_ONLY,
	HUGE_NEVER, /* never first: they go as all others do */
	HUGE_COUNT
};

extern const char *const huge_words[HUGE_COUNT];

/* What the command line says. Texts are allocated by popt and live as long as the process. */
struct options {
	char *device, *root, *cgroup;
	uint64_t pool_size_bytes; /* 0: the device's own */
	uint64_t scan_interval_ms, min_age_ms, refault_window_ms;
	uint64_t write_budget_bytes; /* a second */
	int pool_percent, hysteresis_percent, refault_percent;
	int steps; /* 0: until a signal */
	int dry_run;
	enum huge huge;
};

/*
 * Reads the command line; --help prints and exits. -EINVAL with a sentence that names the
 * option.
 */
int options_read(struct options *ret, int argc, const char **argv, struct err *e);

#endif
