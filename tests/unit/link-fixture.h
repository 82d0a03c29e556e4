/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_LINK_FIXTURE_H
#define RAMRIG_LINK_FIXTURE_H

/*
 * A hostile guest: what it has to say is put into a socket before the host
 * looks, or is said by a second process where it must come while the host waits.
 * cmocka.h comes first.
 */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "lib/clock.h"
#include "lib/json.h"
#include "proto/frame.h"
#include "proto/link.h"

#define HELLO "{\"event\":\"hello\",\"protocol\":1,\"release\":\"6.12\",\"machine\":\"x86_64\"," \
	      "\"monotonic_ns\":5}"
#define SAMPLE "{\"event\":\"sample\",\"t_ns\":1,\"v\":[1,null,2.5]}"

struct guest {
	int host_fd, fd;
	int interrupt[2];
	struct link *link;
	int n_events;
};

static inline void count_event(const json_t *event, void *arg)
{
	struct guest *g = arg;

	(void)event;
	g->n_events++;
}

static inline void guest_open(struct guest *g)
{
	int fds[2];
	struct err e;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
	assert_int_equal(pipe(g->interrupt), 0);
	g->host_fd = fds[0];
	g->fd = fds[1];
	g->n_events = 0;
	assert_int_equal(link_new(g->host_fd, g->interrupt[0], &g->link, &e), 0);
	link_set_event_handler(g->link, count_event, g);
}

static inline void guest_close(struct guest *g)
{
	link_free(g->link);
	close(g->host_fd);
	if (g->fd >= 0)
		close(g->fd);
	close(g->interrupt[0]);
	close(g->interrupt[1]);
}

static inline void raw(struct guest *g, const void *data, size_t len)
{
	while (len) {
		ssize_t n = send(g->fd, data, len, MSG_NOSIGNAL);

		if (n < 0)
			return;
		data = (const char *)data + n;
		len -= (size_t)n;
	}
}

static inline void say(struct guest *g, const char *json)
{
	unsigned char header[FRAME_HEADER];

	frame_header(header, strlen(json));
	raw(g, header, sizeof(header));
	raw(g, json, strlen(json));
}

/* Says @json @n times from a process of its own; the caller reaps it. */
static inline pid_t say_often(struct guest *g, const char *json, int n)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	close(g->host_fd);
	for (int i = 0; i < n; i++)
		say(g, json);
	_exit(0);
}

static inline int hello(struct guest *g, struct err *e)
{
	json_t *j = NULL;
	int rc = link_hello(g->link, clock_now_ms() + 300, &j, e);

	json_decref(j);
	return rc;
}

static inline int call(struct guest *g, int ms, json_t **ret, struct err *e)
{
	return link_call(g->link, "ping", NULL, clock_now_ms() + ms, ret, e);
}

/* A guest that has said hello. */
static inline void guest_greet(struct guest *g)
{
	struct err e;

	guest_open(g);
	say(g, HELLO);
	assert_int_equal(hello(g, &e), 0);
}

#endif
