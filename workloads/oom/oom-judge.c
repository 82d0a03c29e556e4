/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "workloads/oom/oom-judge.h"

void judge_sample(const struct variant_info *v, const struct oom_sample *s, uint64_t total_pages,
		  struct judged *ret)
{
	int64_t badness[WHO_COUNT];
	unsigned ranks[WHO_COUNT];

	*ret = (struct judged){ .total_pages = total_pages, .chosen = -1 };
	for (enum who w = 0; w < WHO_COUNT; w++) {
		ret->of[w].candidate = s->there[w] && variant_candidate(v, w);
		ret->of[w].badness = oom_badness(&s->in[w], total_pages);
		badness[w] = ret->of[w].candidate ? ret->of[w].badness : OOM_UNKILLABLE;
	}
	oom_rank(badness, WHO_COUNT, ranks);
	for (enum who w = 0; w < WHO_COUNT; w++)
		ret->of[w].rank = ranks[w];
}

static int who_of(const pid_t pids[static WHO_COUNT], pid_t pid)
{
	for (int w = 0; w < WHO_COUNT; w++)
		if (pids[w] == pid)
			return w;
	return -1;
}

static int first_rank(const struct judged *j)
{
	for (int w = 0; w < WHO_COUNT; w++)
		if (j->of[w].rank == 1)
			return w;
	return -1;
}

/* oom_kill_allocating_task spares process 1, kernel threads and those of adj -1000. */
static int predict(const struct variant_info *v, const pid_t pids[static WHO_COUNT],
		   const struct oom_log *log, const struct judged *j)
{
	int caller = who_of(pids, log->caller_pid);

	return v == &variant_table[VARIANT_ALLOCATING_TASK] && caller >= 0 ? caller : first_rank(j);
}

static void kills_take(const pid_t pids[static WHO_COUNT], const struct oom_log *log,
		       struct judged *j)
{
	for (size_t i = 0; i < log->n_kills; i++) {
		const struct oom_kill *k = &log->kills[i];
		int w = who_of(pids, k->pid);

		/* The first that is told of an event is whom the kernel chose. */
		if (!i)
			j->chosen = w;
		if (w >= 0 && k->event == 1)
			j->of[w].killed = true;
		else if (w >= 0)
			j->of[w].killed_later = true;
		else if (k->event == 1)
			j->right = false;
	}
}

static void kernel_figures_take(const pid_t pids[static WHO_COUNT], const struct oom_log *log,
				struct judged *j)
{
	for (enum who w = 0; w < WHO_COUNT; w++) {
		struct judged_one *o = &j->of[w];

		o->kernel = oom_log_task(log, pids[w]);
		if (o->kernel)
			o->kernel_badness = oom_badness(&o->kernel->in, j->total_pages);
	}
}

static unsigned rank_of_chosen(const struct judged *j)
{
	unsigned last = 0;

	if (j->chosen >= 0 && j->of[j->chosen].rank)
		return j->of[j->chosen].rank;
	for (enum who w = 0; w < WHO_COUNT; w++)
		last = j->of[w].rank > last ? j->of[w].rank : last;
	return last + 1;
}

int judge_log(const struct variant_info *v, const struct oom_sample *s, uint64_t total_pages,
	      const pid_t pids[static WHO_COUNT], const struct oom_log *log, struct judged *ret,
	      struct err *e)
{
	struct judged j;

	judge_sample(v, s, total_pages, &j);
	if (!log->events || !log->n_kills || log->kills[0].event != 1)
		return err_set(e, ENODATA, "the kernel's log does not tell of the kill");
	int to_die = predict(v, pids, log, &j);
	if (to_die < 0)
		return err_set(e, ENODATA, "the last sample before the kill has nobody in it who could "
			       "be killed");
	j.right = true;
	kills_take(pids, log, &j);
	kernel_figures_take(pids, log, &j);
	for (enum who w = 0; w < WHO_COUNT; w++) {
		j.of[w].predicted = variant_dies(v, (enum who)to_die, w);
		j.right &= j.of[w].predicted == j.of[w].killed;
	}
	if (!j.of[to_die].kernel)
		return err_set(e, ENODATA, "the kernel's log has no figures of %s, who was to die; "
			       "vm.oom_dump_tasks of 0 would leave them out", who_table[to_die].name);
	j.error_pages = (uint64_t)llabs(j.of[to_die].kernel_badness - j.of[to_die].badness);
	j.victim_rank = rank_of_chosen(&j);
	*ret = j;
	return 0;
}
