/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "lib/cleanup.h"
#include "workloads/coldheap/coldheap-limit.h"
#include "workloads/coldheap/coldheap-page.h"
#include "workloads/lib/cgroup.h"
#include "lib/text.h"

#define MIB ((uint64_t)1 << 20)

uint64_t meminfo_bytes(const char *text, const char *key)
{
	uint64_t kib;

	return text_number(text, key, &kib) ? 0 : kib * 1024;
}

int reclaim_ask(uint64_t bytes, bool *ret_all, struct err *e)
{
	char folder[PATH_MAX - 20], path[PATH_MAX];
	int rc = cgroup_find(folder, sizeof(folder), e);

	if (rc)
		return rc;
	snprintf(path, sizeof(path), "%s/memory.reclaim", folder);
	cleanup_close int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool all = fd >= 0 && dprintf(fd, "%" PRIu64, bytes) > 0;

	if (!all && errno != EAGAIN)
		return err_set(e, errno, "cannot ask for memory back with %s: %m", path);
	*ret_all = all;
	return 0;
}

static int limit_write(uint64_t bytes, struct err *e)
{
	char folder[PATH_MAX - 20], path[PATH_MAX], seen[64];
	int rc = cgroup_find(folder, sizeof(folder), e);

	if (rc)
		return rc;
	snprintf(path, sizeof(path), "%s/memory.max", folder);
	cleanup_close int fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || dprintf(fd, "%" PRIu64, bytes) < 0)
		return err_set(e, errno, "cannot set the memory limit %s: %m", path);
	rc = text_read(path, seen, sizeof(seen), e);
	if (rc)
		return rc;
	uint64_t value = strtoull(seen, NULL, 10);
	if (value > bytes || value + (1 << 16) < bytes)	/* the kernel rounds to whole pages */
		return err_set(e, EIO, "%s is %.*s after %" PRIu64 " was written to it", path,
			       (int)strcspn(seen, "\n"), seen, bytes);
	return 0;
}

/*
 * What is charged to the cgroup beside the heap: page tables, version and place of
 * each page, stacks and results of each thread, the program.
 */
static uint64_t own_bytes(const struct config *c)
{
	return c->heap / PAGE_BYTES * 32 + c->threads * MIB / 8 + 2 * MIB;
}

int limit_set(const struct config *c, struct err *e)
{
	char text[16384];
	int rc = text_read("/proc/meminfo", text, sizeof(text), e);

	if (rc)
		return rc;
	uint64_t swap = meminfo_bytes(text, "SwapFree");
	uint64_t memory = meminfo_bytes(text, "MemAvailable"), own = own_bytes(c);

	if (c->limit && c->limit + swap < c->heap + own)
		return err_set(e, ENOMEM, "a heap of %" PRIu64 " MiB does not fit into a limit of %"
			       PRIu64 " MiB and %" PRIu64 " MiB of free swap; the program itself "
			       "takes %" PRIu64 " MiB of them", c->heap / MIB, c->limit / MIB,
			       swap / MIB, own / MIB);
	if (memory + swap < c->heap + own)
		return err_set(e, ENOMEM, "a heap of %" PRIu64 " MiB does not fit into %" PRIu64
			       " MiB of available memory and %" PRIu64 " MiB of free swap; the "
			       "program itself takes %" PRIu64 " MiB of them", c->heap / MIB,
			       memory / MIB, swap / MIB, own / MIB);
	return c->limit ? limit_write(c->limit, e) : 0;
}
