/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_SWEEPER_PROCESS_H
#define RAMRIG_SWEEPER_PROCESS_H

#include <stdint.h>
#include <sys/types.h>
#include "lib/err.h"

/*
 * TCG sets the accessed bit of a page when it fills its software TLB, and x86 Linux clears the bit
 * without a flush, so a page that stays in that TLB looks cold for good. A process that wakes up
 * and sleeps again, doing nothing, makes its CPU load another address space (CR3), which empties
 * the TLB as misses would on hardware. It must have an address space of its own: kernel threads
 * borrow that of whom they interrupt.
 *
 * On Linux that has PCIDs a load of CR3 need not flush; TCG's CPUs have none.
 */

/* Starts such a process for CPU @cpu, by SCHED_FIFO. It dies with this one. */
int sweeper_start(unsigned cpu, uint64_t period_us, pid_t *ret, struct err *e);

/* What the processes did, as the kernel accounts them. */
struct sweeper_total {
	int64_t cpu_us, wakeups;
};

/* Ends the process and adds what it did. -ECHILD where it had ended by itself. */
int sweeper_end(pid_t pid, struct sweeper_total *total, struct err *e);

#endif
