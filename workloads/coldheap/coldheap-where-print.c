/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include "lib/cleanup.h"
#include "workloads/coldheap/coldheap-where.h"

/* A column of the table: a node, a swap device, or one of the last three. */
struct column {
	char title[64];
	size_t offset;		/* of its count in struct where_counts */
};

#define COLUMNS_MAX (WHERE_NODES_MAX + WHERE_SWAPS_MAX + 3)

static void column_add(struct column *columns, unsigned *n, size_t offset, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

static void column_add(struct column *columns, unsigned *n, size_t offset, const char *fmt, ...)
{
	struct column *c = &columns[(*n)++];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(c->title, sizeof(c->title), fmt, ap);
	va_end(ap);
	c->offset = offset;
}

static unsigned columns_set(const struct where *w, struct column *columns)
{
	unsigned n = 0;

	for (unsigned i = 0; i < WHERE_NODES_MAX; i++)
		if (w->nodes >> i & 1)
			column_add(columns, &n, offsetof(struct where_counts, nodes[i]), "node %u", i);
	for (unsigned i = 0; i < w->n_swaps; i++)
		column_add(columns, &n, offsetof(struct where_counts, swaps[i]), "%s", w->swaps[i]);
	column_add(columns, &n, offsetof(struct where_counts, absent), "absent");
	column_add(columns, &n, offsetof(struct where_counts, moving), "moving");
	column_add(columns, &n, offsetof(struct where_counts, unknown), "unknown");
	return n;
}

static uint64_t count_of(const struct where_counts *c, const struct column *column)
{
	return *(const uint64_t *)((const char *)c + column->offset);
}

static int width_of(const struct column *c)
{
	int len = (int)strlen(c->title);

	return len < 9 ? 9 : len;
}

static void table_print(const struct where *w, const struct column *columns, unsigned n, FILE *out)
{
	fprintf(out, "%-4s %9s", "part", "pages");
	for (unsigned i = 0; i < n; i++)
		fprintf(out, " %*s", width_of(&columns[i]), columns[i].title);
	fputc('\n', out);
	for (enum part p = 0; p < PART_COUNT; p++) {
		const struct where_counts *c = &w->parts[p];

		fprintf(out, "%-4s %9" PRIu64, part_names[p], c->pages);
		for (unsigned i = 0; i < n; i++)
			fprintf(out, " %*" PRIu64, width_of(&columns[i]), count_of(c, &columns[i]));
		fputc('\n', out);
	}
}

/* {"node 0": n, ..., "/dev/zram0": n, ..., "unknown": n} */
static void part_print_json(const struct where_counts *c, const struct column *columns, unsigned n,
			    FILE *out)
{
	fprintf(out, "{\"pages\": %" PRIu64, c->pages);
	for (unsigned i = 0; i < n; i++)
		fprintf(out, ", \"%s\": %" PRIu64, columns[i].title, count_of(c, &columns[i]));
	fputc('}', out);
}

void where_print(const struct where *w, const char *when, FILE *out)
{
	struct column columns[COLUMNS_MAX];
	unsigned n = columns_set(w, columns);

	fprintf(out, "where the pages are (%s):\n", when);
	table_print(w, columns, n, out);
	fprintf(out, "where {\"when\": \"%s\"", when);
	for (enum part p = 0; p < PART_COUNT; p++) {
		fprintf(out, ", \"%s\": ", part_names[p]);
		part_print_json(&w->parts[p], columns, n, out);
	}
	fputs("}\n", out);
}
