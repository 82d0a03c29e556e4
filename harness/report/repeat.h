/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_REPEAT_H
#define RAMRIG_REPEAT_H

#include "report/report.h"

/*
 * How a result is made again: the command line, as far as options say it, and what must be
 * the same. A new object
 *
 *   { "command": "ramrig run ...", "facts": [ { "what": "kernel debian-6.12", "is": "..." } ] }
 *
 * with "facts" of programs and hosts from cells that are done, each once.
 */
json_t *repeat_make(const struct report *r);

#endif
