/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_CONFORM_H
#define RAMRIG_CONFORM_H

#include <stdbool.h>
#include "cell/guest.h"

/*
 * Conformance: what the topology declares against what the guest's kernel
 * sees. It compares outcomes, never the steps that led there.
 */

/* What a guest says of its hardware; as read from its /sys, untrusted. */
struct conform_seen {
	char *cpus;		/* /sys/devices/system/cpu/online: "0-1" */
	char *nodes;		/* /sys/devices/system/node/online: "0" */
	size_t n_nodes;
	char **meminfo;		/* /sys/devices/system/node/nodeN/meminfo, NULL where absent */
};

/* Counts the numbers of a kernel list such as "0-1,4". -EINVAL if it is none. */
int conform_list_count(const char *list);

/*
 * Compares, purely. Appends { "what", "declared", "seen", "ok" } rows to the
 * array @rows and returns how many differ.
 */
int conform_compare(const struct topology *t, enum guest_clock clock,
		    const struct conform_seen *seen, json_t *rows);

/*
 * Asks the guest, then compares. Returns 0 with *ret_differences set, or the
 * error of link_call().
 */
int conform_check(struct guest *g, const struct topology *t, enum guest_clock clock, json_t *rows,
		  int *ret_differences, struct err *e);

#endif
