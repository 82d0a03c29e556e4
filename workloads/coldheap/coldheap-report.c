/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <math.h>
#include "lib/cleanup.h"
#include "workloads/coldheap/coldheap-report.h"

#define US 1e3		/* in ns */

void report_histograms(const struct load_result *r, FILE *out)
{
	for (enum part p = 0; p < PART_COUNT; p++) {
		const struct histogram *h = &r->latencies[p];

		if (!h->n)
			continue;
		fprintf(out, "histogram {\"part\": \"%s\", \"unit\": \"ns\", \"n\": %" PRIu64
			", \"max\": %" PRIu64 ", \"buckets\": ", part_names[p], h->n, h->max);
		histogram_print(h, out);
		fputs("}\n", out);
	}
}

static void print_percentiles(const struct histogram *all, FILE *out)
{
	static const struct { const char *name; double p; } percentiles[] = {
		{ "p50", 0.5 }, { "p90", 0.9 }, { "p99", 0.99 }, { "p999", 0.999 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(percentiles); i++)
		fprintf(out, ", \"%s\": %.3f", percentiles[i].name,
			(double)histogram_percentile(all, percentiles[i].p) / US);
	fprintf(out, ", \"max\": %.3f", (double)all->max / US);
}

static void print_share(enum part part, const char *place, double share, FILE *out)
{
	fprintf(out, ", \"%s_%s_share\": ", part_names[part], place);
	if (isnan(share))
		fputs("null", out);
	else
		fprintf(out, "%.6f", share);
}

static void print_shares(const struct where *w, enum part part, FILE *out)
{
	struct where_shares s = where_shares(w, part);

	print_share(part, "dram", s.dram, out);
	print_share(part, "slow", s.slow, out);
	print_share(part, "swap", s.swap, out);
}

void report_figures(const struct load_result *r, const struct where *w, uint64_t corrupt,
		    FILE *out)
{
	struct histogram all = { 0 };

	for (enum part p = 0; p < PART_COUNT; p++)
		histogram_merge(&all, &r->latencies[p]);
	fprintf(out, "{\"accesses_per_s\": %.3f",
		(double)r->accesses * 1e9 / (double)(r->elapsed_ns ? r->elapsed_ns : 1));
	print_percentiles(&all, out);
	fprintf(out, ", \"hot_p99\": %.3f",
		(double)histogram_percentile(&r->latencies[PART_HOT], 0.99) / US);
	print_shares(w, PART_HOT, out);
	print_shares(w, PART_COLD, out);
	fprintf(out, ", \"accesses\": %" PRIu64 ", \"writes\": %" PRIu64 ", \"corrupt\": %" PRIu64
		"}\n", r->accesses, r->writes, corrupt);
}
