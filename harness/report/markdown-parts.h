/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_MARKDOWN_PARTS_H
#define RAMRIG_MARKDOWN_PARTS_H

#include "report/report.h"

/* What report_markdown() is made of: each prints a part, from its heading on. */

#define MARKDOWN_WIDTH 100

/*
 * The tables of what was compared with what: for each workload, topology and kernel one as
 * vendors print them, arms below each other with each key metric and its deviation; and the
 * verdicts. In the words of the page (report/parts.h). -ENOMEM.
 */
int markdown_comparisons(FILE *out, const struct report *r, struct err *e);

/* What was saved of memory, and what it cost; nothing where it was not measured. */
void markdown_prices(FILE *out, const json_t *prices);

/* How the cells ended, what kernels reported, warnings. */
void markdown_troubles(FILE *out, const json_t *comparison);

#endif
