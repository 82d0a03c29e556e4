/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_BRING_UP_PARTS_H
#define RAMRIG_BRING_UP_PARTS_H

#include <stddef.h>
#include "cell/guest.h"

/* The parts of bring_up(), which alone calls them and names what failed. */

/* Sets g->disks[] of device @i; what a zram writes back to must be up before it. */
int bring_up_device(struct guest *g, const struct topology *t, size_t i, struct err *e);

/* Keeps memory that appears from being onlined other than movable; before the first CXL node. */
int bring_up_cxl_begin(struct guest *g, struct err *e);

/* Makes CXL node @i of the topology memory of the kernel's. */
int bring_up_cxl_node(struct guest *g, const struct topology *t, size_t i, struct err *e);

/* Pure: the dax device that `ndctl create-namespace` says it made. The caller frees *ret. */
int cxl_dax_of_namespace(const char *output, char **ret, struct err *e);

#endif
