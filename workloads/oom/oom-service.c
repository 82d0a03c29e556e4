/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
#include "workloads/lib/zipf.h"
#include "workloads/oom/oom-arena.h"
#include "workloads/oom/oom-badness.h"
#include "workloads/oom/oom-clock.h"
#include "workloads/oom/oom-service.h"

#define FRESH_PAGES 16		/* that a request takes and gives back */
#define READ_PAGES 16		/* of the service's own */
#define STACK_BYTES (256 * 1024)	/* the referee's memory is locked, stacks too */

static char *pages_new(size_t bytes)
{
	char *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		_exit(1);
	for (size_t at = 0; at < bytes; at += OOM_PAGE_BYTES)
		memcpy(p + at, &at, sizeof(at));
	return p;
}

static uint64_t request_serve(const char *own, size_t own_bytes, struct rng *r)
{
	char *fresh = pages_new(FRESH_PAGES * OOM_PAGE_BYTES);
	uint64_t sum = 0;

	for (int i = 0; i < READ_PAGES; i++)
		sum += (unsigned char)own[rng_pick(r, own_bytes / OOM_PAGE_BYTES) * OOM_PAGE_BYTES];
	munmap(fresh, FRESH_PAGES * OOM_PAGE_BYTES);
	return sum;
}

_Noreturn void service_run(const struct oom_config *c, int fd)
{
	char *own = pages_new(c->service_memory);
	struct rng r = { .state = 1 };
	uint64_t message = 0;

	/* The first answer, to nobody's question, says that it is up. */
	do {
		if (send(fd, &message, sizeof(message), MSG_NOSIGNAL) < 0)
			_exit(1);
		if (recv(fd, &message, sizeof(message), 0) <= 0)
			_exit(1);
		message = request_serve(own, c->service_memory, &r);
	} while (true);
}

static void gap_end(struct client *c, uint64_t *last, uint64_t now)
{
	if (now - *last > c->longest_gap_ns)
		c->longest_gap_ns = now - *last;
	*last = now;
}

/* False where the service is no more, or the client was told to stop. */
static bool ask(struct client *c)
{
	uint64_t message = 0;

	if (send(c->fd, &message, sizeof(message), MSG_NOSIGNAL) < 0)
		return false;
	while (!c->stop) {
		ssize_t n = recv(c->fd, &message, sizeof(message), 0);

		if (n > 0)
			return true;
		if (!n || (errno != EAGAIN && errno != EINTR))
			return false;
	}
	return false;
}

static void *client_run(void *arg)
{
	struct client *c = arg;
	uint64_t interval = 1000000000 / c->rate, start = mono_ns(), due = start, last = start;

	while (!c->stop) {
		mono_sleep_until(due);
		if (!ask(c))
			break;
		uint64_t now = mono_ns();

		histogram_add(&c->latencies, now - due);
		gap_end(c, &last, now);
		c->answered++;
		due += interval;
	}
	/* A service that is dead gives no answer for as long as anyone waits. */
	while (!c->stop)
		mono_sleep_until(mono_ns() + interval);
	uint64_t end = mono_ns();

	gap_end(c, &last, end);
	for (; due < end; due += interval)
		histogram_add(&c->latencies, end - due);
	return NULL;
}

int client_start(struct client *c, int fd, uint64_t rate, struct err *e)
{
	struct timeval patience = { .tv_usec = 100000 };
	pthread_attr_t attr;

	memset(c, 0, sizeof(*c));
	c->fd = fd;
	c->rate = rate;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	int rc = pthread_create(&c->thread, &attr, client_run, c);
	pthread_attr_destroy(&attr);
	return rc ? err_set(e, rc, "cannot start the service's client: %s", strerror(rc)) : 0;
}

void client_stop(struct client *c)
{
	c->stop = true;
	pthread_join(c->thread, NULL);
}
