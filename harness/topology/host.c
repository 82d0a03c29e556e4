/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/ranges.h"
#include "topology/admit.h"

#define READ_MAX (1u << 20)

/* The first line of @path below @root, or NULL. The caller frees it. */
static char *line_read(const char *root, const char *path)
{
	cleanup_free char *full = path_format("%s/%s", root, path);
	struct err absent;
	char *text = NULL;

	if (file_read(AT_FDCWD, full, READ_MAX, &text, NULL, &absent))
		return NULL;
	text[strcspn(text, "\n")] = '\0';
	return text;
}

/* The checked list of numbers in @path, or @absent where there is none. The caller frees it. */
static char *list_read(const char *root, const char *path, const char *absent)
{
	char *text = line_read(root, path);
	struct err e;

	if (text && !ranges_check(text, &e))
		return text;
	free(text);
	return strdup(absent);
}

static uint64_t number_read(const char *root, const char *path)
{
	cleanup_free char *text = line_read(root, path);

	return text ? strtoull(text, NULL, 10) : 0;
}

int host_memory_read(const char *root, struct host_memory *ret, struct err *e)
{
	cleanup_free char *meminfo = path_format("%s/proc/meminfo", root), *text = NULL;
	int rc = file_read(AT_FDCWD, meminfo, READ_MAX, &text, NULL, e);
	unsigned long long kib;

	if (rc)
		return rc;
	const char *line = strstr(text, "MemTotal:");

	if (!line || sscanf(line, "MemTotal: %llu kB", &kib) != 1)
		return err_set(e, EPROTO, "%s does not say how much memory there is", meminfo);
	/* A kernel without NUMA has no such list: all memory is node 0's. */
	cleanup_free char *nodes = list_read(root, "sys/devices/system/node/online", "0");
	cleanup_free char *cpus = list_read(root, "sys/devices/system/cpu/online", "0");
	struct host_memory host = {
		.total_bytes = kib * 1024,
		.cpus = ranges_last(cpus) + 1,
		.free_hugepages_2m = number_read(root, "sys/kernel/mm/hugepages/hugepages-2048kB/"
						 "free_hugepages"),
		.free_hugepages_1g = number_read(root, "sys/kernel/mm/hugepages/hugepages-1048576kB/"
						 "free_hugepages"),
	};

	for (unsigned i = 0; i < 64; i++)
		host.node_mask |= (uint64_t)ranges_has(nodes, i) << i;
	*ret = host;
	return 0;
}
