/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_BRING_UP_H
#define RAMRIG_BRING_UP_H

#include "cell/guest.h"

/* Where timed devices are made, each in a folder of this word and its name. */
#define NULLB "/sys/kernel/config/nullb"
#define TIMED_WORD "timed-"

/*
 * What a guest must be told before its hardware is what the topology declares,
 * as an administrator would tell it: CXL regions made, namespaces and dax
 * devices made memory, zram and timed devices set up. Runs once, after the
 * root disk is mounted and before conformance; the steps leave no trace in what
 * conformance compares.
 *
 * CXL node i (research: facts.md, "CXL, for real") becomes NUMA node i because
 * the kernel numbers the windows of the CEDT after the nodes of the SRAT, in
 * their order. A zram is set up in sysfs in the kernel's order: backing_dev,
 * comp_algorithm, disksize, mem_limit. A timed device is a null_blk made in
 * configfs, filled once, so that no later write allocates memory.
 *
 * On success g->disks[i] is the path of device i. Errors are those of
 * link_call(), or a sentence that names node or device and what the guest's
 * tool said (then link_answered() holds: the kernel cannot do it).
 */
int bring_up(struct guest *g, const struct topology *t, struct err *e);

#endif
