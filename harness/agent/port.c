/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>
#include "agent/port.h"
#include "lib/cleanup.h"
#include "lib/json.h"
#include "proto/frame.h"

/* Samples are left out once this much waits for the host. */
#define BACKLOG_MAX (4U << 20)
/* How often an unconnected virtio port is tried: epoll would never sleep on its hang-up. */
#define CONNECT_STEP_MS 10

struct port {
	struct loop *loop;
	int fd;
	struct watch *watch;	/* NULL while the host has not connected */
	struct timer connect;
	struct frame_decoder *decoder;
	struct port_handler handler;
	unsigned char *out;
	size_t out_at, out_len, out_cap;
	bool closed;
};

static void port_close(struct port *p)
{
	if (p->closed)
		return;
	p->closed = true;
	watch_free(take_ptr(p->watch));
	p->handler.closed(p->handler.arg);
}

static void port_read(struct port *p)
{
	char buf[65536];
	struct err e;
	ssize_t n = read(p->fd, buf, sizeof(buf));

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		port_close(p);
		return;
	}
	for (size_t at = 0, used; at < (size_t)n && !p->closed; at += used) {
		cleanup_json json_t *frame = NULL;

		if (frame_decoder_feed(p->decoder, buf + at, (size_t)n - at, &used, &frame, &e)) {
			port_close(p);
			return;
		}
		if (frame)
			p->handler.request(p->handler.arg, frame);
	}
}

/* Writes what the host takes now, and asks for more turns if something is left. */
static void port_flush(struct port *p)
{
	struct err e;

	if (p->closed || !p->watch)
		return;
	while (p->out_at < p->out_len) {
		ssize_t n = write(p->fd, p->out + p->out_at, p->out_len - p->out_at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			break;
		if (n < 0) {
			port_close(p);
			return;
		}
		p->out_at += (size_t)n;
	}
	bool left = p->out_at < p->out_len;
	if (!left)
		p->out_at = p->out_len = 0;
	if (watch_set_events(p->watch, EPOLLIN | (left ? EPOLLOUT : 0), &e))
		port_close(p);
}

static void port_on_event(void *arg, uint32_t events)
{
	struct port *p = arg;

	/* Reading first: a host may send its last words and close. */
	if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
		port_read(p);
	if (events & EPOLLOUT)
		port_flush(p);
}

static void port_connect(void *arg)
{
	struct port *p = arg;
	struct epoll_event ev = { .events = EPOLLOUT };
	struct err e;
	cleanup_close int probe = epoll_create1(EPOLL_CLOEXEC);

	if (probe < 0 || epoll_ctl(probe, EPOLL_CTL_ADD, p->fd, &ev) ||
	    epoll_wait(probe, &ev, 1, 0) != 1 || ev.events & EPOLLHUP) {
		timer_start(p->loop, &p->connect, CONNECT_STEP_MS);
		return;
	}
	if (watch_new(p->loop, p->fd, EPOLLIN, port_on_event, p, &p->watch, &e))
		port_close(p);
	else
		port_flush(p);
}

int port_new(struct loop *l, int fd, const struct port_handler *h, struct port **ret,
	     struct err *e)
{
	cleanup_free struct port *p = calloc(1, sizeof(*p));
	if (!p)
		return err_set(e, ENOMEM, "out of memory for the port");
	int rc = frame_decoder_new(&p->decoder, e);
	if (rc)
		return rc;
	p->loop = l;
	p->fd = fd;
	p->handler = *h;
	p->connect = (struct timer){ .fn = port_connect, .arg = p };
	*ret = p;
	port_connect(take_ptr(p));
	return 0;
}

void port_free(struct port *p)
{
	if (!p)
		return;
	timer_stop(p->loop, &p->connect);
	watch_free(p->watch);
	frame_decoder_free(p->decoder);
	close(p->fd);
	free(p->out);
	free(p);
}

static bool port_queue(struct port *p, const void *data, size_t len)
{
	if (p->out_at) {
		memmove(p->out, p->out + p->out_at, p->out_len - p->out_at);
		p->out_len -= p->out_at;
		p->out_at = 0;
	}
	if (p->out_cap - p->out_len < len) {
		size_t cap = (p->out_len + len) * 2;
		unsigned char *out = realloc(p->out, cap);

		if (!out)
			return false;
		p->out = out;
		p->out_cap = cap;
	}
	memcpy(p->out + p->out_len, data, len);
	p->out_len += len;
	return true;
}

/* What stands in for an answer that does not fit into a frame. */
static json_t *answer_too_long(const json_t *j)
{
	return json_pack("{s:O?, s:i, s:s}", "id", json_object_get(j, "id"), "errno", EMSGSIZE,
			 "error", "the answer is too long for a frame");
}

void port_send(struct port *p, json_t *j)
{
	cleanup_json json_t *stolen = j;
	cleanup_free unsigned char *data = NULL;
	struct err e;
	size_t len;

	if (p->closed)
		return;
	int rc = frame_encode(stolen, &data, &len, &e);
	if (rc == -EMSGSIZE) {
		cleanup_json json_t *shorter = answer_too_long(stolen);

		rc = frame_encode(shorter, &data, &len, &e);
	}
	/* A message that is lost would leave the host waiting: end the session. */
	if (rc || !port_queue(p, data, len))
		port_close(p);
	else
		port_flush(p);
}

bool port_send_sample(struct port *p, const char *text, size_t len)
{
	unsigned char header[FRAME_HEADER];

	if (p->closed || p->out_len - p->out_at > BACKLOG_MAX)
		return false;
	frame_header(header, len);
	/* No header may go without its text. */
	if (!port_queue(p, header, sizeof(header)))
		return false;
	if (!port_queue(p, text, len)) {
		p->out_len -= sizeof(header);
		return false;
	}
	port_flush(p);
	return true;
}

bool port_is_drained(const struct port *p)
{
	return p->closed || p->out_at == p->out_len;
}
