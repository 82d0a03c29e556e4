/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_BUNDLE_KERNELS_H
#define RAMRIG_BUNDLE_KERNELS_H

#include "bundle/collect.h"
#include "cell/initrd.h"
#include "image/image.h"
#include "result/result.h"

/* What of a result is being bundled, and what was asked of this host for it. */
struct bundling {
	const struct result *result;
	const bool *wanted; /* of each of its cells */
	bool vmlinux;
	struct vm_features features; /* asked for where a topology needs some */
	const struct progress *progress;
	struct collection *into;
};

/*
 * Sets *ret to what the initramfs of the result's cell @c was made of, with @kernel in place of the
 * cell's where it is not NULL; *ret_topology and *ret_kernel are what it refers to. Ended
 * by bundling_cell_clear().
 */
struct bundling_cell {
	struct initrd_opts opts;
	struct topology topology;
	struct kernel kernel;
};

int bundling_cell_set(struct bundling *b, const struct result_cell *c, const json_t *kernel,
		      struct bundling_cell *ret, struct err *e);
void bundling_cell_clear(struct bundling_cell *c);

/*
 * Adds the kernel @j of the plan as members below @folder: bzImage, configuration, those modules
 * that cells want which boot it (@name of the plan; NULL: all cells, as the reference), what made
 * it where it was built from source, and with @b->vmlinux that, too. Sets *ret to a new KERNEL of
 * the manifest. -ENOENT and -ESTALE say what is not there any more, and how to make it.
 */
int bundle_kernel(struct bundling *b, const char *name, const json_t *j, const char *folder,
		  json_t **ret, struct err *e);

#endif
