/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include "cell/guest.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/outline.h"
#include "lib/quantity.h"
#include "topology/draw.h"

/* Rows whose columns stand one below the other; a column that no row fills is left out. */
#define COLUMNS_MAX 8
#define ROWS_MAX (TOPOLOGY_NODES_MAX + TOPOLOGY_DEVICES_MAX)

struct grid {
	size_t n;
	char *cells[ROWS_MAX][COLUMNS_MAX];	/* NULL: nothing */
};

static void grid_clear(struct grid *g)
{
	for (size_t r = 0; r < g->n; r++)
		for (size_t c = 0; c < COLUMNS_MAX; c++)
			free(g->cells[r][c]);
}
#define cleanup_grid __attribute__((cleanup(grid_clear)))

static int column_width(const struct grid *g, size_t c)
{
	size_t width = 0;

	for (size_t r = 0; r < g->n; r++)
		if (g->cells[r][c] && strlen(g->cells[r][c]) > width)
			width = strlen(g->cells[r][c]);
	return (int)width;
}

/* Row @r; columns whose bit is set in @right are aligned to the right. */
static char *grid_row(const struct grid *g, size_t r, unsigned right)
{
	char *text = path_format("%s", "");

	for (size_t c = 0; c < COLUMNS_MAX; c++) {
		cleanup_free char *old = text;
		const char *cell = g->cells[r][c] ? g->cells[r][c] : "";
		int width = column_width(g, c);

		text = path_format("%s%s%*s", old, width && *old ? "  " : "",
				   right & 1U << c ? width : -width, cell);
	}
	for (size_t len = strlen(text); len && text[len - 1] == ' ';)
		text[--len] = '\0';
	return text;
}

static char *quantity_or_nothing(enum quantity q, uint64_t v)
{
	char buf[QUANTITY_TEXT];

	return v ? path_format("%s", quantity_show(q, v, buf, sizeof(buf))) : NULL;
}

static char *distances_text(const struct topology *t, size_t from)
{
	char *text = path_format("distance");

	for (size_t to = 0; to < t->n_nodes; to++) {
		cleanup_free char *old = text;

		text = path_format("%s %2u", old, topology_distance(t, from, to));
	}
	return text;
}

static char *cpus_text(const struct topology *t, size_t i, unsigned cpus)
{
	unsigned first = 0, n = topology_node_cpus(t, i, cpus);

	for (size_t k = 0; k < i; k++)
		first += topology_node_cpus(t, k, cpus);
	if (!n)
		return NULL;
	if (n == 1)
		return path_format("CPU %u", first);
	return path_format("CPUs %u-%u", first, first + n - 1);
}

enum { NODE_NAME, NODE_WORD, NODE_SIZE, NODE_LATENCY, NODE_BANDWIDTH, NODE_DISTANCE, NODE_TIER_NO,
       NODE_CPUS };
#define NODE_RIGHT (1U << NODE_SIZE | 1U << NODE_LATENCY | 1U << NODE_BANDWIDTH)

static void nodes_grid(const struct topology *t, unsigned cpus, struct grid *g)
{
	g->n = t->n_nodes;
	for (size_t i = 0; i < t->n_nodes; i++) {
		const struct topology_node *n = &t->nodes[i];
		char **row = g->cells[i];

		row[NODE_NAME] = path_format("node %zu", i);
		row[NODE_WORD] = path_format("%s", node_kind_names[n->kind]);
		row[NODE_SIZE] = quantity_or_nothing(QUANTITY_SIZE, n->bytes);
		row[NODE_LATENCY] = quantity_or_nothing(QUANTITY_LATENCY, n->latency_ns);
		row[NODE_BANDWIDTH] = quantity_or_nothing(QUANTITY_BANDWIDTH, n->bandwidth);
		row[NODE_DISTANCE] = t->n_nodes > 1 ? distances_text(t, i) : NULL;
		row[NODE_TIER_NO] = path_format("tier %u", topology_tier(t, i));
		row[NODE_CPUS] = cpus_text(t, i, cpus);
	}
}

static void draw_expanders(struct outline *o, const struct topology_node *n,
			   const struct vm_features *features, unsigned depth)
{
	static const char *const words[] = { "", ", persistent", ", volatile" };
	const char *media = words[features ? domain_cxl_media(n, features) : n->media];
	char size[QUANTITY_TEXT];

	quantity_show(QUANTITY_SIZE, n->bytes / n->expanders, size, sizeof(size));
	if (n->behind_switch) {
		outline_add(o, depth, "host bridge");
		outline_add(o, depth + 1, "root port");
		outline_add(o, depth + 2, "switch");
		for (unsigned i = 0; i < n->expanders; i++)
			outline_add(o, depth + 3, "expander %u  %s%s", i, size, media);
		return;
	}
	for (unsigned i = 0; i < n->expanders; i++) {
		outline_add(o, depth, n->expanders > 1 ? "host bridge %u" : "host bridge", i);
		outline_add(o, depth + 1, "root port");
		outline_add(o, depth + 2, "expander %u  %s%s", i, size, media);
	}
}

/* "node 1", "nodes 1 and 2", "nodes 1, 2 and 3". */
static char *nodes_text(unsigned mask)
{
	bool several = mask & (mask - 1);
	char *text = path_format(several ? "nodes" : "node");

	for (unsigned i = 0, n = 0; i < TOPOLOGY_NODES_MAX; i++) {
		cleanup_free char *old = text;

		if (!(mask >> i & 1)) {
			text = take_ptr(old);
			continue;
		}
		const char *between = !n++ ? " " : mask >> i == 1 ? " and " : ", ";

		text = path_format("%s%s%u", old, between, i);
	}
	return text;
}

