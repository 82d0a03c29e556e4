/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include "lib/cleanup.h"
#include "lib/clock.h"
#include "lib/file.h"
#include "proto/protocol.h"
#include "vm/console.h"
#include "vm/embed.h"
#include "vm/pump.h"
#include "vm/session.h"

#define TICK_MS 100
#define PANIC_GRACE_MS 3000	/* for the guest to end itself and the console to be whole */

struct session {
	struct session_opts opts;
	virConnectPtr conn;
	virDomainPtr domain;
	struct pump *agent, *interactive;
	int agent_fd;
	int interrupt_fd;
	int signal_fd;
	int timer, signal_watch, lifecycle;

	pthread_t thread;
	bool threaded;
	atomic_bool quit;
	_Atomic enum session_end why;

	struct console console;		/* the event thread's */
	int64_t panic_ms;		/* when the panic was seen, or 0 */
};

static int fail_libvirt(struct err *e, const char *what)
{
	return err_set(e, EIO, "%s: %s", what, virGetLastErrorMessage());
}

/* libvirt prints every error by itself unless told not to. */
static void swallow_error(void *arg, virErrorPtr error)
{
	(void)arg;
	(void)error;
}

static void end_with(struct session *s, enum session_end why)
{
	enum session_end running = SESSION_RUNNING;
	uint64_t one = 1;

	if (atomic_compare_exchange_strong(&s->why, &running, why) &&
	    write(s->interrupt_fd, &one, sizeof(one)) < 0)
		abort();	/* an eventfd at 0 takes a 1 */
}

static int on_lifecycle(virConnectPtr conn, virDomainPtr dom, int event, int detail, void *arg)
{
	struct session *s = arg;

	(void)conn;
	(void)dom;
	if (event != VIR_DOMAIN_EVENT_STOPPED)
		return 0;
	console_follow(&s->console, s->opts.console_log);
	if (s->console.panic[0])
		end_with(s, SESSION_PANICKED);
	else if (detail == VIR_DOMAIN_EVENT_STOPPED_SHUTDOWN ||
		 detail == VIR_DOMAIN_EVENT_STOPPED_DESTROYED)
		end_with(s, SESSION_POWERED_OFF);
	else
		end_with(s, SESSION_DIED);
	return 0;
}

static void on_signal(int watch, int fd, int events, void *arg)
{
	struct signalfd_siginfo info;

	(void)watch;
	(void)events;
	if (read(fd, &info, sizeof(info)) == (ssize_t)sizeof(info))
		end_with(arg, SESSION_SIGNAL);
}

static void on_tick(int timer, void *arg)
{
	struct session *s = arg;

	(void)timer;
	if (console_follow(&s->console, s->opts.console_log) && s->opts.console_line)
		s->opts.console_line(s->opts.arg, s->console.last);
	/* By the file's size: the guest may write faster than lines are looked at. */
	if (console_size(&s->console) > SESSION_CONSOLE_MAX)
		end_with(s, SESSION_FLOODED);
	if (s->console.panic[0] && !s->panic_ms)
		s->panic_ms = clock_now_ms();
	if (s->panic_ms && clock_now_ms() - s->panic_ms > PANIC_GRACE_MS)
		end_with(s, SESSION_PANICKED);
}

static void on_wake(int timer, void *arg)
{
	(void)timer;
	(void)arg;
}

static void *event_loop(void *arg)
{
	struct session *s = arg;

	while (!atomic_load(&s->quit))
		virEventRunDefaultImpl();
	return NULL;
}

/* Its warnings of our own QEMU arguments are for nobody's terminal. */
static int quiet_libvirt(const char *run_dir, struct err *e)
{
	cleanup_free char *outputs = path_format("3:file:%s/libvirt.log", run_dir);

	virSetErrorFunc(NULL, swallow_error);
	if (setenv("LIBVIRT_LOG_OUTPUTS", outputs, 1) || virInitialize() < 0)
		return err_set(e, EIO, "cannot start libvirt");
	return 0;
}

/* The loop must run before the connection is opened: libvirt waits on it. */
static int start_loop(struct session *s, struct err *e)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	s->interrupt_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	s->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (s->interrupt_fd < 0 || s->signal_fd < 0)
		return err_set(e, errno, "cannot make descriptors for a session: %m");
	if (virEventRegisterDefaultImpl() < 0)
		return fail_libvirt(e, "cannot start libvirt's event loop");
	s->timer = virEventAddTimeout(TICK_MS, on_tick, s, NULL);
	s->signal_watch = virEventAddHandle(s->signal_fd, VIR_EVENT_HANDLE_READABLE, on_signal, s,
					    NULL);
	if (s->timer < 0 || s->signal_watch < 0)
		return fail_libvirt(e, "cannot watch for signals");
	int rc = pthread_create(&s->thread, NULL, event_loop, s);
	if (rc)
		return err_set(e, rc, "cannot start the event thread: %s", strerror(rc));
	s->threaded = true;
	return 0;
}

static int open_connection(struct session *s, struct err *e)
{
	cleanup_free char *uri = NULL;

	if (strcmp(s->opts.uri, EMBED_URI)) {
		uri = strdup(s->opts.uri);
	} else {
		int rc = embed_prepare(s->opts.run_dir, &uri, e);

		if (rc)
			return rc;
	}
	s->conn = uri ? virConnectOpen(uri) : NULL;
	return s->conn ? 0 : fail_libvirt(e, "cannot connect to libvirt");
}

