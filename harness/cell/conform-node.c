/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <string.h>
#include "cell/conform-parts.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/ranges.h"

#define CPU "/sys/devices/system/cpu"
#define MEMORY "/sys/devices/system/memory"
#define NODE "/sys/devices/system/node"
#define MIB ((uint64_t)1 << 20)
/*
 * What a kernel keeps of a node of its own: page descriptors, tables that grow
 * with memory (a fifth of it under KASAN, with page owners), and, on whichever node
 * KASLR puts it, itself.
 */
#define KERNEL_SHARE 0.2
#define KERNEL_BYTES (64 * MIB)
#define HOTPLUG_SHARE 0.05	/* what comes later has no more than page descriptors */
#define BANDWIDTH_SHARE 0.02	/* steps in which a table can hold it */

static void compare_cpus(struct conform *c)
{
	const char *text = conform_file(c, CPU "/online");
	cleanup_free char *list = conform_line(text);
	cleanup_free char *declared = path_format("%u", c->cpus);
	struct err why;

	if (!list || ranges_check(list, &why)) {
		conform_add(c, "online CPUs", declared, list, false);
		return;
	}
	cleanup_free char *seen = path_format("%u", ranges_count(list));

	conform_add(c, "online CPUs", declared, seen, ranges_count(list) == c->cpus);
}

static void compare_set(struct conform *c, const char *what, uint64_t declared, const char *list)
{
	cleanup_free char *want = conform_set_text(declared);
	cleanup_free char *seen = conform_line(list);
	uint64_t set;

	conform_add(c, what, want, seen, conform_set_read(list, &set) && set == declared);
}

/* "Node 0 MemTotal:        1004780 kB" */
static bool total_read(const char *meminfo, uint64_t *ret)
{
	const char *at = meminfo ? strstr(meminfo, "MemTotal:") : NULL;

	if (!at)
		return false;
	at += strlen("MemTotal:");
	at += strspn(at, " ");
	cleanup_free char *digits = path_format("%.*s", (int)strcspn(at, " \n"), at);
	uint64_t kib;

	if (!conform_number(digits, &kib) || kib > UINT64_MAX >> 10)
		return false;
	*ret = kib << 10;
	return true;
}

/*
 * Memory is onlined in whole blocks, and a namespace on persistent memory
 * begins with its own description: the first block of such a node is lost.
 */
static uint64_t block_lost(struct conform *c, size_t i)
{
	const char *block = conform_file(c, MEMORY "/block_size_bytes");

	/* Hexadecimal, without a word that says so. */
	return block && conform_cxl_persistent(c, i) ? strtoull(block, NULL, 16) : 0;
}

static uint64_t kept_by_kernel(const struct topology_node *n)
{
	double bytes = (double)(n->bytes + n->extra_bytes);

	if (n->kind == NODE_CXL)
		return (uint64_t)(HOTPLUG_SHARE * bytes);
	return (uint64_t)(KERNEL_SHARE * bytes) + KERNEL_BYTES;
}

static char *memory_text(const struct topology_node *n, uint64_t lost)
{
	if (n->extra_bytes)
		return path_format("%" PRIu64 " MiB + %" PRIu64 " MiB for timed devices",
				   n->bytes / MIB, n->extra_bytes / MIB);
	if (lost)
		return path_format("%" PRIu64 " MiB, less a memory block of %" PRIu64 " MiB",
				   n->bytes / MIB, lost / MIB);
	return path_format("%" PRIu64 " MiB", n->bytes / MIB);
}

static void compare_memory(struct conform *c, size_t i)
{
	const struct topology_node *n = &c->t->nodes[i];
	const char *meminfo = conform_file(c, NODE "/node%zu/meminfo", i);
	uint64_t lost = n->kind == NODE_CXL ? block_lost(c, i) : 0, total = 0;
	uint64_t bytes = n->bytes + n->extra_bytes, taken = kept_by_kernel(n) + lost;
	cleanup_free char *what = path_format("memory of node %zu", i);
	cleanup_free char *declared = memory_text(n, lost);
	bool known = total_read(meminfo, &total);
	cleanup_free char *seen = path_format("%" PRIu64 " MiB", total / MIB);

	conform_add(c, what, declared, known ? seen : NULL,
		    total && total <= bytes && bytes - total <= taken);
}

