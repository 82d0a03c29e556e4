/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_CELL_FIDELITY_H
#define RAMRIG_CELL_FIDELITY_H

#include "lib/json.h"
#include "topology/topology.h"
#include "vm/accel.h"

/*
 * How a guest's memory nodes and swap devices are slow: words that stand beside
 * every figure. Pure.
 *
 *   host-bound       as the host's own memory and processor are
 *   not-modelled     not at all: an instruction costs the same whatever it does
 *   table-only       the guest reads it in its tables, and nothing else differs
 *   device-emulated  as QEMU's or the kernel's emulated device is
 */

/* "dram: not-modelled". The caller frees it. */
char *fidelity_node(const struct topology_node *n, enum accel accel);

/* "nvme: device-emulated, throttled by the host's clock to 500 IOPS". The caller frees it. */
char *fidelity_device(const struct topology_device *d, enum accel accel);

/*
 * New objects: of every node by its number, and by name of the devices that @policies swap
 * to, or have zram write back to.
 */
json_t *fidelity_nodes(const struct topology *t, enum accel accel);
json_t *fidelity_swaps(const struct topology *t, enum accel accel, const json_t *policies);

#endif
