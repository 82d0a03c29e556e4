/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "workloads/coldheap/coldheap-score.h"

double score_precision(const struct score *s)
{
	return s->found ? (double)s->both / (double)s->found : NAN;
}

double score_recall(const struct score *s)
{
	return s->hot ? (double)s->both / (double)s->hot : NAN;
}

bool score_passes(const struct score *s)
{
	return score_precision(s) >= SCORE_BAR && score_recall(s) >= SCORE_BAR;
}

static int region_compare(const void *a, const void *b)
{
	uint64_t x = ((const struct score_region *)a)->start,
		 y = ((const struct score_region *)b)->start;

	return (x > y) - (x < y);
}

void score_regions_sort(struct score_region *r, size_t n)
{
	if (n)
		qsort(r, n, sizeof(*r), region_compare);
}

bool score_regions_hot(const struct score_region *r, size_t n, uint64_t address)
{
	size_t from = 0, to = n; /* the last that begins at @address or before is in there */

	while (to - from > 1) {
		size_t middle = from + (to - from) / 2;

		if (r[middle].start <= address)
			from = middle;
		else
			to = middle;
	}
	return n && r[from].start <= address && address < r[from].end && r[from].nr_accesses;
}

static int node_add(struct score_lru *l, unsigned node, struct err *e)
{
	if (l->n_nodes == SCORE_NODES_MAX)
		return err_set(e, E2BIG, "lru_gen: more than %d nodes", SCORE_NODES_MAX);
	l->nodes[l->n_nodes++] = (struct score_lru_node){ .node = node };
	return 0;
}

static int gen_add(struct score_lru *l, struct score_gen gen, struct err *e)
{
	struct score_lru_node *node = l->n_nodes ? &l->nodes[l->n_nodes - 1] : NULL;

	if (!node || node->n_gens == SCORE_GENS_MAX)
		return err_set(e, EINVAL, "lru_gen: a generation out of place");
	node->gens[node->n_gens++] = gen;
	return 0;
}

int score_lru_parse(const char *text, const char *path, struct score_lru *ret, struct err *e)
{
	struct score_lru l = { 0 };
	bool found = false, ours = false;
	int rc = 0;

	for (const char *line = text; line && *line && !rc; line = strchr(line, '\n')) {
		struct score_gen gen;
		unsigned memcg, node;
		char name[256];

		line += *line == '\n';
		if (sscanf(line, "memcg %u %255[^\n]", &memcg, name) == 2) {
			ours = !strcmp(name, path);
			if (ours) {
				l.memcg = memcg;
				found = true;
			}
		} else if (ours && sscanf(line, " node %u", &node) == 1) {
			rc = node_add(&l, node, e);
		} else if (ours &&
			   sscanf(line, " %" SCNu64 " %*u %" SCNu64, &gen.seq, &gen.anon) == 2) {
			rc = gen_add(&l, gen, e);
		}
	}
	if (!rc && !found)
		rc = err_set(e, ENOENT, "lru_gen does not have the cgroup %s", path);
	if (!rc)
		*ret = l;
	return rc;
}

static uint64_t youngest(const struct score_lru *l, unsigned node)
{
	for (unsigned i = 0; i < l->n_nodes; i++)
		if (l->nodes[i].node == node && l->nodes[i].n_gens)
			return l->nodes[i].gens[l->nodes[i].n_gens - 1].seq;
	return UINT64_MAX;
}

uint64_t score_lru_young(const struct score_lru *since, const struct score_lru *now)
{
	uint64_t young = 0;

	for (unsigned i = 0; i < now->n_nodes; i++) {
		uint64_t from = youngest(since, now->nodes[i].node);

		for (unsigned k = 0; k < now->nodes[i].n_gens; k++)
			if (now->nodes[i].gens[k].seq >= from)
				young += now->nodes[i].gens[k].anon;
	}
	return young;
}

struct score score_of_count(uint64_t hot, uint64_t young)
{
	return (struct score){ .hot = hot, .found = young, .both = young < hot ? young : hot };
}
