/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "lib/cleanup.h"
#include "workloads/oom/oom-badness.h"

int64_t oom_badness(const struct oom_inputs *in, uint64_t total_pages)
{
	if (in->adj == OOM_ADJ_MIN)
		return OOM_UNKILLABLE;
	return (int64_t)(in->rss + in->swap + in->pgtables) +
	       in->adj * (int64_t)(total_pages / 1000);
}

uint64_t oom_cgroup_pages(uint64_t max_pages, uint64_t swap_pages, uint64_t swappiness)
{
	return max_pages + (swappiness ? swap_pages : 0);
}

void oom_rank(const int64_t *badness, size_t n, unsigned *ret_ranks)
{
	for (size_t i = 0; i < n; i++) {
		ret_ranks[i] = badness[i] != OOM_UNKILLABLE;
		for (size_t k = 0; k < n && ret_ranks[i]; k++)
			ret_ranks[i] += badness[k] > badness[i] ||
					(badness[k] == badness[i] && k > i);
	}
}

int oom_counter_parse(const char *text, const char *key, uint64_t *ret)
{
	size_t len = strlen(key);

	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (!strncmp(line, key, len) && (line[len] == ':' || isspace((unsigned char)line[len])))
			return sscanf(line + len + 1, " %" SCNu64, ret) == 1 ? 0 : -ENODATA;
	}
	return -ENODATA;
}

int oom_status_parse(const char *text, struct oom_inputs *ret)
{
	static const char *const keys[] = { "VmRSS", "VmSwap", "VmPTE" };
	uint64_t kib[ARRAY_SIZE(keys)];

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (oom_counter_parse(text, keys[i], &kib[i]))
			return -ENODATA;
	ret->rss = kib[0] / (OOM_PAGE_BYTES / 1024);
	ret->swap = kib[1] / (OOM_PAGE_BYTES / 1024);
	ret->pgtables = kib[2] / (OOM_PAGE_BYTES / 1024);
	return 0;
}
