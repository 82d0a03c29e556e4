/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "cell/conform.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#define LIST_MAX 4096		/* CPUs or nodes in one list */
#define MEMORY_LEAST 0.80	/* of a node; the kernel keeps the rest for itself */

int conform_list_count(const char *list)
{
	int count = 0;

	while (*list && *list != '\n') {
		char *end;
		long first = strtol(list, &end, 10), last = first;

		if (end == list || first < 0)
			return -EINVAL;
		if (*end == '-') {
			list = end + 1;
			last = strtol(list, &end, 10);
			if (end == list || last < first)
				return -EINVAL;
		}
		if (last - first >= LIST_MAX || (*end && *end != ',' && *end != '\n'))
			return -EINVAL;
		count += (int)(last - first) + 1;
		list = *end == ',' ? end + 1 : end;
	}
	return count;
}

static int add_row(json_t *rows, const char *what, const char *declared, const char *seen, bool ok)
{
	json_array_append_new(rows, json_pack("{s:s, s:s, s:s, s:b}", "what", what, "declared",
					      declared, "seen", seen, "ok", ok));
	return !ok;
}

static int compare_count(json_t *rows, const char *what, size_t declared, const char *list)
{
	cleanup_free char *want = path_format("%zu", declared);
	int n = list ? conform_list_count(list) : 0;
	cleanup_free char *seen = n < 0 ? path_format("'%.40s'", list) : path_format("%d", n);

	return add_row(rows, what, want, seen, n >= 0 && (size_t)n == declared);
}

/* "Node 0 MemTotal:        1004780 kB" */
static uint64_t node_total(const char *meminfo)
{
	const char *at = meminfo ? strstr(meminfo, "MemTotal:") : NULL;

	return at ? strtoull(at + strlen("MemTotal:"), NULL, 10) << 10 : 0;
}

static int compare_node(json_t *rows, size_t i, uint64_t declared, const char *meminfo)
{
	uint64_t seen = node_total(meminfo);
	cleanup_free char *what = path_format("memory of node %zu", i);
	cleanup_free char *want = path_format("%" PRIu64 " MiB", declared >> 20);
	cleanup_free char *got = path_format("%" PRIu64 " MiB", seen >> 20);

	return add_row(rows, what, want, got,
		       seen <= declared && (double)seen >= MEMORY_LEAST * (double)declared);
}

int conform_compare(const struct topology *t, enum guest_clock clock,
		    const struct conform_seen *seen, json_t *rows)
{
	int differ = compare_count(rows, "online CPUs", guest_cpus(t, clock), seen->cpus);

	differ += compare_count(rows, "memory nodes", t->n_nodes, seen->nodes);
	for (size_t i = 0; i < t->n_nodes; i++)
		differ += compare_node(rows, i, t->nodes[i].bytes + t->nodes[i].extra_bytes,
				       i < seen->n_nodes ? seen->meminfo[i] : NULL);
	return differ;
}

/* A file that this kernel lacks is something seen, too: nothing. */
static int read_or_nothing(struct guest *g, const char *path, char **ret, struct err *e)
{
	int rc = guest_read(g, path, ret, e);

	return rc == -ENOENT ? 0 : rc;
}

int conform_check(struct guest *g, const struct topology *t, enum guest_clock clock, json_t *rows,
		  int *ret_differences, struct err *e)
{
	struct conform_seen seen = {
		.n_nodes = t->n_nodes,
	};

	seen.meminfo = calloc(seen.n_nodes, sizeof(*seen.meminfo));
	if (!seen.meminfo)
		return err_set(e, ENOMEM, "out of memory for the conformance check");
	int rc = read_or_nothing(g, "/sys/devices/system/cpu/online", &seen.cpus, e);
	if (!rc)
		rc = read_or_nothing(g, "/sys/devices/system/node/online", &seen.nodes, e);
	for (size_t i = 0; !rc && i < seen.n_nodes; i++) {
		cleanup_free char *path = path_format("/sys/devices/system/node/node%zu/meminfo",
						      i);

		rc = read_or_nothing(g, path, &seen.meminfo[i], e);
	}
	if (!rc)
		*ret_differences = conform_compare(t, clock, &seen, rows);
	for (size_t i = 0; i < seen.n_nodes; i++)
		free(seen.meminfo[i]);
	free(seen.meminfo);
	free(seen.cpus);
	free(seen.nodes);
	return rc;
}
