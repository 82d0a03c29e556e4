/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_INITRD_H
#define RAMRIG_INITRD_H

#include <stdbool.h>
#include "image/kernel.h"
#include "image/modules.h"
#include "lib/json.h"
#include "topology/topology.h"
#include "vm/probe.h"

/* The initramfs of one cell: which programs and modules its plan puts into it. */
struct initrd_opts {
	const json_t *plan;
	const char *dir;	     /* the folder of the plan's result */
	const json_t *cell;	     /* of the plan's cells */
	const struct kernel *kernel; /* the cell's, or the reference in its place */
	const struct topology *topology;
	const struct vm_features *features; /* NULL where the topology needs none */
	bool sweeps;			    /* it gets the TLB sweeper (cell/heat.h) */
	bool bare;			    /* without the workload's programs: a trial */
};

struct initrd {
	json_t *modules, *missing; /* of initramfs_write() */
	char hash[65];		   /* SHA-256 of all of it; equal options give equal bytes */
};

/* Writes it to @path. The caller clears *ret with initrd_clear(). */
int initrd_write(const struct initrd_opts *o, const char *path, struct initrd *ret, struct err *e);

/* Adds to @m the kernel's modules that are in it, each once. */
int initrd_modules(const struct initrd_opts *o, struct modules *m, struct err *e);

void initrd_clear(struct initrd *i);

#endif
