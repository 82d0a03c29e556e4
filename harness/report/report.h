/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_REPORT_H
#define RAMRIG_REPORT_H

#include <stdio.h>
#include "result/result.h"

/*
 * A result as a report, of which there are several formats: all are made of the result and
 * of its comparison with itself, so that no two can differ in a figure. Pure: the same result gives
 * the same bytes.
 */
struct report {
	const struct result *result;
	const json_t *comparison;	/* what compare_results() said (compare/compare.h) */
};

/*
 * Each writes one format to @out, which it does not close. What @out cannot take is for the
 * caller to see with ferror(); -ENOMEM and what cannot be read of the result are theirs.
 */
typedef int report_writer(const struct report *r, FILE *out, struct err *e);

report_writer report_html;	/* one file for a browser, which needs nothing else */

#endif
