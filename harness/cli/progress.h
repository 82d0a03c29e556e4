/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_PROGRESS_H
#define RAMRIG_PROGRESS_H

#include "cell/batch.h"

/*
 * How a run is shown on standard error: on a terminal a block that is redrawn
 * (cells done, time left, each running cell's phase and last console line),
 * elsewhere a line a cell. Made to be a batch's callbacks.
 */
void progress_change(const struct batch *b);
void progress_cell(const struct batch *b, const struct batch_slot *s, enum outcome outcome,
		   const char *reason);

/* Takes the block off the terminal. */
void progress_end(void);

#endif
