/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_REPLAY_H
#define RAMRIG_REPLAY_H

#include "bundle/replayable.h"
#include "image/image.h"

/*
 * One cell of a result or a bundle, run again: the same kernel, modules, image, topology, seed,
 * domain, limits, agent, daemons and workload. What is not the same is refused, unless it is
 * allowed by name; the new result then says so wherever it is read.
 */
struct replay_opts {
	const char *from;	     /* a result's folder, or a bundle */
	unsigned n;		     /* of the cell */
	const char *const *allowed;  /* words of replay/likeness.h, NULL-ended; or NULL */
	const struct search *search; /* for another image, where that is allowed */
	const struct progress *progress;
};

struct replay {
	struct replayable source;
	const struct result_cell *cell; /* the one that is replayed */
	json_t *plan;			/* of the new result: one cell, number 1 */
	json_t *rows;			/* of likeness_compare() */
};

/*
 * Finds the cell and all that it takes, and compares what it ran on with what is here; nothing is
 * booted but what tells the accelerator. That something differs is no error: see
 * likeness_count(). -EINVAL where there is no such cell, or it never ran; -ENOENT and -EINVAL where
 * what it takes cannot be had here. End it with replay_clear(), also after a failure.
 */
int replay_open(const struct replay_opts *o, struct replay *ret, struct err *e);

/*
 * Makes the new result's folder @dir: its plan, which says what it replays and with which
 * differences, and copies of workloads and programs. -EEXIST where @dir holds a result.
 */
int replay_begin(const struct replay *r, const char *dir, struct err *e);

/*
 * Pure but for argv.json of both: what the cell did then and what it did now, out of the new
 * @result, as a new object:
 *
 *   { "experiment", "cell", "outcome": { "was", "is" }, "reason": { "was", "is" },
 *     "report": { "was", "is" }: hashes of what the outcome is charged to, or null,
 *     "metrics": [ { "metric", "unit", "scale", "shown", "was", "is", "change" } ],
 *     "argv": [ { "was", "is" } ]: words of QEMU's command line that differ, but for paths and
 *             the domain's random UUID; null where one of them is not known }
 *
 * "change" is a fraction of what was for a metric of scale "ratio", else a difference; "shown" is
 * whether people see it without asking for all. No verdict: one boot against one boot has none.
 */
json_t *replay_outcome(const struct replay *r, const struct result *result);

void replay_clear(struct replay *r);
#define cleanup_replay __attribute__((cleanup(replay_clear)))

#endif
