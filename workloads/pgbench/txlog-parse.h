/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_TXLOG_PARSE_H
#define RAMRIG_TXLOG_PARSE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * What pgbench prints, and the log it writes with --log (PostgreSQL's
 * documentation, "pgbench", Per-Transaction Logging): a line for each
 * transaction, of which the third word is its latency in microseconds. With
 * --rate that counts from when the transaction was due.
 */

/*
 * Sets *ret_us of one line of the log. False for a line that is none: torn, or
 * of a transaction that was skipped or failed.
 */
bool txlog_line(const char *line, uint64_t *ret_us);

/* What pgbench says at its end; absent is NAN, and a count that is absent -1. */
struct txlog_summary {
	double tps;		/* without the time that connecting took */
	double latency_ms;	/* mean */
	int64_t transactions, failed;
};

/* Takes what @line of pgbench's output says into @s. */
void txlog_summary_line(const char *line, struct txlog_summary *s);

#endif
