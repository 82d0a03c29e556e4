/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_AGENT_MODULES_H
#define RAMRIG_AGENT_MODULES_H

#include "lib/err.h"

/*
 * Loads a file of folder @dir: @name is its name, with its options behind a
 * blank. A module that is loaded already is fine.
 */
int module_load(const char *dir, const char *name, struct err *e);

/* Loads what @dir/early lists, one name a line, in this order. No such file is fine. */
int modules_load_early(const char *dir, struct err *e);

#endif
