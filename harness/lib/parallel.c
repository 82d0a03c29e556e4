/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include "lib/parallel.h"

#define THREADS_MAX 16
#define WORTH_A_THREAD 64	/* calls; fewer are over before a thread has begun */

struct work {
	size_t n;
	void (*fn)(size_t i, void *arg);
	void *arg;
	atomic_size_t next;
};

static void *work_do(void *arg)
{
	struct work *w = arg;

	for (size_t i; (i = atomic_fetch_add(&w->next, 1)) < w->n;)
		w->fn(i, w->arg);
	return NULL;
}

static size_t threads_for(size_t n)
{
	cpu_set_t cpus;
	size_t most = sched_getaffinity(0, sizeof(cpus), &cpus) ? 1 : (size_t)CPU_COUNT(&cpus);

	if (most > THREADS_MAX)
		most = THREADS_MAX;
	return n / WORTH_A_THREAD < most ? n / WORTH_A_THREAD : most;
}

void parallel_each(size_t n, void (*fn)(size_t i, void *arg), void *arg)
{
	struct work w = { .n = n, .fn = fn, .arg = arg };
	pthread_t threads[THREADS_MAX];
	size_t started = 0;

	/* This thread is one of them. */
	while (started + 1 < threads_for(n) &&
	       !pthread_create(&threads[started], NULL, work_do, &w))
		started++;
	work_do(&w);
	while (started)
		pthread_join(threads[--started], NULL);
}
