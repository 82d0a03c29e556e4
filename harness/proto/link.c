/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include "lib/cleanup.h"
#include "lib/clock.h"
#include "lib/json.h"
#include "proto/frame.h"
#include "proto/link.h"
#include "proto/link-check.h"
#include "proto/link-log.h"

#define EVENTS_BURST 5000
#define EVENTS_PER_S 1000
#define EVENT_BYTES_BURST (32 << 20)
#define EVENT_BYTES_PER_S (4 << 20)
/* Requests whose deadline passed, and whose answers may still come. */
#define LATE_MAX 64

/* What may still pass: it fills up with time, and every event takes from it. */
struct allowance {
	int64_t left, burst, per_s, at_ms;
};

struct link {
	int fd, interrupt_fd;
	struct frame_decoder *decoder;
	int64_t frame_bytes;	/* of the frame that is coming in */
	void (*event_fn)(const json_t *event, void *arg);
	void *event_arg;
	int64_t quiet_ms;	/* 0: no limit */
	int64_t heard_ms;	/* when the guest last sent something, or the wait began */
	struct link_log log;
	struct allowance events, event_bytes;
	json_int_t next_id;
	json_int_t waiting_id;	/* 0 when no request waits */
	json_t *answer;		/* to waiting_id */
	bool bulk;		/* its result is too large for the log */
	json_int_t late[LATE_MAX];
	size_t n_late;
	bool hello_wanted, answered;
	json_t *hello;
	struct err broken;	/* code is set once the session has ended */
};

static int link_break(struct link *l, int code, const char *why)
{
	return err_set(&l->broken, code, "the agent channel failed: %s", why);
}

int link_new(int fd, int interrupt_fd, struct link **ret, struct err *e)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK))
		return err_set(e, errno, "cannot use fd %d as the agent channel: %m", fd);
	cleanup_link struct link *l = calloc(1, sizeof(*l));
	if (!l)
		return err_set(e, ENOMEM, "out of memory for the agent channel");
	int rc = frame_decoder_new(&l->decoder, e);
	if (rc)
		return rc;
	int64_t now = clock_now_ms();

	l->fd = fd;
	l->interrupt_fd = interrupt_fd;
	l->events = (struct allowance){ EVENTS_BURST, EVENTS_BURST, EVENTS_PER_S, now };
	l->event_bytes = (struct allowance){ EVENT_BYTES_BURST, EVENT_BYTES_BURST,
					     EVENT_BYTES_PER_S, now };
	l->next_id = 1;
	l->hello_wanted = true;
	*ret = take_ptr(l);
	return 0;
}

void link_free(struct link *l)
{
	if (!l)
		return;
	frame_decoder_free(l->decoder);
	json_decref(l->answer);
	json_decref(l->hello);
	free(l);
}

void link_set_event_handler(struct link *l, void (*fn)(const json_t *event, void *arg), void *arg)
{
	l->event_fn = fn;
	l->event_arg = arg;
}

void link_set_log(struct link *l, FILE *log)
{
	l->log.file = log;
}

bool link_answered(const struct link *l)
{
	return l->answered;
}

static bool allowance_take(struct allowance *a, int64_t n)
{
	int64_t now = clock_now_ms(), earned = (now - a->at_ms) * a->per_s / 1000;

	if (earned > 0) {
		a->left = a->left + earned > a->burst ? a->burst : a->left + earned;
		a->at_ms = now;
	}
	a->left -= n;
	return a->left >= 0;
}

static bool late_forget(struct link *l, json_int_t id)
{
	for (size_t i = 0; i < l->n_late; i++) {
		if (l->late[i] != id)
			continue;
		l->late[i] = l->late[--l->n_late];
		return true;
	}
	return false;
}

static int event_dispatch(struct link *l, json_t *event)
{
	bool is_hello = json_str(event, "event") && !strcmp(json_str(event, "event"), "hello");
	struct err why;

	if (is_hello != l->hello_wanted)
		return link_break(l, EPROTO, is_hello ? "the agent said hello again (did the guest restart?)" :
						       "the agent did not say hello first");
	if (link_check_event(event, &why))
		return link_break(l, EPROTO, why.msg);
	if (is_hello) {
		l->hello_wanted = false;
		l->hello = json_incref(event);
	}
	if (!link_event_is_sample(event))
		link_log_write(&l->log, "guest", event);
	if (!is_hello && l->event_fn)
		l->event_fn(event, l->event_arg);
	return 0;
}

