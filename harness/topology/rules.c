/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include "lib/cleanup.h"
#include "lib/quantity.h"
#include "lib/ranges.h"
#include "topology/rules.h"

int rule_broken(const struct rule_target *r, const char *pointer, const char *fmt, ...)
{
	char msg[sizeof(r->e->msg)];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(msg, sizeof(msg), fmt, ap);
	va_end(ap);
	snprintf(r->pointer, POINTER_SIZE, "%s", pointer);
	return err_set(r->e, EINVAL, "%s", msg);
}

const char *rule_at(char *buf, const char *list, size_t i, const char *key)
{
	snprintf(buf, POINTER_SIZE, "/%s/%zu%s%s", list, i, *key ? "/" : "", key);
	return buf;
}

bool rule_has(const struct rule_target *r, const char *list, size_t i, const char *key)
{
	return json_object_get(json_array_get(json_object_get(r->doc, list), i), key);
}

/* The keys that not every kind has, and the kinds that have them. */
#define OF(kind) (1U << (kind))
static const struct kind_key {
	const char *key;
	unsigned kinds;
} node_keys[] = {
	{ "distance", OF(NODE_DRAM) | OF(NODE_TIER) },
	{ "host_nodes", OF(NODE_DRAM) | OF(NODE_TIER) },
	{ "expanders", OF(NODE_CXL) },
	{ "switch", OF(NODE_CXL) },
	{ "media", OF(NODE_CXL) },
}, device_keys[] = {
	{ "algorithm", OF(DEVICE_ZRAM) },
	{ "memory_limit", OF(DEVICE_ZRAM) },
	{ "backing", OF(DEVICE_ZRAM) },
	{ "iops", OF(DEVICE_NVME) },
	{ "iops_burst", OF(DEVICE_NVME) },
	{ "bandwidth", OF(DEVICE_NVME) },
	{ "bandwidth_burst", OF(DEVICE_NVME) },
	{ "latency", OF(DEVICE_TIMED) },
};

/* Refuses a key of item @i, which is of @kind, that other kinds of @list have. */
static int kind_key_check(const struct rule_target *r, const char *list, size_t i,
			  const struct kind_key *k, const char *const *names, unsigned kind)
{
	char at[POINTER_SIZE], kinds[64] = "";

	if (k->kinds & OF(kind) || !rule_has(r, list, i, k->key))
		return 0;
	for (unsigned other = 0; k->kinds >> other; other++) {
		size_t len = strlen(kinds);

		if (k->kinds & OF(other))
			snprintf(kinds + len, sizeof(kinds) - len, "%s%s", len ? " and " : "",
				 names[other]);
	}
	return rule_broken(r, rule_at(at, list, i, k->key), "the key '%s' is of %s %s; this one is %s",
			   k->key, kinds, list, names[kind]);
}

static int keys_are_of_their_kind(const struct rule_target *r)
{
	int rc = 0;

	for (size_t i = 0; i < r->t->n_nodes && !rc; i++)
		for (size_t k = 0; k < ARRAY_SIZE(node_keys) && !rc; k++)
			rc = kind_key_check(r, "nodes", i, &node_keys[k], node_kind_names,
					    r->t->nodes[i].kind);
	for (size_t i = 0; i < r->t->n_devices && !rc; i++)
		for (size_t k = 0; k < ARRAY_SIZE(device_keys) && !rc; k++)
			rc = kind_key_check(r, "devices", i, &device_keys[k], device_kind_names,
					    r->t->devices[i].kind);
	return rc;
}

static int cpus_suffice(const struct rule_target *r)
{
	size_t dram = topology_nodes_of(r->t, NODE_DRAM);

	if (r->t->cpus >= dram)
		return 0;
	return rule_broken(r, "/cpus", "cpus: %u for %zu dram nodes, which share them; every dram node "
			   "needs one", r->t->cpus, dram);
}

static int pins_are_as_many_as_cpus(const struct rule_target *r)
{
	unsigned pins = r->t->pin ? ranges_count(r->t->pin) : r->t->cpus;

	if (pins == r->t->cpus)
		return 0;
	return rule_broken(r, "/pin", "pin: names %u CPU%s of the host for %u of the guest; name one "
			   "for each", pins, pins == 1 ? "" : "s", r->t->cpus);
}

/* Points at the node: the file may leave the disk to its default. */
static int disk_works_beside_cxl(const struct rule_target *r)
{
	char at[POINTER_SIZE];

	for (size_t i = 0; i < r->t->n_nodes && r->t->disk != DISK_NVME; i++)
		if (r->t->nodes[i].kind == NODE_CXL)
			return rule_broken(r, rule_at(at, "nodes", i, "kind"), "kind: cxl memory needs "
					   "'disk: nvme': a virtio disk cannot write into it, and the "
					   "guest would die of that");
	return 0;
}

static const rule whole_rules[] = {
	keys_are_of_their_kind,
	cpus_suffice,
	pins_are_as_many_as_cpus,
	disk_works_beside_cxl,
	NULL,
};

int topology_check_counts(const json_t *doc, char *pointer, struct err *e)
{
	static const struct { const char *list; size_t max; } limits[] = {
		{ "nodes", TOPOLOGY_NODES_MAX },
		{ "devices", TOPOLOGY_DEVICES_MAX },
	};
	const struct rule_target r = { .doc = doc, .pointer = pointer, .e = e };

	for (size_t i = 0; i < ARRAY_SIZE(limits); i++) {
		size_t n = json_array_size(json_object_get(doc, limits[i].list));
		char at[POINTER_SIZE];

		if (n > limits[i].max)
			return rule_broken(&r, rule_at(at, limits[i].list, limits[i].max, ""),
					   "%s: %zu of them are over the %zu that a topology can have",
					   limits[i].list, n, limits[i].max);
	}
	return 0;
}

int topology_check(const json_t *doc, const struct topology *t, char *pointer, struct err *e)
{
	static const rule *const groups[] = { node_rules, whole_rules, hmat_rules, device_rules };
	const struct rule_target r = { .doc = doc, .t = t, .pointer = pointer, .e = e };
	int rc = 0;

	for (size_t g = 0; g < ARRAY_SIZE(groups) && !rc; g++)
		for (const rule *check = groups[g]; *check && !rc; check++)
			rc = (*check)(&r);
	return rc;
}
