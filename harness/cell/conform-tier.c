/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include "cell/conform-parts.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#define TIERING "/sys/devices/virtual/memory_tiering"
#define TIER_WORD "memory_tier"
#define TIERS_MAX 32

/* A memory tier of the kernel's; a lower number is faster. */
struct tier {
	uint64_t number, nodes;
};

struct tiers {
	size_t n;
	struct tier at[TIERS_MAX];
};

/* Keeps them sorted, each number once. */
static void tier_add(struct tiers *t, uint64_t number, uint64_t nodes)
{
	size_t i = 0;

	while (i < t->n && t->at[i].number < number)
		i++;
	if (i < t->n && t->at[i].number == number) {
		t->at[i].nodes |= nodes;
	} else if (t->n < TIERS_MAX) {
		memmove(&t->at[i + 1], &t->at[i], (t->n - i) * sizeof(t->at[0]));
		t->at[i] = (struct tier){ number, nodes };
		t->n++;
	}
}

static struct tiers tiers_declared(const struct topology *t)
{
	struct tiers tiers = { 0 };

	for (size_t i = 0; i < t->n_nodes; i++)
		tier_add(&tiers, topology_tier(t, i), 1ULL << i);
	return tiers;
}

static struct tiers tiers_seen(struct conform *c)
{
	const json_t *names = conform_folder(c, TIERING), *name;
	struct tiers tiers = { 0 };
	size_t i;

	json_array_foreach(names, i, name) {
		const char *text = json_string_value(name);
		uint64_t number, nodes;

		if (!text || strncmp(text, TIER_WORD, strlen(TIER_WORD)) ||
		    !conform_number(text + strlen(TIER_WORD), &number))
			continue;
		if (conform_set_read(conform_file(c, TIERING "/%s/nodelist", text), &nodes))
			tier_add(&tiers, number, nodes);
	}
	return tiers;
}

/* "0 | 1", or with the kernel's names "0 (memory_tier4) | 1 (memory_tier46)"; NULL for none. */
static char *tiers_text(const struct tiers *t, bool named)
{
	char *text = NULL;

	for (size_t i = 0; i < t->n; i++) {
		cleanup_free char *before = text;
		cleanup_free char *nodes = conform_set_text(t->at[i].nodes);
		cleanup_free char *name = named ? path_format(" (" TIER_WORD "%llu)",
							      (unsigned long long)t->at[i].number)
						: path_format("%s", "");

		text = path_format("%s%s%s%s", before ? before : "", before ? " | " : "", nodes, name);
	}
	return text;
}

static bool tiers_equal(const struct tiers *a, const struct tiers *b)
{
	bool equal = a->n == b->n;

	for (size_t i = 0; equal && i < a->n; i++)
		equal = a->at[i].nodes == b->at[i].nodes;
	return equal;
}

/*
 * "Demotion targets for Node 0: preferred: 1-2, fallback: 1-2", or "null" after
 * the colon. The kernel says it again whenever a node comes: the last line holds.
 */
static bool targets_logged(const char *log, size_t i, uint64_t *ret)
{
	cleanup_free char *head = path_format("Demotion targets for Node %zu: ", i);
	static const char preferred[] = "preferred: ";
	bool known = false;

	for (const char *p = log; p && (p = strstr(p, head));) {
		p += strlen(head);
		known = !strncmp(p, "null", 4);
		*ret = 0;
		if (known || strncmp(p, preferred, strlen(preferred)))
			continue;
		p += strlen(preferred);
		size_t len = strcspn(p, " \n");
		cleanup_free char *list = path_format("%.*s", (int)len - (len && p[len - 1] == ','), p);

		known = conform_set_read(list, ret);
	}
	return known;
}

/* As the kernel chooses: the nearest nodes of the next slower tier. */
static uint64_t targets_by_tiers(const struct tiers *t, const char *distances, size_t i)
{
	uint64_t next = 0, set = 0;
	unsigned long least = 0;

	for (size_t k = 0; k + 1 < t->n; k++)
		if (t->at[k].nodes >> i & 1)
			next = t->at[k + 1].nodes;
	for (size_t k = 0; distances && *distances && k < 64; k++) {
		char *end;
		unsigned long far = strtoul(distances, &end, 10);

		if (end == distances)
			break;
		distances = end;
		if (!(next >> k & 1) || (set && far > least))
			continue;
		set = set && far == least ? set | 1ULL << k : 1ULL << k;
		least = far;
	}
	return set;
}

static char *targets_text(uint64_t set, const char *by)
{
	cleanup_free char *list = conform_set_text(set);

	return path_format("%s%s%s", !set ? "" : set & (set - 1) ? "nodes " : "node ", list, by);
}

static void compare_targets(struct conform *c, const struct tiers *tiers, size_t i)
{
	uint64_t wanted = topology_demotion_targets(c->t, i), set;
	const char *by = "";

	if (!wanted)
		return;
	if (!targets_logged(c->seen->log, i, &set)) {
		set = targets_by_tiers(tiers, conform_file(c, "/sys/devices/system/node/node%zu/distance",
							   i), i);
		by = " (by its tiers: this kernel logs no targets)";
	}
	cleanup_free char *what = path_format("demotion target of node %zu", i);
	cleanup_free char *declared = targets_text(wanted, "");
	cleanup_free char *seen = targets_text(set, by);

	conform_add(c, what, declared, seen, set == wanted);
}

void conform_tiers(struct conform *c)
{
	struct tiers declared = tiers_declared(c->t), seen;

	if (c->t->n_nodes < 2)
		return;
	seen = tiers_seen(c);
	cleanup_free char *want = tiers_text(&declared, false);
	cleanup_free char *got = tiers_text(&seen, true);

	conform_add(c, "memory tiers", want, got, tiers_equal(&declared, &seen));
	for (size_t i = 0; i < c->t->n_nodes; i++)
		compare_targets(c, &seen, i);
}
