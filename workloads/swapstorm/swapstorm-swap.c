/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/swap.h>
#include <sys/time.h>
#include <unistd.h>
#include "lib/text.h"
#include "workloads/lib/now.h"
#include "workloads/swapstorm/swapstorm-page.h"
#include "workloads/swapstorm/swapstorm-swap.h"

#define MS_NS 1000000LL
#define AGAIN_US 20000
#define ON_TRIES 50

/* In its place: the list is short. */
static void device_add(struct swap_list *l, const struct swap_device *d)
{
	unsigned i = l->n++;

	for (; i && l->devices[i - 1].priority < d->priority; i--)
		l->devices[i] = l->devices[i - 1];
	l->devices[i] = *d;
}

int swap_list_parse(const char *text, struct swap_list *ret, struct err *e)
{
	const char *line = strchr(text, '\n');	/* the first is the heading */
	struct swap_list l = { 0 };

	for (; line && line[1]; line = strchr(line + 1, '\n')) {
		struct swap_device d = { 0 };
		uint64_t size_kib, used_kib;

		if (sscanf(line + 1, "%63s %*s %" SCNu64 " %" SCNu64 " %d", d.path, &size_kib,
			   &used_kib, &d.priority) != 4)
			return err_set(e, EINVAL, "no line of /proc/swaps: %.*s",
				       (int)strcspn(line + 1, "\n"), line + 1);
		if (l.n == SWAPS_MAX)
			return err_set(e, E2BIG, "more than %d swap devices are on", SWAPS_MAX);
		d.pages = size_kib * 1024 / PAGE_BYTES;
		d.used = used_kib * 1024 / PAGE_BYTES;
		device_add(&l, &d);
	}
	*ret = l;
	return 0;
}

int swap_list_read(struct swap_list *ret, struct err *e)
{
	char text[4096];
	int rc = text_read("/proc/swaps", text, sizeof(text), e);

	return rc ? rc : swap_list_parse(text, ret, e);
}

uint64_t swap_used(const char *path)
{
	struct swap_list l;
	struct err e;

	if (swap_list_read(&l, &e))
		return 0;
	for (unsigned i = 0; i < l.n; i++)
		if (!strcmp(l.devices[i].path, path))
			return l.devices[i].used;
	return 0;
}

static void on_alarm(int sig)
{
	(void)sig;	/* only to end swapoff(2) with EINTR */
}

/* Again and again, lest one that comes just before the call be missed. */
static void alarm_set(uint64_t ms)
{
	struct sigaction sa = { .sa_handler = on_alarm };
	struct itimerval t = {
		.it_value = { .tv_sec = (time_t)(ms / 1000),
			      .tv_usec = (suseconds_t)(ms % 1000 * 1000) },
		.it_interval = { .tv_sec = ms ? 1 : 0 },
	};

	sigaction(SIGALRM, &sa, NULL);
	setitimer(ITIMER_REAL, &t, NULL);
}

int swap_off(const struct swap_device *d, uint64_t patience_ms, struct err *e)
{
	int64_t end = now_ns() + (int64_t)patience_ms * MS_NS;
	int rc;

	do {
		int64_t left_ms = (end - now_ns()) / MS_NS;

		alarm_set(left_ms > 0 ? (uint64_t)left_ms : 1);
		rc = swapoff(d->path) ? errno : 0;
		alarm_set(0);
		/* The freezer of a suspend interrupts it as well. */
		if (rc == EINTR || rc == ENOMEM)
			usleep(AGAIN_US);
	} while ((rc == EINTR || rc == ENOMEM) && now_ns() < end);
	if (!rc)
		return 0;
	if (rc == EINTR)
		return err_set(e, ETIMEDOUT, "swapoff of %s did not end within %" PRIu64
			       " ms, with %" PRIu64 " pages in use", d->path, patience_ms,
			       swap_used(d->path));
	return err_set(e, rc, "cannot turn %s off: %s", d->path, strerror(rc));
}

/*
 * /proc/swaps names the file that was given, as its reader sees it: process 1, which samples
 * what is in use, has another root folder and must find it there again.
 */
static int swap_on_once(const struct swap_device *d)
{
	int flags = d->priority < 0 ? 0 : SWAP_FLAG_PREFER | (d->priority & SWAP_FLAG_PRIO_MASK);
	char path[100];

	snprintf(path, sizeof(path), "/proc/1/root%s", d->path);
	return access(path, F_OK) ? swapon(d->path, flags) : swapon(path, flags);
}

int swap_on(const struct swap_device *d, struct err *e)
{
	for (int i = 0; i < ON_TRIES; i++) {
		if (!swap_on_once(d))
			return 0;
		if (errno != EBUSY && errno != EINTR && errno != ENOMEM)
			break;
		usleep(AGAIN_US);
	}
	return err_set(e, errno, "cannot turn %s on again: %m", d->path);
}
