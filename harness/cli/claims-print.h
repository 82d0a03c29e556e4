/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_CLAIMS_PRINT_H
#define RAMRIG_CLAIMS_PRINT_H

#include <stdbool.h>
#include <stdio.h>
#include "lib/err.h"
#include "lib/json.h"

/*
 * Prints the claim @claim (a checked file) for people: the vendor's table as it was printed, what
 * each of its figures is against its base, and what cells would tell. @markdown: with tables and
 * headings as Markdown has them.
 */
int claims_print_claim(const json_t *claim, bool markdown, FILE *out, struct err *e);

/*
 * Prints what claims_assess() made of @claims: for each figure the vendor's columns and beside them
 * what was seen here.
 */
int claims_print_assessed(const json_t *claims, const json_t *assessed, bool markdown, FILE *out,
			  struct err *e);

#endif
