/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_STAGE_H
#define RAMRIG_STAGE_H

#include <stdbool.h>
#include "cell/execute.h"
#include "cell/initrd.h"
#include "cell/work.h"
#include "image/kernel.h"
#include "vm/probe.h"
#include "vm/workdir.h"

/*
 * What must be in place before a worker boots a guest: work folder, initramfs,
 * accelerator, QEMU, deadlines. Belongs to the supervisor, with its rights.
 */
struct stage {
	struct workdir dir;
	struct kernel kernel;
	struct topology topology;	/* what work.topology points to */
	struct vm_features features;	/* asked for where the topology needs some */
	struct work work;
	const char *result_dir;		/* the plan's; where its programs lie */
	char *initrd, *emulator, *boot_key, *heat_key;
	json_t *heat;			/* what work.heat points to */
	struct initrd contents;		/* of the initramfs */
	json_t *limits;
	const char *image;
};

/* For one cell of a plan. End it with stage_clear(), also after a failure. */
int stage_set(struct stage *s, const struct execute_opts *o, const json_t *cell, struct err *e);

/* Runs @fn as the worker of this stage; see supervise(). */
int stage_run(struct stage *s, supervise_fn fn, int *ret_status, struct err *e);

/*
 * Boots the kernel @reference (a kernel of a plan) on @s's topology, in a work
 * folder of its own. Sets *ret_passes to whether it said hello and conformed.
 */
int stage_trial(const struct stage *s, const json_t *reference, bool *ret_passes, struct err *e);

/* Kills what is left, removes the work folder, frees. */
int stage_clear(struct stage *s, struct err *e);

#endif
