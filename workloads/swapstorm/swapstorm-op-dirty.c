/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>
#include "lib/cleanup.h"
#include "workloads/swapstorm/swapstorm-op.h"
#include "workloads/swapstorm/swapstorm-place.h"

/*
 * Whether a page was written since all soft-dirty bits were cleared is a bit of a page
 * table entry, too, by which checkpoints are made: a lost one is a page that a
 * restored process has in an older version.
 */
#define TRACKED 64		/* pages */
#define MOVES_MS 20

/* A fresh mapping is dirty as a whole, so a page that is not tells of a kernel without. */
bool op_soft_dirty_exists(void)
{
	char *p = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		       -1, 0);
	struct place place = { 0 };
	struct err e;

	if (p == MAP_FAILED)
		return false;
	*p = 1;
	bool exists = !places_read(p, 1, &place, &e) && place.soft_dirty;

	munmap(p, PAGE_BYTES);
	return exists;
}

static void bits_clear(struct plot *p)
{
	cleanup_close int fd = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, "4", 1) != 1)
		plot_die(p, "cannot clear soft-dirty bits");
}

static void bits_check(struct plot *p, struct range r, const bool *written)
{
	struct place places[TRACKED];
	struct err e;

	if (places_read(&p->at[r.first], r.n, places, &e)) {
		errno = e.code;
		plot_die(p, "cannot read soft-dirty bits");
	}
	for (uint64_t i = 0; i < r.n; i++) {
		if (places[i].soft_dirty == written[i])
			continue;
		board_count(p->board, COUNT_SOFT_DIRTY_WRONG, 1);
		storm_say("soft-dirty: worker %u page %lu was %swritten, and is %sdirty, %s",
			  p->worker, (unsigned long)(r.first + i), written[i] ? "" : "not ",
			  places[i].soft_dirty ? "" : "not ",
			  places[i].swapped ? "in swap" : "in memory");
	}
}

bool op_soft_dirty(struct plot *p)
{
	struct range r = range_draw(p, TRACKED);
	bool written[TRACKED];

	/* A huge page has one bit for all its parts. */
	if (p->huge || !op_soft_dirty_exists())
		return false;
	plot_write(p, r);
	plot_advise(p, r, MADV_PAGEOUT);
	storm_nap(&p->rng, MOVES_MS);
	bits_clear(p);
	for (uint64_t i = 0; i < r.n; i++) {
		written[i] = rng_below(&p->rng, 2);
		if (written[i])
			plot_write(p, (struct range){ r.first + i, 1 });
		else if (rng_below(&p->rng, 2))
			plot_verify(p, (struct range){ r.first + i, 1 });
	}
	plot_advise(p, r, MADV_PAGEOUT);
	storm_nap(&p->rng, MOVES_MS);
	bits_check(p, r, written);
	return true;
}
