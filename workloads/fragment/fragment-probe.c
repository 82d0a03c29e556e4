/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include "workloads/fragment/fragment-probe.h"
#include "workloads/lib/now.h"

#define SECOND_NS 1000000000LL

static int pages_touch(uint64_t n)
{
	char *at = mmap(NULL, n * PAGE_BYTES, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED)
		return errno;
	for (uint64_t i = 0; i < n; i++)
		at[i * PAGE_BYTES] = 1;
	munmap(at, n * PAGE_BYTES);
	return 0;
}

static void *probe_main(void *arg)
{
	struct probe *p = arg;
	int64_t begin = now_ns();

	pthread_setname_np(pthread_self(), "probe");
	for (uint64_t k = 0; !atomic_load(&p->stop) && !p->error; k++) {
		int64_t due = begin + (int64_t)(k * SECOND_NS / p->rate);
		struct timespec t = { due / SECOND_NS, due % SECOND_NS };

		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
		p->error = pages_touch(p->pages);
		histogram_add(&p->latencies, (uint64_t)(now_ns() - due));
	}
	return NULL;
}

int probe_start(struct probe *p, const struct fragment_config *c, struct err *e)
{
	memset(p, 0, sizeof(*p));
	p->rate = c->probe_rate;
	p->pages = c->probe_pages;
	int rc = pthread_create(&p->thread, NULL, probe_main, p);

	return rc ? err_set(e, rc, "cannot start the probe: %s", strerror(rc)) : 0;
}

int probe_stop(struct probe *p, struct err *e)
{
	atomic_store(&p->stop, 1);
	pthread_join(p->thread, NULL);
	if (p->error)
		return err_set(e, p->error, "the probe cannot map %llu pages: %s",
			       (unsigned long long)p->pages, strerror(p->error));
	return 0;
}
