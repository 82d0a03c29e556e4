/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FRAGMENT_BOARD_H
#define FRAGMENT_BOARD_H

#include <stdbool.h>
#include <stdint.h>
#include "lib/err.h"
#include "workloads/fragment/fragment-config.h"

/*
 * A checkerboard of free pages and of pages that the kernel cannot move. Pages
 * of pipes are such (fs/pipe.c allocates them with GFP_HIGHUSER, which is not
 * movable). A page at a time is written to each pipe in turn, so that pages that
 * lie side by side belong to pipes that do; of @every pipes side by side all but
 * one, which the seed chooses, are then closed. With 2, no two free pages are left side by
 * side; with 512, none of the huge pages that were taken apart can be had again,
 * though all but 1/512 of their memory is free.
 *
 * Beside it lies a board that compaction can clear: anonymous memory of which every
 * other page is given back.
 */
struct board_plan {
	uint64_t pipes;		/* a multiple of every */
	uint64_t pages;		/* that each is given */
};

#define BOARD_PIPE_PAGES_MAX 256	/* 1 MiB: what fs.pipe-max-size allows anyone */

/* Pure: the pipes for at least one page, and for no more than @pages where those suffice. */
struct board_plan board_plan(uint64_t pages, uint64_t every);

/* Pure: whether pipe @i of a board with this seed stays. */
bool board_keeps(uint64_t i, uint64_t every, uint64_t seed);

/*
 * Lays both boards. They stay
 * for as long as the process. Refuses, before any page is written, what does
 * not fit into free memory: -ENOMEM.
 */
int board_lay(const struct fragment_config *c, struct err *e);

#endif
