/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <string.h>
#include "workloads/oom/oom-report.h"

#define MS 1e6		/* in ns */

void report_ranks(const struct judged *j, char *buf, size_t size)
{
	size_t len = 0;

	buf[0] = '\0';
	for (unsigned rank = 1; rank <= WHO_COUNT; rank++)
		for (enum who w = 0; w < WHO_COUNT && len < size; w++)
			if (j->of[w].rank == rank)
				len += (size_t)snprintf(buf + len, size - len, "%s%s %" PRId64,
							len ? ", " : "", who_table[w].name,
							j->of[w].badness);
}

static const char *end_of(const struct judged_one *o)
{
	if (o->killed)
		return o->predicted ? "killed, as predicted" : "killed, not predicted";
	if (o->killed_later)
		return "killed later";
	return o->predicted ? "lives, against the prediction" : "lives";
}

static void inputs_print(const struct oom_inputs *in, int64_t badness, FILE *out)
{
	fprintf(out, " %8" PRIu64 " %8" PRIu64 " %8" PRIu64 " %8" PRId64, in->rss, in->swap,
		in->pgtables, badness);
}

/* Of whom the kernel gave no figures, being no candidate, there are none. */
static void row_print(const struct report *r, enum who w, FILE *out)
{
	const struct judged_one *o = &r->judged->of[w];

	fprintf(out, "%-8s %-8s %5d", who_table[w].name, cgroup_names[who_table[w].cgroup],
		r->sample->in[w].adj);
	inputs_print(&r->sample->in[w], o->badness, out);
	if (o->rank)
		fprintf(out, " %4u", o->rank);
	else
		fprintf(out, " %4s", "-");
	if (o->kernel)
		inputs_print(&o->kernel->in, o->kernel_badness, out);
	else
		fprintf(out, " %8s %8s %8s %8s", "-", "-", "-", "-");
	fprintf(out, "  %s\n", end_of(o));
}

static void table_print(const struct report *r, FILE *out)
{
	fprintf(out, "variant %s: %s asked for memory, %s, %" PRIu64 " pages in all; sampled %.1f ms "
		"before\n", r->variant->name, r->log->caller,
		r->log->constraint[0] ? r->log->constraint : "no constraint told",
		r->judged->total_pages, r->age_ms);
	fprintf(out, "%22s  %-40s %-35s\n%-8s %-8s %5s %8s %8s %8s %8s %4s %8s %8s %8s %8s\n", "",
		"sampled before, in pages", "the kernel's own figures", "who", "cgroup", "adj", "rss",
		"swap", "pgtables", "badness", "rank", "rss", "swap", "pgtables", "badness");
	for (enum who w = 0; w < WHO_COUNT; w++)
		row_print(r, w, out);
}

static void inputs_json(const char *key, const struct oom_inputs *in, int64_t badness, FILE *out)
{
	fprintf(out, ", \"%s\": {\"rss\": %" PRIu64 ", \"swap\": %" PRIu64 ", \"pgtables\": %" PRIu64
		", \"adj\": %d, \"badness\": %" PRId64 "}", key, in->rss, in->swap, in->pgtables,
		in->adj, badness);
}

static void contest_print(const struct report *r, FILE *out)
{
	fprintf(out, "contest {\"variant\": \"%s\", \"constraint\": \"%s\", \"total_pages\": %" PRIu64
		", \"events\": %u, \"who\": [", r->variant->name, r->log->constraint,
		r->judged->total_pages, r->log->events);
	for (enum who w = 0; w < WHO_COUNT; w++) {
		const struct judged_one *o = &r->judged->of[w];

		fprintf(out, "%s{\"name\": \"%s\", \"cgroup\": \"%s\", \"rank\": %u, \"predicted\": %s, "
			"\"killed\": %s", w ? ", " : "", who_table[w].name,
			cgroup_names[who_table[w].cgroup], o->rank, o->predicted ? "true" : "false",
			o->killed || o->killed_later ? "true" : "false");
		inputs_json("sampled", &r->sample->in[w], o->badness, out);
		if (o->kernel)
			inputs_json("kernel", &o->kernel->in, o->kernel_badness, out);
		fputc('}', out);
	}
	fputs("]}\n", out);
}

static void figures_print(const struct report *r, FILE *out)
{
	const struct client *c = r->client;

	fprintf(out, "{\"predicted_right\": %d, \"victims\": %u, \"victim_rank\": %u, "
		"\"time_to_kill\": %.3f, \"grown\": %" PRIu64 ", \"badness_error\": %" PRIu64
		", \"sample_age\": %.3f, \"memcg\": %d, \"interruption\": %.3f, "
		"\"service_p50\": %.3f, \"service_p99\": %.3f, \"service_killed\": %d}\n",
		r->judged->right, r->victims, r->judged->victim_rank, r->kill_ms, r->sample->grown,
		r->judged->error_pages, r->age_ms, !strcmp(r->log->constraint, "CONSTRAINT_MEMCG"),
		(double)c->longest_gap_ns / MS,
		(double)histogram_percentile(&c->latencies, 0.5) / MS,
		(double)histogram_percentile(&c->latencies, 0.99) / MS, r->service_killed);
}

void report_print(const struct report *r, FILE *out)
{
	table_print(r, out);
	contest_print(r, out);
	fprintf(out, "histogram {\"part\": \"service\", \"unit\": \"ns\", \"n\": %" PRIu64 ", \"max\": %"
		PRIu64 ", \"buckets\": ", r->client->latencies.n, r->client->latencies.max);
	histogram_print(&r->client->latencies, out);
	fputs("}\n", out);
	figures_print(r, out);
}
