/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_DAEMON_JOURNAL_H
#define RAMRIG_DAEMON_JOURNAL_H

#include <jansson.h>
#include <stdio.h>

/*
 * A daemon's log: one JSON object a line, each with "t_ns", CLOCK_MONOTONIC, in front,
 * as samples are stamped, and written at once.
 *
 * Takes @fields, an object, over. Non-finite numbers are not JSON's; don't put any in.
 */
void journal_write(FILE *out, json_t *fields);

#endif
