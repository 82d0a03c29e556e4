/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_SAMPLING_H
#define RAMRIG_SAMPLING_H

#include <stdbool.h>
#include <stdint.h>
#include "cell/cell.h"

/*
 * The samples of a cell on their way from the agent into c->samples and
 * samples.jsonl.
 *
 * A guest is asked for so many a second and may send more. What is too many
 * ends the cell: SAMPLING_RATE_SLACK times as many as asked for, by the host's
 * clock (a guest's seconds on the virtual clock can be shorter than ours), or
 * more than SAMPLING_FILE_MAX bytes of samples.jsonl.
 */
#define SAMPLING_RATE_SLACK 8
#define SAMPLING_FILE_MAX (256L << 20)

/*
 * A guest from which no sample has come for so many times what a quick request may
 * take has fallen silent, however long its workload may still run.
 */
#define SAMPLING_QUIET_VERBS 4

/*
 * Asks the agent for the plan's samples; with sample_hz 0 for none, and the
 * table then stays empty, so that whatever is made of it is absent.
 */
int sampling_start(struct cell *c, struct err *e);

/* From then on samples may stay out again. */
int sampling_stop(struct cell *c, struct err *e);

/* Takes a checked "sample" event. The first error stays in c->samples_rc. */
void sampling_take(struct cell *c, const json_t *event);

/* Whether @n samples within @ms of their start are more than @hz can be. Pure. */
bool sampling_is_flood(size_t n, int64_t ms, int hz);

#endif
