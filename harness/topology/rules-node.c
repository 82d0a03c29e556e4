/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/cleanup.h"
#include "lib/quantity.h"
#include "topology/rules.h"
#include "vm/domain.h"

#define NODE_GRANULE (2ULL << 20)
#define HUGEPAGE_2M (2ULL << 20)
#define HUGEPAGE_1G (1ULL << 30)

static int dram_comes_first(const struct rule_target *r)
{
	const struct topology_node *n = r->t->nodes;
	char at[POINTER_SIZE];

	if (n[0].kind != NODE_DRAM)
		return rule_broken(r, rule_at(at, "nodes", 0, "kind"), "kind: node 0 is %s; the first "
				   "node is dram, as that is where CPUs and kernel are",
				   node_kind_names[n[0].kind]);
	/* As enum node_kind is ordered: the kernel numbers CXL windows after all nodes of the SRAT. */
	for (size_t i = 1; i < r->t->n_nodes; i++) {
		if (n[i].kind >= n[i - 1].kind)
			continue;
		return rule_broken(r, rule_at(at, "nodes", i, "kind"), "kind: a %s node stands behind a "
				   "%s node; write dram, then tier, then cxl nodes%s",
				   node_kind_names[n[i].kind], node_kind_names[n[i - 1].kind],
				   n[i - 1].kind == NODE_CXL ?
					   ": the kernel numbers CXL windows after all other nodes" : "");
	}
	return 0;
}

static int expanders_are_a_power_of_two(const struct rule_target *r)
{
	char at[POINTER_SIZE];

	for (size_t i = 0; i < r->t->n_nodes; i++) {
		unsigned n = r->t->nodes[i].expanders;

		if (n & (n - 1))
			return rule_broken(r, rule_at(at, "nodes", i, "expanders"), "expanders: %u; "
					   "memory is interleaved over 1, 2 or 4 of them", n);
	}
	return 0;
}

static int host_bridges_are_few_enough(const struct rule_target *r)
{
	unsigned bridges = 0;
	char at[POINTER_SIZE];

	for (size_t i = 0; i < r->t->n_nodes; i++) {
		const struct topology_node *n = &r->t->nodes[i];

		bridges += domain_cxl_bridges(n);
		if (bridges > CXL_BRIDGES_MAX)
			return rule_broken(r, rule_at(at, "nodes", i, ""), "nodes: the cxl nodes up to "
					   "this one take %u host bridges, and a guest has room for %d; "
					   "expanders behind a switch share one", bridges,
					   CXL_BRIDGES_MAX);
	}
	return 0;
}

/* What the size of node @i must be a multiple of, and why. */
static uint64_t node_granule(const struct topology *t, size_t i, const char **ret_why)
{
	const struct topology_node *n = &t->nodes[i];

	if (n->kind == NODE_CXL) {
		*ret_why = n->expanders > 1 ? " (256MiB for each expander), as CXL decoders are" :
					      ", as CXL decoders are";
		return CXL_GRANULE * n->expanders;
	}
	if (t->hugepage_bytes) {
		*ret_why = ", the host's huge pages";
		return t->hugepage_bytes;
	}
	*ret_why = ", the guest's huge pages";
	return NODE_GRANULE;
}

static int node_sizes_fit_their_granule(const struct rule_target *r)
{
	char at[POINTER_SIZE], size[QUANTITY_TEXT], step[QUANTITY_TEXT], near[QUANTITY_TEXT];

	for (size_t i = 0; i < r->t->n_nodes; i++) {
		uint64_t bytes = r->t->nodes[i].bytes;
		const char *why;
		uint64_t granule = node_granule(r->t, i, &why);

		if (!(bytes % granule))
			continue;
		return rule_broken(r, rule_at(at, "nodes", i, "size"), "size: %s is no multiple of %s%s; "
				   "the next one is %s",
				   quantity_format(QUANTITY_SIZE, bytes, size, sizeof(size)),
				   quantity_format(QUANTITY_SIZE, granule, step, sizeof(step)), why,
				   quantity_format(QUANTITY_SIZE, (bytes / granule + 1) * granule, near,
						   sizeof(near)));
	}
	return 0;
}

static int hugepages_are_a_size_of_x86(const struct rule_target *r)
{
	uint64_t bytes = r->t->hugepage_bytes;
	char size[QUANTITY_TEXT];

	if (!bytes || bytes == HUGEPAGE_2M || bytes == HUGEPAGE_1G)
		return 0;
	return rule_broken(r, "/hugepages", "hugepages: there are none of %s; say 2MiB or 1GiB",
			   quantity_format(QUANTITY_SIZE, bytes, size, sizeof(size)));
}

const rule node_rules[] = {
	dram_comes_first,
	expanders_are_a_power_of_two,
	host_bridges_are_few_enough,
	hugepages_are_a_size_of_x86,
	node_sizes_fit_their_granule,
	NULL,
};
