/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_PRICE_PRINT_H
#define RAMRIG_PRICE_PRINT_H

#include <stdio.h>
#include "compare/price.h"
#include "compare/render.h"

/*
 * Prints a price as people read it: what was saved, what was paid, which costs were zero on
 * both sides, and which were not measured on either.
 */
int price_print(FILE *out, const json_t *price, const struct render_opts *o, struct err *e);

#endif