static int answer_dispatch(struct link *l, json_t *message)
{
	json_int_t id = json_int_or(message, "id", -1);
	struct err why;

	if (l->hello_wanted)
		return link_break(l, EPROTO, "the agent did not say hello first");
	if (link_check_answer(message, &why))
		return link_break(l, EPROTO, why.msg);
	if (id != l->waiting_id || !l->bulk || !json_object_get(message, "result"))
		link_log_write(&l->log, "guest", message);
	if (id == l->waiting_id && !l->answer) {
		l->answer = json_incref(message);
		return 0;
	}
	if (late_forget(l, id))
		return 0;
	return link_break(l, EPROTO, "an answer came to a question that was not asked");
}

static int message_dispatch(struct link *l, json_t *message)
{
	int64_t bytes = l->frame_bytes;

	l->frame_bytes = 0;
	if (json_object_get(message, "id"))
		return answer_dispatch(l, message);
	if (!allowance_take(&l->events, 1) || !allowance_take(&l->event_bytes, bytes))
		return link_break(l, EPROTO, "the agent floods us with events");
	return event_dispatch(l, message);
}

/* One read, so that a sender who never pauses cannot keep us here. */
static int link_receive(struct link *l)
{
	char buf[65536];
	struct err why;
	ssize_t n = read(l->fd, buf, sizeof(buf));

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n < 0 && errno != ECONNRESET)
		return link_break(l, ECONNRESET, strerror(errno));
	l->heard_ms = clock_now_ms();
	if (n <= 0)
		return link_break(l, ECONNRESET, frame_decoder_is_partial(l->decoder) ?
				  "the agent's side closed in the middle of a message" :
				  "the agent's side closed");
	for (size_t at = 0, used; at < (size_t)n; at += used) {
		cleanup_json json_t *message = NULL;

		if (frame_decoder_feed(l->decoder, buf + at, (size_t)n - at, &used, &message, &why))
			return link_break(l, EPROTO, why.msg);
		l->frame_bytes += (int64_t)used;
		if (!message)
			break;
		int rc = message_dispatch(l, message);
		if (rc)
			return rc;
	}
	return 0;
}

static int link_send(struct link *l, const unsigned char *data, size_t len, size_t *sent)
{
	ssize_t n = send(l->fd, data + *sent, len - *sent, MSG_NOSIGNAL | MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n < 0)
		return link_break(l, ECONNRESET, strerror(errno));
	*sent += (size_t)n;
	return 0;
}

/* What one wait is about: bytes to send, and when it is over. */
struct exchange {
	const unsigned char *data;
	size_t len, sent;
	int64_t deadline_ms;
};

static bool exchange_is_done(const struct link *l)
{
	if (l->waiting_id)
		return l->answer;
	return l->hello;
}

static int64_t quiet_until(const struct link *l)
{
	return l->quiet_ms ? l->heard_ms + l->quiet_ms : INT64_MAX;
}

/* Answers beat the interrupt: a guest that powers off answers, then dies. */
static int exchange_step(struct link *l, struct exchange *x, struct err *e)
{
	bool sending = x->sent < x->len;
	struct pollfd fds[] = {
		{ .fd = l->fd, .events = (short)(POLLIN | (sending ? POLLOUT : 0)) },
		{ .fd = l->interrupt_fd, .events = POLLIN },
	};
	int64_t quiet = quiet_until(l);
	int rc = 0;

	if (poll(fds, 2, clock_left_ms(quiet < x->deadline_ms ? quiet : x->deadline_ms)) < 0 && errno != EINTR)
		return err_set(e, errno, "cannot wait for the agent: %m");
	if (fds[0].revents & (POLLIN | POLLHUP | POLLERR))
		rc = link_receive(l);
	if (!rc && sending && fds[0].revents & POLLOUT)
		rc = link_send(l, x->data, x->len, &x->sent);
	if (rc) {
		*e = l->broken;
		return rc;
	}
	if (!exchange_is_done(l) && fds[1].revents)
		return err_set(e, ECANCELED, "waiting for the agent was interrupted");
	return 0;
}

