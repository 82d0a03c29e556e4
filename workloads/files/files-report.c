/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include "lib/cleanup.h"
#include "workloads/files/files-report.h"

#define US 1e3		/* in ns */
#define SECOND 1e9

void report_resident(const struct pool *p, const struct resident *hot, const struct resident *cold,
		     FILE *out)
{
	fprintf(out, "hot:  %" PRIu64 " of %" PRIu64 " pages of %" PRIu64 " files are in memory\n",
		hot->in_memory, hot->pages, p->n_hot);
	fprintf(out, "cold: %" PRIu64 " of %" PRIu64 " pages of %" PRIu64 " files are in memory\n",
		cold->in_memory, cold->pages, p->n - p->n_hot);
}

void report_files_histograms(const struct files_result *r, FILE *out)
{
	for (enum files_op op = 0; op < OP_COUNT; op++) {
		const struct histogram *h = &r->latencies[op];

		if (!h->n)
			continue;
		fprintf(out, "histogram {\"part\": \"%s\", \"unit\": \"ns\", \"n\": %" PRIu64
			", \"max\": %" PRIu64 ", \"buckets\": ", files_op_names[op], h->n, h->max);
		histogram_print(h, out);
		fputs("}\n", out);
	}
}

static void print_percentile(const char *what, const char *name, const struct histogram *h,
			     double p, FILE *out)
{
	fprintf(out, ", \"%s_%s\": ", what, name);
	if (h->n)
		fprintf(out, "%.3f", (double)histogram_percentile(h, p) / US);
	else
		fputs("null", out);
}

/* The whole is the largest value itself. */
static void print_percentiles(const char *what, const struct histogram *h, FILE *out)
{
	static const struct { const char *name; double p; } percentiles[] = {
		{ "p50", 0.5 }, { "p99", 0.99 }, { "p999", 0.999 }, { "max", 1 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(percentiles); i++)
		print_percentile(what, percentiles[i].name, h, percentiles[i].p, out);
}

static void print_share(const char *name, uint64_t part, uint64_t whole, FILE *out)
{
	fprintf(out, ", \"%s\": ", name);
	if (whole)
		fprintf(out, "%.6f", (double)part / (double)whole);
	else
		fputs("null", out);
}

static void print_latencies(const struct files_result *r, const struct histogram *reads, FILE *out)
{
	print_percentiles("read", reads, out);
	print_percentile("hot_read", "p50", &r->latencies[OP_READ_HOT], 0.5, out);
	print_percentile("hot_read", "p99", &r->latencies[OP_READ_HOT], 0.99, out);
	for (enum files_op op = OP_APPEND; op < OP_COUNT; op++)
		print_percentiles(files_op_names[op], &r->latencies[op], out);
}

static void print_heat(const struct files_result *r, const struct resident *hot,
		       const struct resident *cold, FILE *out)
{
	print_share("hot_miss_share", r->missed[OP_READ_HOT], r->latencies[OP_READ_HOT].n, out);
	print_share("cold_miss_share", r->missed[OP_READ_COLD], r->latencies[OP_READ_COLD].n, out);
	fprintf(out, ", \"hot_refaults\": %" PRIu64 ", \"cold_refaults\": %" PRIu64,
		r->refaults[OP_READ_HOT], r->refaults[OP_READ_COLD]);
	print_share("hot_cached_share", hot->in_memory, hot->pages, out);
	print_share("cold_cached_share", cold->in_memory, cold->pages, out);
}

void report_files_figures(const struct files_result *r, const struct resident *hot,
			  const struct resident *cold, uint64_t corrupt, FILE *out)
{
	double seconds = (double)(r->elapsed_ns ? r->elapsed_ns : 1) / SECOND;
	struct histogram reads = r->latencies[OP_READ_HOT];

	histogram_merge(&reads, &r->latencies[OP_READ_COLD]);
	fprintf(out, "{\"transactions_per_s\": %.3f, \"reads_per_s\": %.3f",
		(double)r->transactions / seconds, (double)reads.n / seconds);
	print_latencies(r, &reads, out);
	print_heat(r, hot, cold, out);
	fprintf(out, ", \"transactions\": %" PRIu64 ", \"creates\": %" PRIu64 ", \"deletes\": %" PRIu64
		", \"appended\": %" PRIu64 ", \"corrupt\": %" PRIu64 "}\n", r->transactions,
		r->latencies[OP_CREATE].n, r->latencies[OP_DELETE].n, r->appended_bytes, corrupt);
}
