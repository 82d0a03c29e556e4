/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SWAPSTORM_PLOT_H
#define SWAPSTORM_PLOT_H

#include "lib/rng.h"
#include "workloads/swapstorm/swapstorm-board.h"

/*
 * A worker's pages, with the model of what they must hold. All functions end the
 * worker where the kernel refuses what it must not refuse.
 */
struct plot {
	struct board *board;
	uint32_t worker, life;
	uint64_t pages;
	uint64_t seed;
	struct rng rng;
	struct page *home, *away;	/* of the same size; @away is there to be moved to */
	struct page *at;		/* where the pages in hand are: @home, or @away */
	struct model *models;
	struct model *snapshot;		/* of a child of fork: its own from then on */
	bool huge;			/* pages may be huge ones */
	int uffd;			/* -1: there is none */
	uint8_t *faults;		/* of each page, seen through uffd */
};

/* Some pages in a row. */
struct range {
	uint64_t first, n;
};

/* Maps them; none is touched. */
void plot_open(struct plot *p, struct board *b, uint32_t worker);

/* At most @most pages, anywhere. */
struct range range_draw(struct plot *p, uint64_t most);

void plot_verify(struct plot *p, struct range r);

/* Writes a new version of each page. */
void plot_write(struct plot *p, struct range r);

/* Writes zeroes. */
void plot_zero(struct plot *p, struct range r);

/* madvise(2); what the kernel cannot do now (EAGAIN, EBUSY) is no error. */
void plot_advise(struct plot *p, struct range r, int advice);

/* Ends the process with a sentence and errno. */
_Noreturn void plot_die(struct plot *p, const char *what);

#endif
