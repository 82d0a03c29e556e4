/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include "agent/loop.h"
#include "lib/cleanup.h"
#include "lib/clock.h"

struct loop {
	int epoll_fd;
	bool stopped;
	struct timer *timers;	/* soonest first */
};

struct watch {
	struct loop *loop;
	int fd;
	void (*fn)(void *arg, uint32_t events);
	void *arg;
};

int loop_new(struct loop **ret, struct err *e)
{
	cleanup_close int fd = epoll_create1(EPOLL_CLOEXEC);
	if (fd < 0)
		return err_set(e, errno, "cannot create an epoll: %m");
	struct loop *l = calloc(1, sizeof(*l));
	if (!l)
		return err_set(e, ENOMEM, "out of memory for the event loop");
	l->epoll_fd = take_fd(fd);
	*ret = l;
	return 0;
}

void loop_free(struct loop *l)
{
	if (l)
		close(l->epoll_fd);
	free(l);
}

void loop_stop(struct loop *l)
{
	l->stopped = true;
}

static void timers_run(struct loop *l)
{
	int64_t now = clock_now_ms();

	while (l->timers && l->timers->at_ms <= now) {
		struct timer *t = l->timers;

		l->timers = t->next;
		t->is_set = false;
		t->fn(t->arg);
	}
}

int loop_run(struct loop *l, struct err *e)
{
	while (!l->stopped) {
		struct epoll_event ev;
		int n = epoll_wait(l->epoll_fd, &ev, 1,
				   l->timers ? clock_left_ms(l->timers->at_ms) : -1);

		if (n < 0 && errno != EINTR)
			return err_set(e, errno, "cannot wait for events: %m");
		if (n > 0) {
			struct watch *w = ev.data.ptr;

			w->fn(w->arg, ev.events);
		}
		timers_run(l);
	}
	return 0;
}

int watch_new(struct loop *l, int fd, uint32_t events, void (*fn)(void *arg, uint32_t events),
	      void *arg, struct watch **ret, struct err *e)
{
	cleanup_free struct watch *w = calloc(1, sizeof(*w));
	if (!w)
		return err_set(e, ENOMEM, "out of memory for a watch");
	*w = (struct watch){ l, fd, fn, arg };
	struct epoll_event ev = { .events = events, .data.ptr = w };
	if (epoll_ctl(l->epoll_fd, EPOLL_CTL_ADD, fd, &ev))
		return err_set(e, errno, "cannot watch fd %d: %m", fd);
	*ret = take_ptr(w);
	return 0;
}

int watch_set_events(struct watch *w, uint32_t events, struct err *e)
{
	struct epoll_event ev = { .events = events, .data.ptr = w };

	if (epoll_ctl(w->loop->epoll_fd, EPOLL_CTL_MOD, w->fd, &ev))
		return err_set(e, errno, "cannot watch fd %d: %m", w->fd);
	return 0;
}

void watch_free(struct watch *w)
{
	if (w)
		epoll_ctl(w->loop->epoll_fd, EPOLL_CTL_DEL, w->fd, NULL);
	free(w);
}

void timer_start(struct loop *l, struct timer *t, int64_t after_ms)
{
	struct timer **at = &l->timers;

	timer_stop(l, t);
	t->at_ms = clock_now_ms() + after_ms;
	while (*at && (*at)->at_ms <= t->at_ms)
		at = &(*at)->next;
	t->next = *at;
	*at = t;
	t->is_set = true;
}

void timer_stop(struct loop *l, struct timer *t)
{
	if (!t->is_set)
		return;
	for (struct timer **at = &l->timers; *at; at = &(*at)->next) {
		if (*at == t) {
			*at = t->next;
			break;
		}
	}
	t->is_set = false;
}
