/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef OOM_ARENA_H
#define OOM_ARENA_H

#include <stdatomic.h>
#include <sys/types.h>
#include "workloads/oom/oom-config.h"

/*
 * The contestants and their cgroups. All grow in lockstep: of each step a
 * contestant takes its weight in pages, and no next step begins before all that
 * live have taken theirs. So their sizes keep their proportions however long
 * the kernel holds one of them up.
 */
struct arena_steps {
	_Atomic uint32_t wanted;		/* futex of the contestants */
	_Atomic uint32_t done[CONTESTANTS];
};

struct arena {
	const struct oom_config *config;
	const struct variant_info *variant;
	char folder[256];			/* the daemon's own cgroup, above all of ours */
	struct arena_steps *steps;		/* shared with the contestants */
	pid_t pids[WHO_COUNT];			/* 0: ended and reaped */
	int service_fd;				/* our end of the service's socket */
	double due;				/* steps, by the rate of growth */
};

/*
 * Makes the cgroups below this process's own, moves itself into one of them, and
 * starts the contestants and the service, which is filled then. Nobody grows yet.
 */
int arena_open(struct arena *a, const struct oom_config *c, struct err *e);

/* Lets the contestants take what is due after @ns more, if all have taken what was. */
void arena_grow(struct arena *a, uint64_t ns);

/* What all contestants have taken up to now, in bytes. */
uint64_t arena_grown(const struct arena *a);

/* Writes @text to the file @name of a cgroup of ours, and -EIO if it does not stick. */
int arena_write(const struct arena *a, enum cgroup g, const char *name, const char *text,
		struct err *e);

/*
 * The contestant's whole life, in a process of its own (oom-contestant.c), and the
 * service's (oom-service.c).
 */
_Noreturn void contestant_run(const struct arena *a, enum who w);
_Noreturn void service_run(const struct oom_config *c, int fd);

/* Kills and reaps all that are left. */
void arena_close(struct arena *a);

#endif
