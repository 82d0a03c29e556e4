/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_SHOW_H
#define RAMRIG_SHOW_H

#include <stdbool.h>
#include "lib/err.h"
#include "lib/json.h"

/* Prints a comparison on standard output, as JSON or for people, fit for the terminal. */
int show_comparison(const json_t *comparison, bool json, struct err *e);

#endif
