/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_GUEST_MODULES_H
#define RAMRIG_GUEST_MODULES_H

#include "image/modules.h"
#include "topology/topology.h"
#include "vm/probe.h"

#define GUEST_MODULES_MAX 32

/* The modules that a topology's guests want, with their options; self-contained. */
struct guest_modules {
	struct module_want list[GUEST_MODULES_MAX];	/* ended by a NULL name */
	size_t n;
	char zram_options[32];
};

/*
 * What the root disk takes is required; what the hardware takes is not: a
 * kernel without it is booted, and is told apart by what then does not come up
 * (cell/bring-up.h). @features
 * are QEMU's, on which the media of CXL nodes depends, or NULL. *ret must not
 * be copied.
 */
void guest_modules_set(const struct topology *t, const struct vm_features *features,
		       struct guest_modules *ret);

/* Adds those that @policies (an array of checked policies) ask for, where the kernel has them. */
void guest_modules_add(struct guest_modules *m, const json_t *policies);

/*
 * The same options for a kernel in which the modules are built in, as its
 * command line has them: " zram.num_devices=1". The caller frees it.
 */
char *guest_modules_cmdline(const struct guest_modules *m);

#endif
