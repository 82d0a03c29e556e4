/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_CONFORM_H
#define RAMRIG_CONFORM_H

#include "cell/guest.h"

/*
 * Conformance: what the topology declares against what the guest's kernel
 * sees. It compares outcomes, never the steps that led there.
 *
 * A row is { "what", "declared", "seen", "ok" }. What the kernel does not offer
 * is seen as "nothing", and differs.
 */

/* What a guest says of its hardware; untrusted. */
struct conform_seen {
	json_t *files;		/* path -> its text, the array of a folder's names, or null: absent */
	char *cxl;		/* what `cxl list -M -R -T` printed, or NULL */
	char *log;		/* the kernel log's lines on demotion targets, or NULL */
	char *const *disks;	/* of the topology's devices, as in struct guest */
};

/*
 * Pure. The paths that conform_compare() asks for and @seen->files lacks, as
 * keys of a new object. What a folder holds leads to more: read them and ask
 * again until there are none.
 */
json_t *conform_missing(const struct topology *t, enum guest_clock clock,
			const struct conform_seen *seen);

/* Compares, purely. Appends rows to the array @rows and returns how many differ. */
int conform_compare(const struct topology *t, enum guest_clock clock,
		    const struct conform_seen *seen, json_t *rows);

/*
 * Asks the guest, whose hardware must be up (cell/bring-up.h), then compares.
 * Returns 0 with *ret_differences set, or the error of link_call().
 */
int conform_check(struct guest *g, const struct topology *t, enum guest_clock clock, json_t *rows,
		  int *ret_differences, struct err *e);

#endif
