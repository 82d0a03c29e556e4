/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <math.h>
#include "lib/cleanup.h"
#include "workloads/fragment/fragment-report.h"

#define US 1e3		/* in ns */

static void number_print(const char *name, double v, FILE *out)
{
	if (isnan(v))
		fprintf(out, "\"%s\": null, ", name);
	else
		fprintf(out, "\"%s\": %.6f, ", name, v);
}

static void share_print(const char *name, const struct demand *d, FILE *out)
{
	number_print(name, d->asked ? (double)d->got / (double)d->asked : NAN, out);
}

static void shares_print(const struct demands *d, FILE *out)
{
	share_print("hugetlb_share", &d->hugetlb, out);
	share_print("thp_share", &d->thp, out);
	for (unsigned order = ORDER_FIRST; order <= ORDER_LAST; order++) {
		char name[32];

		snprintf(name, sizeof(name), "order%u_share", order);
		share_print(name, &d->order[order], out);
	}
	share_print("slab_share", &d->slab, out);
}

static void index_print(const char *when, const struct zone_index *z, unsigned order, FILE *out)
{
	char name[32];

	snprintf(name, sizeof(name), "unusable_%s", when);
	number_print(name, order < z->orders ? z->unusable[order] : NAN, out);
	snprintf(name, sizeof(name), "extfrag_%s", when);
	number_print(name, order < z->orders ? z->extfrag[order] : NAN, out);
}

static void probe_print(const struct histogram *h, FILE *out)
{
	static const struct { const char *name; double p; } percentiles[] = {
		{ "probe_p50", 0.5 }, { "probe_p99", 0.99 }, { "probe_p999", 0.999 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(percentiles); i++)
		number_print(percentiles[i].name,
			     (double)histogram_percentile(h, percentiles[i].p) / US, out);
	number_print("probe_max", (double)h->max / US, out);
	fprintf(out, "\"probes\": %" PRIu64, h->n);
}

void report_print(const struct report *r, unsigned order, FILE *out)
{
	fprintf(out, "histogram {\"part\": \"probe\", \"unit\": \"ns\", \"n\": %" PRIu64
		", \"max\": %" PRIu64 ", \"buckets\": ", r->latencies->n, r->latencies->max);
	histogram_print(r->latencies, out);
	fputs("}\n{", out);
	shares_print(&r->demands, out);
	index_print("fresh", &r->fresh, order, out);
	index_print("before", &r->before, order, out);
	index_print("after", &r->after, order, out);
	probe_print(r->latencies, out);
	fputs("}\n", out);
}
