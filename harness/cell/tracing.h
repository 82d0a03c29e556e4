/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_CELL_TRACING_H
#define RAMRIG_CELL_TRACING_H

#include "cell/cell.h"

/*
 * The tracepoints that an experiment and its workload want ("trace:"), recorded in the guest's own memory
 * during the measured window and read out after it. Without any all of these do
 * nothing. What a kernel cannot do of it is charged to that kernel.
 */

/* Readies the guest, before its workload starts. */
int tracing_set(struct cell *c, struct err *e);

/* Begin and end of recording; the end's counts are "trace" of the result, losses a warning. */
int tracing_start(struct cell *c, struct err *e);
int tracing_stop(struct cell *c, struct err *e);

/*
 * Writes what was recorded to trace.txt, in tracefs's own format: at most
 * TRACING_FILE_MAX, or what comes within TRACING_READ_MS; what is cut is a warning.
 * Stalls in it are "stalls" of the result, and metrics; swap-ins are metrics.
 */
#define TRACING_FILE_MAX (64L << 20)
#define TRACING_READ_MS (15 * 60 * 1000)
int tracing_save(struct cell *c, struct err *e);

#endif
