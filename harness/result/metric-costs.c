/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include "lib/cleanup.h"
#include "lib/file.h"
#include "proto/protocol.h"
#include "result/metric-source.h"

#define DAMON "/sys/kernel/mm/damon/admin/kdamonds/"
#define DAMON_KDAMONDS 2	/* that are looked at, and schemes of each */
#define DAMON_SCHEMES 2

/* "*" is the number of each memory node. */
static const char *const threads[] = { "kswapd*", "ksmd", "kcompactd*" };

/*
 * What DAMON did, where a policy charges its threads, which the kernel numbers from 0 on. Those of
 * schemes are as of the last "update_schemes_stats" written to the kdamond's state
 * (Documentation/admin-guide/mm/damon/usage.rst).
 */
static const char damon_thread[] = "kdamond";
static const char *const damon_stats[] = { "nr_tried", "sz_tried", "nr_applied", "sz_applied",
					   "qt_exceeds" };
static const struct source_info damon_modules[] = {
	{ "damon_reclaim.bytes_reclaimed_regions", "value",
	  "/sys/module/damon_reclaim/parameters/bytes_reclaimed_regions", NULL },
	{ "damon_reclaim.nr_quota_exceeds", "value",
	  "/sys/module/damon_reclaim/parameters/nr_quota_exceeds", NULL },
	{ "damon_lru_sort.bytes_lru_sorted_hot_regions", "value",
	  "/sys/module/damon_lru_sort/parameters/bytes_lru_sorted_hot_regions", NULL },
	{ "damon_lru_sort.bytes_lru_sorted_cold_regions", "value",
	  "/sys/module/damon_lru_sort/parameters/bytes_lru_sorted_cold_regions", NULL },
};

static void thread_add(json_t *list, json_t *seen, const char *thread)
{
	cleanup_free char *name = path_format("thread.%s", thread);

	if (json_object_get(seen, thread))
		return;
	json_object_set_new(seen, thread, json_true());
	source_add(list, name, "thread", thread, NULL);
}

/* A thread of which each node has one is named with a "*" for its number. */
static void threads_add(json_t *list, json_t *seen, const struct topology *t, const char *pattern)
{
	const char *star = strchr(pattern, '*');

	if (!star)
		thread_add(list, seen, pattern);
	for (size_t i = 0; star && i < t->n_nodes; i++) {
		cleanup_free char *thread = path_format("%.*s%zu%s", (int)(star - pattern), pattern,
							i, star + 1);

		thread_add(list, seen, thread);
	}
}

static void scheme_add(json_t *list, int kdamond, int scheme)
{
	for (size_t i = 0; i < ARRAY_SIZE(damon_stats); i++) {
		cleanup_free char *name = path_format("damon.%d.%d.%s", kdamond, scheme, damon_stats[i]);
		cleanup_free char *path = path_format(DAMON "%d/contexts/0/schemes/%d/stats/%s", kdamond,
						      scheme, damon_stats[i]);

		source_add(list, name, "value", path, NULL);
	}
}

static void damon_add(json_t *list, json_t *seen)
{
	for (int kdamond = 0; kdamond < DAMON_KDAMONDS; kdamond++) {
		cleanup_free char *thread = path_format("%s.%d", damon_thread, kdamond);

		cleanup_free char *regions = path_format("damon.%d.max_nr_regions", kdamond);
		cleanup_free char *max = path_format(
			DAMON "%d/contexts/0/monitoring_attrs/nr_regions/max", kdamond);

		thread_add(list, seen, thread);
		source_add(list, regions, "value", max, NULL);
		for (int scheme = 0; scheme < DAMON_SCHEMES; scheme++)
			scheme_add(list, kdamond, scheme);
	}
	for (size_t i = 0; i < ARRAY_SIZE(damon_modules); i++)
		source_add(list, damon_modules[i].name, "value", damon_modules[i].path, NULL);
}

/* The threads that a policy charges; @uses_damon becomes true where DAMON's are among them. */
static void cost_add(json_t *list, json_t *seen, const struct topology *t, const json_t *policy,
		     bool *uses_damon)
{
	const json_t *item;
	size_t i;

	json_array_foreach(json_object_get(json_object_get(policy, "cost"), "threads"), i, item) {
		const char *thread = json_string_value(item);

		if (!strncmp(thread, damon_thread, strlen(damon_thread)))
			*uses_damon = true;
		else
			threads_add(list, seen, t, thread);
	}
}

/* A policy's daemon is alone in the cgroup of its name. */
static void daemons_add(json_t *list, json_t *seen, const json_t *policy)
{
	const json_t *daemon;
	size_t i;

	json_array_foreach(json_object_get(policy, "daemons"), i, daemon) {
		cleanup_free char *name = path_format("daemon.%s", json_str(daemon, "name"));
		cleanup_free char *path = path_format("%s/%s/cpu.stat", PROTOCOL_CGROUP,
						      json_str(daemon, "name"));

		if (json_object_get(seen, name))
			continue;
		json_object_set_new(seen, name, json_true());
		source_add(list, name, "keyed", path, "usage_usec");
	}
}

void costs_add(json_t *list, const struct topology *t, const json_t *policies)
{
	cleanup_json json_t *seen = json_object();
	bool uses_damon = false;
	const json_t *policy;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(threads); i++)
		threads_add(list, seen, t, threads[i]);
	json_array_foreach(policies, i, policy) {
		cost_add(list, seen, t, policy, &uses_damon);
		daemons_add(list, seen, policy);
	}
	if (uses_damon)
		damon_add(list, seen);
}
