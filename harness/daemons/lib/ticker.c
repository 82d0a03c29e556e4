/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>
#include "daemons/lib/ticker.h"
#include "lib/cleanup.h"

int ticker_open(struct ticker *t, int64_t interval_ms, struct err *e)
{
	const struct timespec each = { interval_ms / 1000, interval_ms % 1000 * 1000000 };
	const struct itimerspec spec = { .it_interval = each, .it_value = each };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	t->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	t->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (t->signal_fd < 0 || t->timer_fd < 0 || timerfd_settime(t->timer_fd, 0, &spec, NULL))
		return err_set(e, errno, "cannot set a timer: %m");
	return 0;
}

bool ticker_stopped(const struct ticker *t)
{
	struct pollfd fd = { .fd = t->signal_fd, .events = POLLIN };

	return poll(&fd, 1, 0) > 0;
}

int ticker_wait(struct ticker *t, bool *ret_stop, uint64_t *ret_missed, struct err *e)
{
	struct pollfd fds[] = {
		{ .fd = t->signal_fd, .events = POLLIN },
		{ .fd = t->timer_fd, .events = POLLIN },
	};
	uint64_t ticks = 0;

	while (!ticks) {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			return err_set(e, errno, "cannot wait for the timer: %m");
		if (fds[0].revents & POLLIN)
			break;
		if (read(t->timer_fd, &ticks, sizeof(ticks)) < 0 && errno != EAGAIN)
			return err_set(e, errno, "cannot read the timer: %m");
	}
	*ret_stop = !ticks;
	if (ret_missed)
		*ret_missed = ticks ? ticks - 1 : 0;
	return 0;
}

void ticker_close(struct ticker *t)
{
	if (t->timer_fd >= 0)
		close(take_fd(t->timer_fd));
	if (t->signal_fd >= 0)
		close(take_fd(t->signal_fd));
}
