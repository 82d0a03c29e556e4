/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "lib/cleanup.h"
#include "workloads/coldheap/coldheap-pagemap.h"
#include "workloads/coldheap/coldheap-where.h"
#include "lib/text.h"

#define BATCH 512

/* Types from here on are no devices but migration entries and the like (linux/swap.h). */
#define SWAP_TYPES_MAX 23

void where_swaps_read(struct where *w, const char *text)
{
	const char *line = strchr(text, '\n');	/* the first is the heading */

	w->n_swaps = 0;
	for (; line && line[1] && w->n_swaps < WHERE_SWAPS_MAX; line = strchr(line + 1, '\n')) {
		size_t len = strcspn(line + 1, " \t\n");
		char *name = w->swaps[w->n_swaps++];

		snprintf(name, sizeof(w->swaps[0]), "%.*s", (int)len, line + 1);
		/* It goes into JSON as it is. */
		for (; *name; name++)
			if (*name == '"' || *name == '\\' || !isprint((unsigned char)*name))
				*name = '?';
	}
}

uint64_t where_nodes_read(const char *text)
{
	uint64_t mask = 0;

	while (isdigit((unsigned char)*text)) {
		char *end;
		unsigned long from = strtoul(text, &end, 10), to = from;

		if (*end == '-')
			to = strtoul(end + 1, &end, 10);
		for (unsigned long i = from; i <= to && i < WHERE_NODES_MAX; i++)
			mask |= 1ULL << i;
		text = *end == ',' ? end + 1 : end;
	}
	return mask;
}

static void places_read(struct where *w)
{
	char text[8192];
	struct err absent;	/* then the text is empty, which says as much */

	text_read("/proc/swaps", text, sizeof(text), &absent);
	where_swaps_read(w, text);
	text_read("/sys/devices/system/node/has_memory", text, sizeof(text), &absent);
	w->nodes = where_nodes_read(text);
	text_read("/sys/devices/system/node/has_cpu", text, sizeof(text), &absent);
	w->cpu_nodes = where_nodes_read(text);
	if (!w->nodes)		/* a kernel without NUMA */
		w->nodes = w->cpu_nodes = 1;
}

static void count_swapped(const struct where *w, struct where_counts *c, uint64_t entry)
{
	unsigned type = PAGEMAP_TYPE(entry);

	/* Without the right to see where a page is, the entry is bare. */
	if (!PAGEMAP_FRAME(entry))
		c->unknown++;
	else if (type < w->n_swaps)
		c->swaps[type]++;
	else if (type >= SWAP_TYPES_MAX)
		c->moving++;
	else
		c->unknown++;
}

static void count_present(struct where *w, struct where_counts *c, int status)
{
	if (status >= 0 && status < WHERE_NODES_MAX) {
		c->nodes[status]++;
		w->nodes |= 1ULL << status;
	} else if (status == -ENOENT || status == -EBUSY || status == -EFAULT) {
		c->moving++;	/* it was there a moment ago */
	} else {
		c->unknown++;
	}
}

/* Pages @first to @first + @n of the heap. */
static void where_batch(struct where *w, const struct heap *h, int pagemap, uint64_t first,
			unsigned n)
{
	void *addresses[BATCH];
	uint64_t entries[BATCH];
	int status[BATCH];
	off_t at = (off_t)((uintptr_t)&h->pages[first] / PAGE_BYTES * sizeof(*entries));
	bool told = pagemap >= 0 && pread(pagemap, entries, n * sizeof(*entries), at) ==
					    (ssize_t)(n * sizeof(*entries));

	for (unsigned i = 0; i < n; i++) {
		addresses[i] = &h->pages[first + i];
		status[i] = -EPERM;
	}
	/* A kernel without NUMA lacks the call, and has one place for all pages. */
	if (syscall(SYS_move_pages, 0, (unsigned long)n, addresses, NULL, status, 0) &&
	    errno == ENOSYS && w->nodes == 1)
		memset(status, 0, sizeof(status));
	for (unsigned i = 0; i < n; i++) {
		struct where_counts *c = &w->parts[layout_part(&h->layout, first + i)];

		c->pages++;
		if (!told)
			c->unknown++;
		else if (entries[i] & PAGEMAP_SWAPPED)
			count_swapped(w, c, entries[i]);
		else if (entries[i] & PAGEMAP_PRESENT)
			count_present(w, c, status[i]);
		else
			c->absent++;
	}
}

void where_take(struct where *w, const struct heap *h)
{
	cleanup_close int pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);

	*w = (struct where){ 0 };
	places_read(w);
	for (uint64_t i = 0; i < h->layout.pages; i += BATCH) {
		uint64_t left = h->layout.pages - i;

		where_batch(w, h, pagemap, i, left < BATCH ? (unsigned)left : BATCH);
	}
}

struct where_shares where_shares(const struct where *w, enum part part)
{
	const struct where_counts *c = &w->parts[part];
	struct where_shares s = { 0 };
	double pages = c->pages ? (double)c->pages : 1;

	if (c->pages && c->unknown == c->pages)
		return (struct where_shares){ NAN, NAN, NAN };
	for (unsigned i = 0; i < WHERE_NODES_MAX; i++)
		*(w->cpu_nodes >> i & 1 ? &s.dram : &s.slow) += (double)c->nodes[i] / pages;
	for (unsigned i = 0; i < WHERE_SWAPS_MAX; i++)
		s.swap += (double)c->swaps[i] / pages;
	return s;
}
