/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "daemons/damon/damon-ram.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/text.h"

#define PAGE	   4096ULL
#define IOMEM_MAX  (4U << 20)
#define BLOCKS_MAX (1U << 20)
#define NODES	   "sys/devices/system/node"

int ram_add(struct ram *r, uint64_t start, uint64_t end, struct err *e)
{
	struct ram_range *last = r->n ? &r->ranges[r->n - 1] : NULL;

	if (start >= end || (last && start < last->end))
		return err_set(e, EINVAL,
			       "memory from %#" PRIx64 " to %#" PRIx64 " is out of order", start,
			       end);
	if (last && start == last->end) {
		last->end = end;
		return 0;
	}
	if (r->n == RAM_RANGES_MAX)
		return err_set(e, E2BIG, "memory is in more than %d pieces", RAM_RANGES_MAX);
	r->ranges[r->n++] = (struct ram_range){ start, end };
	return 0;
}

int ram_parse(const char *iomem, struct ram *ret, struct err *e)
{
	struct ram r = { .n = 0 };
	bool hidden = false;

	for (const char *line = iomem; line; line = strchr(line, '\n')) {
		uint64_t first, last;
		char name[16];

		line += *line == '\n';
		if (sscanf(line, " %" SCNx64 "-%" SCNx64 " : %15[^\n]", &first, &last, name) != 3 ||
		    strncmp(name, "System RAM", strlen("System RAM")))
			continue;
		hidden |= !last;
		/* The last address belongs to the range. What is no whole page is no page. */
		uint64_t start = (first + PAGE - 1) / PAGE * PAGE, end = (last + 1) / PAGE * PAGE;
		int rc = start < end ? ram_add(&r, start, end, e) : 0;

		if (rc)
			return err_prefix(e, "/proc/iomem: ");
	}
	if (!r.n)
		return hidden ? err_set(e, EACCES, "/proc/iomem shows no addresses; be root")
			      : err_set(e, EINVAL, "/proc/iomem has no System RAM");
	*ret = r;
	return 0;
}

int ram_intersect(const struct ram *a, const struct ram *b, struct ram *ret, struct err *e)
{
	struct ram r = { .n = 0 };

	for (unsigned i = 0, k = 0; i < a->n && k < b->n;) {
		const struct ram_range *x = &a->ranges[i], *y = &b->ranges[k];
		uint64_t start = x->start > y->start ? x->start : y->start;
		uint64_t end = x->end < y->end ? x->end : y->end;
		int rc = start < end ? ram_add(&r, start, end, e) : 0;

		if (rc)
			return rc;
		if (x->end < y->end)
			i++;
		else
			k++;
	}
	*ret = r;
	return 0;
}

static int compare(const void *a, const void *b)
{
	unsigned long x = *(const unsigned long *)a, y = *(const unsigned long *)b;

	return (x > y) - (x < y);
}

/* The numbers of the memory blocks in the folder of a node, ascending. */
static int blocks_list(DIR *node, unsigned long **ret, size_t *ret_n, struct err *e)
{
	cleanup_free unsigned long *blocks = NULL;
	size_t n = 0;

	for (const struct dirent *d; (d = readdir(node));) {
		unsigned long block;
		int len = -1;

		if (sscanf(d->d_name, "memory%lu%n", &block, &len) != 1 || d->d_name[len])
			continue;
		unsigned long *more =
			n < BLOCKS_MAX ? reallocarray(blocks, n + 1, sizeof(*more)) : NULL;

		if (!more)
			return err_set(e, ENOMEM, "a node has too many memory blocks");
		blocks = more;
		blocks[n++] = block;
	}
	if (n)
		qsort(blocks, n, sizeof(*blocks), compare);
	*ret = take_ptr(blocks);
	*ret_n = n;
	return 0;
}

static int blocks_read(int rootfd, int node, struct ram *ret, struct err *e)
{
	cleanup_free char *folder = path_format(NODES "/node%d", node);
	cleanup_free unsigned long *blocks = NULL;
	size_t n = 0;
	char text[32];
	int rc = text_read_at(rootfd, "sys/devices/system/memory/block_size_bytes", text,
			      sizeof(text), e);

	if (rc)
		return rc;
	uint64_t size = strtoull(text, NULL, 16);
	int fd = openat(rootfd, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (!dir)
		return err_set(e, errno, "there is no memory node %d: %s: %m", node, folder);
	rc = blocks_list(dir, &blocks, &n, e);
	closedir(dir);
	*ret = (struct ram){ .n = 0 };
	for (size_t i = 0; i < n && !rc; i++) {
		if (!size || size % PAGE || blocks[i] >= UINT64_MAX / size)
			return err_set(e, EINVAL, "memory block %lu of %" PRIu64 " bytes is none",
				       blocks[i], size);
		rc = ram_add(ret, blocks[i] * size, (blocks[i] + 1) * size, e);
	}
	return rc;
}

int ram_read(int rootfd, int node, struct ram *ret, struct err *e)
{
	cleanup_free char *iomem = NULL;
	struct ram all, blocks, r;
	int rc = file_read(rootfd, "proc/iomem", IOMEM_MAX, &iomem, NULL, e);

	if (!rc)
		rc = ram_parse(iomem, &all, e);
	if (rc || node == RAM_NODE_ALL) {
		if (!rc)
			*ret = all;
		return rc;
	}
	rc = blocks_read(rootfd, node, &blocks, e);
	if (!rc)
		rc = ram_intersect(&all, &blocks, &r, e);
	if (!rc && !r.n)
		return err_set(e, ENOENT, "node %d has no memory", node);
	if (!rc)
		*ret = r;
	return rc;
}
