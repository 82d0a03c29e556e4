/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_KNOWN_H
#define RAMRIG_KNOWN_H

#include "lib/json.h"

/*
 * What calibrations (calibrate/collect.h) of before tell of a plan's figures. They are looked up
 * when the plan is made and copied into it, so that whatever reads the result later says the same.
 */
#define KNOWN_BOOK "calibration"	/* of image/book.h: collect_key() -> entry */
#define KNOWN_DAYS_MAX 30		/* older is stale */

/* What calibrations are held against; NULL where it is not known, which then is not compared. */
struct known_now {
	const char *host;		/* host_signature() */
	const char *accelerator;
	const char *qemu;		/* "7.2.22 ..." */
	const char *date;		/* "2026-11-30T12:00:00Z" */
};

/*
 * For each topology, workload and kernel of the base arm of @plan a new object
 *
 *   { "topology", "workload", "kernel", "state": "fresh|stale|missing", "why": [text],
 *     "date", "release", "pairs", "metrics": { NAME: as in the entry } }
 *
 * the last four absent where it is missing. An entry fits that is of the same clock, topology and
 * workload with its parameters; it is stale if of another host, accelerator, kernel release (or,
 * before that is known, kernel name) or QEMU, or too old. Of several the one with the fewest such
 * reasons is taken, then the newest. Pure.
 */
json_t *known_for(const json_t *book, const json_t *plan, const struct known_now *now);

/* Sets "calibration" of @plan to what is known on this host. */
void known_note(json_t *plan);

/*
 * All entries of this host's book, each with its "state" and "why" as far as host, QEMU and
 * age go: a new array, by workload, topology and clock.
 */
json_t *known_all(void);

/*
 * What a figure's mark is made of, from "calibration" of @plan: a new object { "state", "why",
 * and where there is one "date", "cv", and "valid" under the virtual clock }.
 */
json_t *known_mark(const json_t *plan, const char *topology, const char *workload,
		   const char *kernel, const char *metric);

/*
 * In words, of the key metric @metric (of the plan) in a place of "calibration": how it scatters,
 * and how many pairs a change as large as its margin takes in a family of @family at @alpha.
 * The caller frees it.
 */
char *known_sentence(const json_t *place, const json_t *metric, double alpha,
		     unsigned long family);

#endif
