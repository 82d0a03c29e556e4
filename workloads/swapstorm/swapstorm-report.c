/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <math.h>
#include "workloads/swapstorm/swapstorm-report.h"

static void share_print(const char *name, double v, FILE *out)
{
	if (isnan(v))
		fprintf(out, "\"%s\": null, ", name);
	else
		fprintf(out, "\"%s\": %.6f, ", name, v);
}

static void pages_print(const char *name, uint64_t n, FILE *out)
{
	fprintf(out, "\"%s\": %" PRIu64 ", ", name, n);
}

static void delta_print(const struct storm_report *r, const char *name, uint64_t before,
			uint64_t after, FILE *out)
{
	share_print(name, r->balancer ? (double)(after - before) : NAN, out);
}

static void balancer_print(const struct storm_report *r, FILE *out)
{
	const struct balancer_counts *b = &r->before, *a = &r->after;

	delta_print(r, "scanned", b->scanned, a->scanned, out);
	delta_print(r, "moved", b->moved, a->moved, out);
	delta_print(r, "raced", b->raced, a->raced, out);
	delta_print(r, "failed", b->failed, a->failed, out);
}

static void findings_print(const struct findings *f, FILE *out)
{
	pages_print("charge_short", f->charge_short, out);
	pages_print("charge_left", f->charge_left, out);
	share_print("refault_control", f->refault_control, out);
	share_print("refault_moved", f->refault_moved, out);
	/* NAN, which is null, where one of them is. */
	share_print("refault_lost", f->refault_control - f->refault_moved, out);
	pages_print("leaked", f->leaked, out);
	pages_print("used_left", f->used_left, out);
}

void storm_report_print(const struct storm_report *r, FILE *out)
{
	fputc('{', out);
	for (enum count c = 0; c < COUNT_COUNT; c++)
		pages_print(count_names[c], board_counted(r->board, c), out);
	balancer_print(r, out);
	findings_print(&r->findings, out);
	fprintf(out, "\"absent\": %u}\n", r->absent);
}
