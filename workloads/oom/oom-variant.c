/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/oom/oom-variant.h"

const char *const cgroup_names[CGROUP_COUNT] = {
	[CGROUP_ONE] = "one",
	[CGROUP_TWO] = "two",
	[CGROUP_SERVICE] = "service",
	[CGROUP_REFEREE] = "referee",
};

/* The biggest and the next of all, and of each cgroup, are clearly apart. */
const struct who_info who_table[WHO_COUNT] = {
	[WHO_BIG] = { "big", CGROUP_ONE, 8 },
	[WHO_SMALL] = { "small", CGROUP_ONE, 2 },
	[WHO_MIDDLE] = { "middle", CGROUP_TWO, 5 },
	[WHO_MATE] = { "mate", CGROUP_TWO, 1 },
	[WHO_SERVICE] = { "service", CGROUP_SERVICE, 0 },
};

/*
 * The adj of the biggest takes half of all memory and swap off its badness, which
 * is about what it has when nothing is left.
 */
const struct variant_info variant_table[VARIANT_COUNT] = {
	[VARIANT_PLAIN] = { .name = "plain" },
	[VARIANT_CLOSE] = { .name = "close", .middle_weight = 8 },
	[VARIANT_MEMCG] = { .name = "memcg", .limited = true },
	[VARIANT_ALLOCATING_TASK] = { .name = "allocating-task",
				      .sysctl = "oom_kill_allocating_task" },
	[VARIANT_GROUP] = { .name = "group", .group = true },
	[VARIANT_ADJUSTED] = { .name = "adjusted", .big_adj = -500 },
	[VARIANT_PANIC] = { .name = "panic", .sysctl = "panic_on_oom", .panics = true },
};

unsigned variant_weight(const struct variant_info *v, enum who w)
{
	return w == WHO_MIDDLE && v->middle_weight ? v->middle_weight : who_table[w].weight;
}

unsigned variant_weights(const struct variant_info *v)
{
	unsigned sum = 0;

	for (enum who w = 0; w < CONTESTANTS; w++)
		sum += variant_weight(v, w);
	return sum;
}

bool variant_candidate(const struct variant_info *v, enum who w)
{
	return !v->limited || who_table[w].cgroup == CGROUP_TWO;
}

bool variant_dies(const struct variant_info *v, enum who victim, enum who w)
{
	return w == victim || (v->group && who_table[victim].cgroup == CGROUP_ONE &&
			       who_table[w].cgroup == CGROUP_ONE);
}
