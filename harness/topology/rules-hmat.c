/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/cleanup.h"
#include "lib/quantity.h"
#include "topology/rules.h"

#define MIB (1ULL << 20)
#define ROUNDING_PERCENT 2	/* that a bandwidth may lose in the HMAT's 16 bits */

/*
 * Where a node is a tier, the guest's kernel tells tiers apart by what the HMAT
 * says of every dram and tier node (6.12: mm/memory-tiers.c).
 */
static bool in_hmat(const struct topology *t, size_t i)
{
	return topology_has_hmat(t) && t->nodes[i].kind != NODE_CXL;
}

static int hmat_is_complete(const struct rule_target *r)
{
	char at[POINTER_SIZE];

	for (size_t i = 0; i < r->t->n_nodes; i++) {
		const struct topology_node *n = &r->t->nodes[i];

		if (!in_hmat(r->t, i) || (n->latency_ns && n->bandwidth))
			continue;
		return rule_broken(r, rule_at(at, "nodes", i, ""), "node %zu (%s) lacks the key '%s'; "
				   "where there is a tier node, every dram and tier node says latency "
				   "and bandwidth, by which the kernel tells tiers apart", i,
				   node_kind_names[n->kind], n->latency_ns ? "bandwidth" : "latency");
	}
	return 0;
}

static bool within_tenth(uint64_t a, uint64_t of)
{
	return (a > of ? a - of : of - a) * 10 <= of;
}

static int dram_nodes_are_alike(const struct rule_target *r)
{
	const struct topology_node *first = &r->t->nodes[0];
	char at[POINTER_SIZE];

	for (size_t i = 1; i < r->t->n_nodes; i++) {
		const struct topology_node *n = &r->t->nodes[i];
		bool late = !within_tenth(n->latency_ns, first->latency_ns);

		if (!in_hmat(r->t, i) || n->kind != NODE_DRAM ||
		    (!late && within_tenth(topology_hmat_mib(r->t, i), topology_hmat_mib(r->t, 0))))
			continue;
		return rule_broken(r, rule_at(at, "nodes", i, late ? "latency" : "bandwidth"),
				   "%s: differs by more than 10 %% from that of node 0; where dram nodes "
				   "do, the kernel tells no tiers apart and nothing would be demoted: "
				   "make them alike, or this one a tier", late ? "latency" : "bandwidth");
	}
	return 0;
}

static int hmat_holds_the_bandwidths(const struct rule_target *r)
{
	char at[POINTER_SIZE], has[QUANTITY_TEXT], kept[QUANTITY_TEXT];

	for (size_t i = 0; i < r->t->n_nodes; i++) {
		uint64_t is = r->t->nodes[i].bandwidth, held = topology_hmat_mib(r->t, i) * MIB;
		uint64_t lost = held > is ? held - is : is - held;

		if (!in_hmat(r->t, i) || lost <= is / 100 * ROUNDING_PERCENT)
			continue;
		return rule_broken(r, rule_at(at, "nodes", i, "bandwidth"), "bandwidth: %s beside that "
				   "of the fastest node would be %s in the guest's HMAT, which counts "
				   "whole MiB/s in 16 bits; keep it above 25MiB/s and within a factor of "
				   "1000",
				   quantity_format(QUANTITY_BANDWIDTH, is, has, sizeof(has)),
				   quantity_format(QUANTITY_BANDWIDTH, held, kept, sizeof(kept)));
	}
	return 0;
}

static int tiers_are_slower_than_dram(const struct rule_target *r)
{
	char at[POINTER_SIZE];

	for (size_t i = 0; i < r->t->n_nodes; i++) {
		if (r->t->nodes[i].kind != NODE_TIER ||
		    topology_tier(r->t, i) > topology_tier(r->t, 0))
			continue;
		return rule_broken(r, rule_at(at, "nodes", i, "latency"), "latency: with its bandwidth it "
				   "puts node %zu into memory_tier%u, no slower than node 0's "
				   "memory_tier%u, and nothing would be demoted to it; raise latency or "
				   "lower bandwidth by an eighth of DRAM's or more", i,
				   topology_tier(r->t, i), topology_tier(r->t, 0));
	}
	return 0;
}

const rule hmat_rules[] = {
	hmat_is_complete,
	hmat_holds_the_bandwidths,
	dram_nodes_are_alike,
	tiers_are_slower_than_dram,
	NULL,
};
