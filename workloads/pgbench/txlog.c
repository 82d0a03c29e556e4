/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * txlog OUTPUT LOG...: the figures of a run of pgbench, from what it printed
 * and from its logs, as a line "histogram {...}" and one line of JSON.
 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include "lib/cleanup.h"
#include "lib/err.h"
#include "workloads/lib/histogram.h"
#include "workloads/pgbench/txlog-parse.h"

#define LINE_BYTES 512

static inline void cleanup_filep(FILE **f)
{
	if (*f)
		fclose(*f);
}
#define cleanup_file __attribute__((cleanup(cleanup_filep)))

static int summary_read(const char *path, struct txlog_summary *ret, struct err *e)
{
	cleanup_file FILE *f = fopen(path, "re");
	struct txlog_summary s = { NAN, NAN, -1, -1 };
	char line[LINE_BYTES];

	if (!f)
		return err_set(e, errno, "cannot open %s: %m", path);
	while (fgets(line, sizeof(line), f))
		txlog_summary_line(line, &s);
	if (isnan(s.tps) || isnan(s.latency_ms) || s.transactions < 0 || s.failed < 0)
		return err_set(e, EINVAL, "%s does not say how pgbench ended", path);
	*ret = s;
	return 0;
}

static int log_read(const char *path, struct histogram *into, struct err *e)
{
	cleanup_file FILE *f = fopen(path, "re");
	char line[LINE_BYTES];
	uint64_t us;

	if (!f)
		return err_set(e, errno, "cannot open %s: %m", path);
	while (fgets(line, sizeof(line), f))
		if (txlog_line(line, &us))
			histogram_add(into, us);
	return ferror(f) ? err_set(e, EIO, "cannot read %s", path) : 0;
}

static double ms(uint64_t us)
{
	return (double)us / 1000;
}

static void figures_print(const struct txlog_summary *s, const struct histogram *h)
{
	printf("histogram {\"part\": \"transactions\", \"unit\": \"us\", \"n\": %" PRIu64
	       ", \"max\": %" PRIu64 ", \"buckets\": ", h->n, h->max);
	histogram_print(h, stdout);
	printf("}\n{\"tps\": %.4f, \"latency\": %.4f, \"p50\": %.3f, \"p99\": %.3f, \"p999\": %.3f, "
	       "\"max\": %.3f, \"transactions\": %" PRId64 ", \"failed\": %" PRId64 "}\n", s->tps,
	       s->latency_ms, ms(histogram_percentile(h, 0.5)), ms(histogram_percentile(h, 0.99)),
	       ms(histogram_percentile(h, 0.999)), ms(h->max), s->transactions, s->failed);
}

int main(int argc, char **argv)
{
	static struct histogram latencies;
	struct txlog_summary s = { NAN, NAN, -1, -1 };
	struct err e;
	int rc = argc < 3 ? err_set(&e, EINVAL, "usage: txlog OUTPUT LOG...")
			  : summary_read(argv[1], &s, &e);

	for (int i = 2; !rc && i < argc; i++)
		rc = log_read(argv[i], &latencies, &e);
	/* A log that lost lines would tell too short a tail. */
	if (!rc && latencies.n != (uint64_t)s.transactions)
		rc = err_set(&e, EINVAL, "pgbench counts %" PRId64 " transactions, and its logs have %"
			     PRIu64, s.transactions, latencies.n);
	if (rc) {
		printf("%s\n", e.msg);
		return 1;
	}
	figures_print(&s, &latencies);
	return 0;
}