void conform_nodes(struct conform *c)
{
	uint64_t nodes = 0, with_cpus = 0;

	for (size_t i = 0; i < c->t->n_nodes; i++) {
		nodes |= 1ULL << i;
		if (topology_node_cpus(c->t, i, c->cpus))
			with_cpus |= 1ULL << i;
	}
	compare_cpus(c);
	compare_set(c, "memory nodes", nodes, conform_file(c, NODE "/online"));
	/* What one node has, and how far it is from itself, is no matter of hardware. */
	if (c->t->n_nodes > 1)
		compare_set(c, "nodes with CPUs", with_cpus, conform_file(c, NODE "/has_cpu"));
	for (size_t i = 0; i < c->t->n_nodes; i++)
		compare_memory(c, i);
}

void conform_distances(struct conform *c)
{
	for (size_t i = 0; c->t->n_nodes > 1 && i < c->t->n_nodes; i++) {
		cleanup_free char *what = path_format("distances from node %zu", i);
		cleanup_free char *seen = conform_line(conform_file(c, NODE "/node%zu/distance", i));
		char declared[TOPOLOGY_NODES_MAX * 4 + 1];
		size_t len = 0;

		for (size_t k = 0; k < c->t->n_nodes; k++)
			len += (size_t)snprintf(declared + len, sizeof(declared) - len, "%s%u",
						k ? " " : "", topology_distance(c->t, i, k));
		conform_add(c, what, declared, seen, seen && !strcmp(seen, declared));
	}
}

/* Those nodes whose CPUs reach node @i best, as far as the guest says. */
static void compare_initiator(struct conform *c, size_t i)
{
	const json_t *names = conform_folder(c, NODE "/node%zu/access0/initiators", i);
	size_t wanted = topology_node_cpus(c->t, i, c->cpus) ? i : 0, k;
	cleanup_free char *what = path_format("initiator of node %zu", i);
	cleanup_free char *declared = path_format("node %zu", wanted);
	uint64_t set = 0;
	const json_t *name;

	json_array_foreach(names, k, name) {
		const char *text = json_string_value(name);
		uint64_t n;

		if (text && !strncmp(text, "node", 4) && conform_number(text + 4, &n) && n < 64)
			set |= 1ULL << n;
	}
	cleanup_free char *list = conform_set_text(set);
	cleanup_free char *seen = path_format("node %s", list);

	conform_add(c, what, declared, set ? seen : NULL, set == 1ULL << wanted);
}

/* One figure of a node, which the kernel has for reads and for writes: "250 ns". */
static void compare_figure(struct conform *c, size_t i, const char *figure, const char *unit,
			   uint64_t wanted, double share)
{
	cleanup_free char *what = path_format("%s of node %zu", figure, i);
	cleanup_free char *declared = path_format("%" PRIu64 " %s", wanted, unit);
	static const char *const ways[] = { "read", "write" };
	char *seen[2];
	bool ok = true, any = false;

	for (size_t w = 0; w < ARRAY_SIZE(ways); w++) {
		const char *text = conform_file(c, NODE "/node%zu/access0/initiators/%s_%s", i,
						ways[w], figure);
		uint64_t v;

		if (conform_number(text, &v)) {
			double apart = (double)(v > wanted ? v - wanted : wanted - v);

			ok &= apart <= share * (double)wanted;
			seen[w] = path_format("%" PRIu64 " %s", v, unit);
		} else {
			ok = false;
			seen[w] = text ? conform_line(text) : path_format("nothing");
		}
		any |= text != NULL;
	}
	cleanup_free char *both = strcmp(seen[0], seen[1])
		? path_format("%s read, %s write", seen[0], seen[1]) : path_format("%s", seen[0]);

	conform_add(c, what, declared, any ? both : NULL, ok);
	free(seen[0]);
	free(seen[1]);
}

void conform_hmat(struct conform *c)
{
	for (size_t i = 0; topology_has_hmat(c->t) && i < c->t->n_nodes; i++) {
		if (c->t->nodes[i].kind == NODE_CXL)
			continue;	/* no table of the firmware's tells of it */
		compare_initiator(c, i);
		compare_figure(c, i, "latency", "ns", c->t->nodes[i].latency_ns, 0);
		compare_figure(c, i, "bandwidth", "MiB/s", topology_hmat_mib(c->t, i),
			       BANDWIDTH_SHARE);
	}
}
