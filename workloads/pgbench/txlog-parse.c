/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "workloads/pgbench/txlog-parse.h"

bool txlog_line(const char *line, uint64_t *ret_us)
{
	char *end;

	for (int word = 0; word < 2; word++) {	/* client, number of its transaction */
		size_t len = strspn(line, "0123456789");

		if (!len || line[len] != ' ')
			return false;
		line += len + 1;
	}
	if (!isdigit((unsigned char)*line))
		return false;
	errno = 0;
	uint64_t us = strtoull(line, &end, 10);
	if (errno || *end != ' ')
		return false;
	*ret_us = us;
	return true;
}

/* The number behind @label at the beginning of @line. */
static bool number_behind(const char *line, const char *label, double *ret)
{
	size_t len = strlen(label);
	char *end;

	if (strncmp(line, label, len))
		return false;
	double v = strtod(line + len, &end);
	if (end == line + len)
		return false;
	*ret = v;
	return true;
}

void txlog_summary_line(const char *line, struct txlog_summary *s)
{
	double v;

	if (number_behind(line, "tps = ", &v))
		s->tps = v;
	else if (number_behind(line, "latency average = ", &v))
		s->latency_ms = v;
	else if (number_behind(line, "number of transactions actually processed: ", &v))
		s->transactions = (int64_t)v;
	else if (number_behind(line, "number of failed transactions: ", &v))
		s->failed = (int64_t)v;
}
