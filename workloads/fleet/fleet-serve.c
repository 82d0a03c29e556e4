/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include "lib/cleanup.h"
#include "workloads/fleet/fleet-http.h"
#include "workloads/fleet/fleet-serve.h"

#define EVENTS 64

struct connection {
	int fd;
	size_t len;
	char buf[HTTP_HEAD_MAX];
};

struct server {
	int listener, epoll;
	unsigned n_connections;
	struct data *data;
};

int fleet_listen(unsigned port, struct err *e)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	cleanup_close int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int yes = 1;

	if (fd < 0)
		return err_set(e, errno, "cannot make a socket: %m");
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) ||
	    bind(fd, (struct sockaddr *)&at, sizeof(at)) || listen(fd, FLEET_CONNECTIONS))
		return err_set(e, errno, "cannot listen on port %u: %m", port);
	return take_fd(fd);
}

static void connection_close(struct server *s, struct connection *c)
{
	close(c->fd);
	free(c);
	s->n_connections--;
}

static int epoll_add(struct server *s, int fd, void *what)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = what };

	return epoll_ctl(s->epoll, EPOLL_CTL_ADD, fd, &event);
}

/* A client that comes when there is no room, or no memory, is turned away. */
static void connection_accept(struct server *s)
{
	cleanup_close int fd = accept4(s->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	int yes = 1;

	if (fd < 0 || s->n_connections == FLEET_CONNECTIONS)
		return;
	struct connection *c = calloc(1, sizeof(*c));
	if (!c)
		return;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
	c->fd = fd;
	if (epoll_add(s, fd, c)) {
		free(c);
		return;
	}
	s->n_connections++;
	take_fd(fd);
}

/* A reply is short; a client that has not read those before it is let go. */
static bool reply(struct connection *c, const char *status, const char *body)
{
	char buf[HTTP_REPLY_MAX];
	size_t len = http_reply(buf, status, body);

	return send(c->fd, buf, len, MSG_NOSIGNAL) == (ssize_t)len;
}

static bool request_answer(struct server *s, struct connection *c)
{
	char body[128];
	uint64_t sum;
	struct err e;

	if (data_request(s->data, &sum, &e)) {
		printf("wrong: %s\n", e.msg);
		fflush(stdout);
		return reply(c, "500 Internal Server Error", "{}\n");
	}
	snprintf(body, sizeof(body), "{\"instance\": %4" PRIu64 ", \"sum\": \"%016" PRIx64 "\"}\n",
		 s->data->instance, sum);
	return reply(c, "200 OK", body);
}

/* Answers every whole request there is. False: the connection is over. */
static bool connection_serve(struct server *s, struct connection *c)
{
	ssize_t n = recv(c->fd, c->buf + c->len, sizeof(c->buf) - c->len, 0);
	enum http_state state;
	size_t taken;

	if (n <= 0)
		return n < 0 && (errno == EAGAIN || errno == EINTR);
	c->len += (size_t)n;
	while ((state = http_parse(c->buf, c->len, &taken)) == HTTP_REQUEST) {
		c->len -= taken;
		memmove(c->buf, c->buf + taken, c->len);
		if (!request_answer(s, c))
			return false;
	}
	if (state == HTTP_BAD)
		reply(c, "400 Bad Request", "{}\n");
	return state == HTTP_PARTIAL;
}

int fleet_answer(int fd, struct data *d, struct err *e)
{
	struct server s = { .listener = fd, .data = d, .epoll = epoll_create1(EPOLL_CLOEXEC) };
	struct epoll_event events[EVENTS];

	if (s.epoll < 0 || epoll_add(&s, fd, NULL))
		return err_set(e, errno, "cannot wait for connections: %m");
	for (;;) {
		int n = epoll_wait(s.epoll, events, EVENTS, -1);

		if (n < 0 && errno != EINTR)
			return err_set(e, errno, "cannot wait for requests: %m");
		for (int i = 0; i < n; i++) {
			struct connection *c = events[i].data.ptr;

			if (!c)
				connection_accept(&s);
			else if (!connection_serve(&s, c))
				connection_close(&s, c);
		}
	}
}
