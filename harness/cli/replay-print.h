/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_REPLAY_PRINT_H
#define RAMRIG_REPLAY_PRINT_H

#include <stdbool.h>
#include "replay/replay.h"

/* For people, on standard output: whose replay it is, and what is the same here. */
int replay_print_rows(const struct replay *r, struct err *e);

/* What came of it, of replay_outcome(); @all: every metric. */
int replay_print_outcome(const json_t *outcome, bool all, struct err *e);

#endif