static void draw_node(struct outline *o, const struct topology *t, size_t i, const char *row,
		      const struct draw_opts *opts)
{
	const struct topology_node *n = &t->nodes[i];
	unsigned targets = topology_demotion_targets(t, i);
	cleanup_free char *where = nodes_text(targets);
	char size[QUANTITY_TEXT];

	outline_add(o, 2, "%s", row);
	if (n->extra_bytes)
		outline_add(o, 3, "%s more for the data of timed devices",
			    quantity_show(QUANTITY_SIZE, n->extra_bytes, size, sizeof(size)));
	if (n->host_nodes)
		outline_add(o, 3, "bound to the host's memory node%s %s",
			    strpbrk(n->host_nodes, ",-") ? "s" : "", n->host_nodes);
	if (targets)
		outline_add(o, 3, "%s demotion to %s", opts->utf8 ? "↓" : "v", where);
	if (n->kind != NODE_CXL)
		return;
	quantity_show(QUANTITY_SIZE, n->bytes, size, sizeof(size));
	if (n->expanders > 1)
		outline_add(o, 3, "window of %s, interleaved over %u expanders", size,
			    n->expanders);
	else
		outline_add(o, 3, "window of %s", size);
	draw_expanders(o, n, opts->features, 4);
}

static void draw_memory(struct outline *o, const struct topology *t, const struct draw_opts *opts)
{
	cleanup_grid struct grid g = { 0 };
	char size[QUANTITY_TEXT];

	nodes_grid(t, guest_cpus(t, opts->clock), &g);
	if (t->hugepage_bytes)
		outline_add(o, 1, "memory, in the host's pages of %s",
			    quantity_show(QUANTITY_SIZE, t->hugepage_bytes, size, sizeof(size)));
	else
		outline_add(o, 1, "memory");
	for (size_t i = 0; i < t->n_nodes; i++) {
		cleanup_free char *row = grid_row(&g, i, NODE_RIGHT);

		draw_node(o, t, i, row, opts);
	}
}

enum { DEVICE_NAME, DEVICE_WORD, DEVICE_SIZE, DEVICE_TEXT };
#define DEVICE_RIGHT (1U << DEVICE_SIZE)

static void draw_devices(struct outline *o, const struct topology *t)
{
	cleanup_grid struct grid g = { .n = t->n_devices };

	for (size_t i = 0; i < t->n_devices; i++) {
		const struct topology_device *d = &t->devices[i];
		char **row = g.cells[i];

		row[DEVICE_NAME] = path_format("%s", d->name);
		row[DEVICE_WORD] = path_format("%s", device_kind_names[d->kind]);
		row[DEVICE_SIZE] = quantity_or_nothing(QUANTITY_SIZE, d->bytes);
		row[DEVICE_TEXT] = topology_device_text(d);
	}
	if (t->n_devices)
		outline_add(o, 1, "devices to swap to");
	for (size_t i = 0; i < t->n_devices; i++) {
		cleanup_free char *row = grid_row(&g, i, DEVICE_RIGHT);

		outline_add(o, 2, "%s", row);
	}
}

static char *draw_tree(const struct topology *t, const struct draw_opts *opts)
{
	cleanup_outline struct outline *o = outline_new();
	unsigned cpus = guest_cpus(t, opts->clock);

	outline_add(o, 0, "guest");
	if (opts->clock == CLOCK_VIRTUAL && t->cpus > 1)
		outline_add(o, 1, "1 CPU instead of %u: the virtual clock has one", t->cpus);
	else if (t->pin)
		outline_add(o, 1, "%u CPU%s, on the host's %s", cpus, cpus == 1 ? "" : "s", t->pin);
	else
		outline_add(o, 1, "%u CPU%s", cpus, cpus == 1 ? "" : "s");
	draw_memory(o, t, opts);
	draw_devices(o, t);
	outline_add(o, 1, "root disk on %s", t->disk == DISK_NVME ? "NVMe" : "virtio");
	return outline_text(o, opts->utf8);
}

/* What is slow in the same way under either accelerator is said once; the virtual clock is TCG's. */
static char *slow_text(char *kvm, char *tcg, enum guest_clock clock)
{
	cleanup_free char *a = kvm, *b = tcg;

	if (clock == CLOCK_VIRTUAL || !strcmp(a, b))
		return path_format("%s", b);
	return path_format("%s under KVM, %s under TCG", a, b);
}

static char *draw_fidelity(const struct topology *t, enum guest_clock clock)
{
	cleanup_grid struct grid g = { .n = t->n_nodes + t->n_devices };
	char *text = path_format("\nHow slow they are:\n");

	for (size_t i = 0; i < t->n_nodes; i++) {
		g.cells[i][0] = path_format("node %zu", i);
		g.cells[i][1] = slow_text(topology_node_slow(t, i, ACCEL_KVM),
					  topology_node_slow(t, i, ACCEL_TCG), clock);
	}
	for (size_t i = 0; i < t->n_devices; i++) {
		const struct topology_device *d = &t->devices[i];

		g.cells[t->n_nodes + i][0] = path_format("%s", d->name);
		g.cells[t->n_nodes + i][1] = slow_text(topology_device_slow(d, ACCEL_KVM),
						       topology_device_slow(d, ACCEL_TCG), clock);
	}
	for (size_t i = 0; i < g.n; i++) {
		cleanup_free char *old = text, *row = grid_row(&g, i, 0);

		text = path_format("%s  %s\n", old, row);
	}
	return text;
}

char *topology_draw(const struct topology *t, const struct draw_opts *o)
{
	cleanup_free char *tree = draw_tree(t, o), *fidelity = draw_fidelity(t, o->clock);

	return path_format("%s: %s\n\n%s%s", t->name, o->summary, tree, fidelity);
}
