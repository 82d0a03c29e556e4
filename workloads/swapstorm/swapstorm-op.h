/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SWAPSTORM_OP_H
#define SWAPSTORM_OP_H

#include "workloads/swapstorm/swapstorm-plot.h"

/*
 * What workers do to their pages. Each leaves them at home, readable and writable,
 * with nothing protected or watched.
 */

/* Draws one by its weight, does it, and counts it. */
void op_do(struct plot *p);

/* Those that are more than a call of madvise(2). False where they could not be done. */
bool op_fork(struct plot *p);
bool op_remap(struct plot *p);
bool op_protect(struct plot *p);
bool op_wp(struct plot *p);
bool op_soft_dirty(struct plot *p);

/* Turns userfaultfd on for @p, where the kernel has it. */
void op_wp_open(struct plot *p);

/*
 * Whether this kernel has it, as seen by this process: faults of write protection by
 * userfaultfd, soft-dirty bits in page tables.
 */
bool op_wp_exists(void);
bool op_soft_dirty_exists(void);

#endif
