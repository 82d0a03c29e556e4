/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef OOM_JUDGE_H
#define OOM_JUDGE_H

#include "workloads/oom/oom-log.h"
#include "workloads/oom/oom-sample.h"

/*
 * Who was to be killed, by a sample from before the kernel was out of memory,
 * against who was. Pure.
 */
struct judged_one {
	bool candidate;
	int64_t badness;	/* of the sample */
	unsigned rank;		/* among candidates, 1 dies first; 0: none, or never killed */
	bool predicted;
	bool killed;		/* in the first event */
	bool killed_later;
	const struct oom_task *kernel;	/* the kernel's figures, of the log; NULL: told none */
	int64_t kernel_badness;
};

struct judged {
	uint64_t total_pages;
	struct judged_one of[WHO_COUNT];
	bool right;		/* all who were to die in the first event did, and nobody else */
	unsigned victim_rank;	/* of whom the kernel chose; one more than there are ranks: nobody of ours */
	int chosen;		/* enum who, or -1: nobody of ours */
	uint64_t error_pages;	/* between both badnesses of whom the prediction chose */
};

/* The sample's badness and ranks alone, as long as nobody is killed. */
void judge_sample(const struct variant_info *v, const struct oom_sample *s, uint64_t total_pages,
		  struct judged *ret);

/*
 * All of it. -ENODATA where the log does not hold what it takes, with a sentence.
 * Where the allocating task is to be killed, the log's caller is the prediction,
 * unless it is a process that is never killed: then badness decides there, too.
 */
int judge_log(const struct variant_info *v, const struct oom_sample *s, uint64_t total_pages,
	      const pid_t pids[static WHO_COUNT], const struct oom_log *log, struct judged *ret,
	      struct err *e);

#endif
