/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_MANPAGE_H
#define RAMRIG_MANPAGE_H

#include <stdio.h>

/*
 * Writes ramrig(1) as man(7) source, from the commands' tables, the global
 * options, and the tables of outcomes and exit codes. Hidden commands (without
 * a summary) are left out.
 */
void manpage_print(FILE *out);

#endif
