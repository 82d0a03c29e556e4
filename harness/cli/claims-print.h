/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_CLAIMS_PRINT_H
#define RAMRIG_CLAIMS_PRINT_H

#include "cli/claims-table.h"

/*
 * Prints the claim @claim (a checked file) for people: the vendor's table as it was printed, what
 * each of its figures is against its base, and what cells would tell.
 */
int claims_print_claim(const json_t *claim, const struct claims_sink *to, struct err *e);

/*
 * Prints what claims_assess() made of @claims: for each figure the vendor's columns and beside them
 * what was seen here.
 */
int claims_print_assessed(const json_t *claims, const json_t *assessed,
			  const struct claims_sink *to, struct err *e);

#endif