static int exchange_run(struct link *l, struct exchange *x, struct err *e)
{
	if (l->broken.code) {
		*e = l->broken;
		return -e->code;
	}
	l->heard_ms = clock_now_ms();
	do {
		int rc = exchange_step(l, x, e);

		if (rc || exchange_is_done(l))
			return rc;
	} while (clock_left_ms(x->deadline_ms) && clock_left_ms(quiet_until(l)));
	if (clock_left_ms(x->deadline_ms))
		return err_set(e, ETIMEDOUT, "the agent has sent no sample for %lld s",
			       (long long)l->quiet_ms / 1000);
	return err_set(e, ETIMEDOUT, "the agent did not answer in time");
}

void link_expect_events(struct link *l, int64_t quiet_ms)
{
	l->quiet_ms = quiet_ms;
}

int link_hello(struct link *l, int64_t deadline_ms, json_t **ret_hello, struct err *e)
{
	struct exchange x = { .deadline_ms = deadline_ms };
	int rc = exchange_run(l, &x, e);

	if (rc == -ETIMEDOUT)
		return err_set(e, ETIMEDOUT, "the agent did not say hello in time");
	if (rc)
		return rc;
	*ret_hello = take_ptr(l->hello);
	return 0;
}

int link_wait(struct link *l, int64_t until_ms, struct err *e)
{
	struct exchange x = { .deadline_ms = until_ms };
	int rc = exchange_run(l, &x, e);

	return rc == -ETIMEDOUT && !clock_left_ms(until_ms) ? 0 : rc;
}

static int request_encode(struct link *l, const char *verb, json_t *params, unsigned char **ret,
			  size_t *ret_len, struct err *e)
{
	cleanup_json json_t *request = params ? params : json_object();

	if (json_object_set_new(request, "verb", json_string(verb)) ||
	    json_object_set_new(request, "id", json_integer(l->next_id)))
		return err_set(e, ENOMEM, "cannot make the request %s", verb);
	int rc = frame_encode(request, ret, ret_len, e);
	if (!rc)
		link_log_write(&l->log, "host", request);
	return rc;
}

/* After a call that failed: its answer may still come, or its request was cut in two. */
static void request_abandon(struct link *l, const struct exchange *x)
{
	if (x->sent == x->len)
		l->late[l->n_late++] = l->waiting_id;
	else if (x->sent && !l->broken.code)
		link_break(l, ECONNRESET, "a request was cut off at its deadline");
}

/* One sentence in ASCII: the text may be cut anywhere, also by who wraps it. */
static int guest_error(const json_t *answer, const char *verb, struct err *e)
{
	static const int ours[] = { ECANCELED, ECONNRESET, EPROTO, ENOPKG };
	int code = (int)json_int_or(answer, "errno", EREMOTEIO);
	char text[320];

	for (size_t i = 0; i < ARRAY_SIZE(ours); i++)
		if (code == ours[i])
			code = EREMOTEIO;
	snprintf(text, sizeof(text), "%s", json_str(answer, "error"));
	for (char *s = text; *s; s++) {
		if (*s == '\n' || *s == '\t')
			*s = ' ';
		else if (*s < 0x20 || *s > 0x7e)
			*s = '?';
	}
	return err_set(e, code, "the guest could not do '%s': %s", verb, text);
}

int link_call(struct link *l, const char *verb, json_t *params, int64_t deadline_ms,
	      json_t **ret_result, struct err *e)
{
	cleanup_free unsigned char *data = NULL;
	struct exchange x = { .deadline_ms = deadline_ms };

	l->answered = false;
	l->bulk = !strcmp(verb, "trace-read");
	int rc = request_encode(l, verb, params, &data, &x.len, e);
	if (rc)
		return rc;
	if (l->n_late == LATE_MAX)
		return err_set(e, EBUSY, "the agent owes %d answers already", LATE_MAX);
	x.data = data;
	l->waiting_id = l->next_id++;
	rc = exchange_run(l, &x, e);
	if (rc)
		request_abandon(l, &x);
	l->waiting_id = 0;
	cleanup_json json_t *answer = take_ptr(l->answer);
	if (rc == -ETIMEDOUT && !clock_left_ms(deadline_ms))
		return err_set(e, ETIMEDOUT, "the agent did not answer '%s' in time", verb);
	if (rc)
		return rc;
	l->answered = true;
	json_t *result = json_object_get(answer, "result");
	if (!result)
		return guest_error(answer, verb, e);
	if (ret_result)
		*ret_result = json_incref(result);
	return 0;
}
