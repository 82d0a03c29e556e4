/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_SENPAI_STEP_H
#define RAMRIG_SENPAI_STEP_H

#include <stdio.h>
#include "daemons/senpai/senpai-options.h"
#include "daemons/senpai/senpai-reclaim.h"
#include "daemons/senpai/senpai-watch.h"

/* What a run has and has done. */
struct senpai {
	const struct senpai_options *options;
	const struct ticker *ticker;
	FILE *log;
	int root_fd, cgroup_fd;	 /* of --root, and of all cgroups below it */
	bool swappiness_refused; /* this kernel's memory.reclaim takes none */
	uint64_t steps, asked_bytes;
	int64_t fell_bytes;
};

/*
 * One step of one cgroup: looks, decides, reclaims, and writes its line to the log, also
 * of what goes wrong. @elapsed_us is the time since its step before.
 */
void senpai_step(struct senpai *s, struct watched *c, uint64_t elapsed_us);

#endif
