/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef OOM_BADNESS_H
#define OOM_BADNESS_H

#include <stddef.h>
#include <stdint.h>
#include "lib/err.h"

/*
 * Whom Linux kills for want of memory, as mm/oom_kill.c of 6.12 has it:
 * oom_badness(), constrained_alloc() and oom_evaluate_task(). Pure.
 */
#define OOM_PAGE_BYTES 4096
#define OOM_ADJ_MIN (-1000)		/* never killed */
#define OOM_UNKILLABLE INT64_MIN

/* What badness is made of; pages, and the oom_score_adj of -1000 to 1000. */
struct oom_inputs {
	uint64_t rss, swap, pgtables;
	int adj;
};

/*
 * rss + swap + pgtables + adj * (total / 1000), in pages; may be below zero.
 * @total_pages: all memory and swap, or what a limited cgroup may have of both.
 */
int64_t oom_badness(const struct oom_inputs *in, uint64_t total_pages);

/*
 * What a cgroup may have, in pages: its memory.max, and all swap where its
 * memory.swap.max is "max", unless vm.swappiness is 0 (mem_cgroup_get_max()).
 */
uint64_t oom_cgroup_pages(uint64_t max_pages, uint64_t swap_pages, uint64_t swappiness);

/*
 * Sets ret_ranks[i], from 1 for the one that is killed first. Of equals the kernel
 * takes the last it looks at, which is the youngest process: @badness is in the
 * order in which they were started. Those that are never killed have rank 0.
 */
void oom_rank(const int64_t *badness, size_t n, unsigned *ret_ranks);

/*
 * Reads rss, swap and pgtables out of /proc/PID/status. -ENODATA where one of them
 * is not there, as of a process that has given its memory up; ret->adj stays.
 *
 * Linux 6.12.117 adds up what each CPU has counted for that file, and goes by the
 * sum alone in the OOM killer: the two differ by up to some dozens of pages a CPU.
 */
int oom_status_parse(const char *text, struct oom_inputs *ret);

/* The number behind @key ("MemTotal", "oom_kill") of /proc/meminfo, vmstat or the like. */
int oom_counter_parse(const char *text, const char *key, uint64_t *ret);

#endif
