/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>
#include "lib/cleanup.h"
#include "workloads/swapstorm/swapstorm-page.h"
#include "workloads/swapstorm/swapstorm-place.h"

#define BATCH 512

struct place place_parse(uint64_t entry)
{
	struct place p = {
		.present = entry >> 63 & 1,
		.soft_dirty = entry >> 55 & 1,
		.type = (unsigned)(entry & 0x1f),
	};

	p.swapped = (entry >> 62 & 1) && p.type < PLACE_TYPES_MAX;
	if (!p.swapped)
		p.type = 0;
	return p;
}

int places_read(const void *at, uint64_t n, struct place *ret, struct err *e)
{
	cleanup_close int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	uint64_t entries[BATCH], first = (uintptr_t)at / PAGE_BYTES;

	for (uint64_t done = 0; done < n;) {
		uint64_t want = n - done < BATCH ? n - done : BATCH;
		ssize_t got = fd < 0 ? -1 : pread(fd, entries, want * sizeof(*entries),
						  (off_t)((first + done) * sizeof(*entries)));

		if (got <= 0)
			return err_set(e, got ? errno : EIO, "cannot read /proc/self/pagemap: %m");
		for (uint64_t i = 0; i < (uint64_t)got / sizeof(*entries); i++)
			ret[done++] = place_parse(entries[i]);
	}
	return 0;
}

int places_count_swapped(const void *at, uint64_t n, uint64_t *ret, struct err *e)
{
	struct place places[BATCH];
	uint64_t swapped = 0;

	for (uint64_t done = 0; done < n; done += BATCH) {
		uint64_t now = n - done < BATCH ? n - done : BATCH;
		int rc = places_read((const char *)at + done * PAGE_BYTES, now, places, e);

		if (rc)
			return rc;
		for (uint64_t i = 0; i < now; i++)
			swapped += places[i].swapped;
	}
	*ret = swapped;
	return 0;
}
