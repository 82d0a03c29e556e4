/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_DRAW_H
#define RAMRIG_DRAW_H

#include "topology/topology.h"
#include "vm/domain.h"

/* A topology as people and programs look at it. Pure. */
struct draw_opts {
	const char *summary;
	enum guest_clock clock;
	const struct vm_features *features;	/* of the QEMU here; NULL: not asked */
	bool utf8;			/* box drawing and arrows; else ASCII */
};

/*
 * A tree of what a guest of @t has: CPUs, nodes with what is declared of them,
 * the CXL hierarchy, devices. Below it, how each node and device is slow under
 * either accelerator (cell/fidelity.h). The caller frees it.
 */
char *topology_draw(const struct topology *t, const struct draw_opts *o);

/*
 * The same as a new object. What is not declared is null; sizes are in bytes,
 * latencies in ns, bandwidths in bytes a second.
 */
json_t *topology_describe(const struct topology *t, const struct draw_opts *o);

/* "1 GiB dram, 512 MiB cxl"; the devices' is "" where there are none. The caller frees it. */
char *topology_nodes_text(const struct topology *t);
char *topology_devices_text(const struct topology *t);

/* What the file says of @d beside kind and size: "500 IOPS, 400 MB/s"; "" for nothing. */
char *topology_device_text(const struct topology_device *d);

/*
 * How node @i of @t, or device @d, is slow: the words of cell/fidelity.h without
 * its kind. The caller frees it.
 */
char *topology_node_slow(const struct topology *t, size_t i, enum accel accel);
char *topology_device_slow(const struct topology_device *d, enum accel accel);

#endif
