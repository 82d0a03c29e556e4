/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_COMPLETION_H
#define RAMRIG_COMPLETION_H

#include <stdio.h>

/*
 * Writes bash completion from the commands' tables: words of commands, their
 * options, and their arguments by what the usage line calls them: EXPERIMENT,
 * TOPOLOGY or KERNEL ask `ramrig complete` for names, anything else completes
 * as files.
 */
void completion_print(FILE *out);

#endif