static int start_domain(struct session *s, struct err *e)
{
	s->domain = virDomainDefineXML(s->conn, s->opts.xml);
	if (!s->domain)
		return fail_libvirt(e, "libvirt does not take the guest's XML");
	s->lifecycle = virConnectDomainEventRegisterAny(s->conn, s->domain,
							VIR_DOMAIN_EVENT_ID_LIFECYCLE,
							VIR_DOMAIN_EVENT_CALLBACK(on_lifecycle),
							s, NULL);
	if (s->lifecycle < 0)
		return fail_libvirt(e, "cannot watch the guest");
	if (virDomainCreate(s->domain) < 0)
		return fail_libvirt(e, "cannot start the guest");
	return 0;
}

static int open_agent(struct session *s, struct err *e)
{
	virStreamPtr stream = virStreamNew(s->conn, VIR_STREAM_NONBLOCK);

	if (!stream)
		return fail_libvirt(e, "cannot make a stream for the agent channel");
	if (virDomainOpenChannel(s->domain, PROTOCOL_PORT, stream, 0) < 0) {
		virStreamFree(stream);
		return fail_libvirt(e, "cannot open the agent channel");
	}
	int rc = pump_start(stream, &s->agent, &s->agent_fd, e);
	if (rc)
		virStreamFree(stream);
	return rc;
}

int session_check_uri(const char *uri, struct err *e)
{
	static const char *const known[] = { EMBED_URI, "qemu:///session", "qemu:///system" };

	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		if (!strcmp(uri, known[i]))
			return 0;
	}
	return err_set(e, EINVAL, "--connect '%s': ramrig drives QEMU on this host only, by %s, "
		       "%s or %s", uri, known[0], known[1], known[2]);
}

int session_start(const struct session_opts *o, struct session **ret, struct err *e)
{
	struct session *s = calloc(1, sizeof(*s));

	if (!s)
		return err_set(e, ENOMEM, "out of memory for a session");
	s->opts = *o;
	s->agent_fd = s->interrupt_fd = s->signal_fd = s->console.fd = -1;
	s->timer = s->signal_watch = s->lifecycle = -1;
	int rc = quiet_libvirt(o->run_dir, e);
	if (!rc)
		rc = start_loop(s, e);
	if (!rc)
		rc = open_connection(s, e);
	if (!rc)
		rc = start_domain(s, e);
	if (!rc)
		rc = open_agent(s, e);
	if (rc) {
		session_stop(s);
		return rc;
	}
	*ret = s;
	return 0;
}

int session_agent_fd(const struct session *s)
{
	return s->agent_fd;
}

int session_interrupt_fd(const struct session *s)
{
	return s->interrupt_fd;
}

enum session_end session_why(const struct session *s)
{
	return atomic_load(&s->why);
}

int session_wait_end(struct session *s, int64_t deadline_ms, struct err *e)
{
	struct pollfd p = { .fd = s->interrupt_fd, .events = POLLIN };

	while (session_why(s) == SESSION_RUNNING) {
		int left = clock_left_ms(deadline_ms);

		if (!left)
			return err_set(e, ETIMEDOUT, "the guest did not power off in time");
		poll(&p, 1, left);
	}
	return 0;
}

const char *session_panic_line(const struct session *s)
{
	return s->console.panic[0] ? s->console.panic : NULL;
}

bool session_met_int3(const struct session *s)
{
	return s->console.int3;
}

int session_open_console(struct session *s, int *ret_fd, struct err *e)
{
	virStreamPtr stream = virStreamNew(s->conn, VIR_STREAM_NONBLOCK);

	if (!stream)
		return fail_libvirt(e, "cannot make a stream for the console");
	if (virDomainOpenConsole(s->domain, "console1", stream, 0) < 0) {
		virStreamFree(stream);
		return fail_libvirt(e, "cannot open the guest's console");
	}
	int rc = pump_start(stream, &s->interactive, ret_fd, e);
	if (rc)
		virStreamFree(stream);
	return rc;
}

static void version_text(unsigned long v, char buf[static 32])
{
	snprintf(buf, 32, "%lu.%lu.%lu", v / 1000000, v / 1000 % 1000, v % 1000);
}

void session_libvirt_version(char ret[static 32])
{
	unsigned long v = 0;

	virGetVersion(&v, NULL, NULL);
	version_text(v, ret);
}

void session_versions(const struct session *s, char qemu[static 32], char libvirt[static 32])
{
	unsigned long v = 0;

	virConnectGetVersion(s->conn, &v);
	version_text(v, qemu);
	session_libvirt_version(libvirt);
}

static void stop_domain(struct session *s)
{
	if (!s->domain)
		return;
	virDomainDestroy(s->domain);
	if (s->lifecycle >= 0)
		virConnectDomainEventDeregisterAny(s->conn, s->lifecycle);
	virDomainUndefine(s->domain);
	virDomainFree(s->domain);
}

static void stop_loop(struct session *s)
{
	if (s->timer >= 0)
		virEventRemoveTimeout(s->timer);
	if (s->signal_watch >= 0)
		virEventRemoveHandle(s->signal_watch);
	if (!s->threaded)
		return;
	atomic_store(&s->quit, true);
	int wake = virEventAddTimeout(0, on_wake, NULL, NULL);
	pthread_join(s->thread, NULL);
	virEventRemoveTimeout(wake);
}

/*
 * libvirt needs the event loop to destroy a domain; the pumps must not be
 * freed under it. Hence this order.
 */
void session_stop(struct session *s)
{
	if (!s)
		return;
	stop_domain(s);
	stop_loop(s);
	pump_stop(s->agent);
	pump_stop(s->interactive);
	cleanup_closep(&s->agent_fd);
	if (s->conn)
		virConnectClose(s->conn);
	cleanup_closep(&s->interrupt_fd);
	cleanup_closep(&s->signal_fd);
	cleanup_closep(&s->console.fd);
	free(s);
}
