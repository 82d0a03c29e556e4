/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include "lib/cleanup.h"
#include "vm/pump.h"

struct queue {
	size_t at, end;
	char bytes[65536];
};

struct pump {
	virStreamPtr stream;
	int fd;
	int watch;
	bool closed;
	struct queue to_guest, to_host;
};

static bool queue_empty(const struct queue *q)
{
	return q->at == q->end;
}

static void pump_close(struct pump *p)
{
	if (p->closed)
		return;
	p->closed = true;
	virEventUpdateHandle(p->watch, 0);
	virStreamEventUpdateCallback(p->stream, 0);
	shutdown(p->fd, SHUT_RDWR);
}

/* Asks for just the events that can move a byte now. */
static void pump_update(struct pump *p)
{
	if (p->closed)
		return;
	int stream = (queue_empty(&p->to_host) ? VIR_STREAM_EVENT_READABLE : 0) |
		     (queue_empty(&p->to_guest) ? 0 : VIR_STREAM_EVENT_WRITABLE);
	int fd = (queue_empty(&p->to_guest) ? VIR_EVENT_HANDLE_READABLE : 0) |
		 (queue_empty(&p->to_host) ? 0 : VIR_EVENT_HANDLE_WRITABLE);

	virStreamEventUpdateCallback(p->stream,
				     stream | VIR_STREAM_EVENT_ERROR | VIR_STREAM_EVENT_HANGUP);
	virEventUpdateHandle(p->watch, fd | VIR_EVENT_HANDLE_ERROR | VIR_EVENT_HANDLE_HANGUP);
}

static void flush_to_host(struct pump *p)
{
	while (!queue_empty(&p->to_host)) {
		ssize_t n = send(p->fd, p->to_host.bytes + p->to_host.at,
				 p->to_host.end - p->to_host.at, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n < 0 && errno != EAGAIN && errno != EINTR)
			pump_close(p);
		if (n <= 0)
			return;
		p->to_host.at += (size_t)n;
	}
}

static void flush_to_guest(struct pump *p)
{
	while (!queue_empty(&p->to_guest)) {
		int n = virStreamSend(p->stream, p->to_guest.bytes + p->to_guest.at,
				      p->to_guest.end - p->to_guest.at);

		if (n == -1)
			pump_close(p);
		if (n < 0)
			return;
		p->to_guest.at += (size_t)n;
	}
}

static void on_stream(virStreamPtr stream, int events, void *arg)
{
	struct pump *p = arg;

	(void)stream;
	if (p->closed)
		return;
	if (events & VIR_STREAM_EVENT_WRITABLE)
		flush_to_guest(p);
	if (!p->closed && queue_empty(&p->to_host) && (events & ~VIR_STREAM_EVENT_WRITABLE)) {
		int n = virStreamRecv(p->stream, p->to_host.bytes, sizeof(p->to_host.bytes));

		if (n == 0 || n == -1) {
			pump_close(p);
			return;
		}
		p->to_host.at = 0;
		p->to_host.end = n > 0 ? (size_t)n : 0;
		flush_to_host(p);
	}
	pump_update(p);
}

static void on_fd(int watch, int fd, int events, void *arg)
{
	struct pump *p = arg;

	(void)watch;
	if (p->closed)
		return;
	if (events & VIR_EVENT_HANDLE_WRITABLE)
		flush_to_host(p);
	if (!p->closed && queue_empty(&p->to_guest) && (events & ~VIR_EVENT_HANDLE_WRITABLE)) {
		ssize_t n = recv(fd, p->to_guest.bytes, sizeof(p->to_guest.bytes), MSG_DONTWAIT);

		if (!n || (n < 0 && errno != EAGAIN && errno != EINTR)) {
			pump_close(p);
			return;
		}
		p->to_guest.at = 0;
		p->to_guest.end = n > 0 ? (size_t)n : 0;
		flush_to_guest(p);
	}
	pump_update(p);
}

int pump_start(virStreamPtr stream, struct pump **ret, int *ret_fd, struct err *e)
{
	struct pump *p = calloc(1, sizeof(*p));
	int sv[2];

	if (!p || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, sv)) {
		free(p);
		return err_set(e, errno, "cannot make a socket pair for the agent channel: %m");
	}
	p->stream = stream;
	p->fd = sv[0];
	p->watch = virEventAddHandle(p->fd, VIR_EVENT_HANDLE_READABLE, on_fd, p, NULL);
	if (p->watch < 0 ||
	    virStreamEventAddCallback(stream, VIR_STREAM_EVENT_READABLE, on_stream, p, NULL)) {
		if (p->watch >= 0)
			virEventRemoveHandle(p->watch);
		close(sv[0]);
		close(sv[1]);
		free(p);
		return err_set(e, EIO, "cannot watch the agent channel: %s",
			       virGetLastErrorMessage());
	}
	*ret = p;
	*ret_fd = sv[1];
	return 0;
}

void pump_stop(struct pump *p)
{
	if (!p)
		return;
	virEventRemoveHandle(p->watch);
	virStreamEventRemoveCallback(p->stream);
	virStreamAbort(p->stream);
	virStreamFree(p->stream);
	close(p->fd);
	free(p);
}
