/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_SESSION_H
#define RAMRIG_SESSION_H

#include <stdatomic.h>
#include <stdint.h>
#include "lib/err.h"

/*
 * A running guest: a libvirt domain, its agent channel and its console.
 *
 * The default URI, qemu:///embed, runs libvirt's QEMU driver inside this
 * process, which then can have just one session in its life. A thread of its
 * own runs libvirt's event loop; it carries bytes between the agent channel
 * (a libvirt stream) and session_agent_fd(), and watches console, domain and
 * signals. Block SIGINT and SIGTERM before session_start(): it turns them into
 * SESSION_SIGNAL.
 */
struct session;

/* Why a session stopped being usable. */
enum session_end {
	SESSION_RUNNING,
	SESSION_POWERED_OFF,	/* the guest shut itself down, or was reset */
	SESSION_DIED,		/* QEMU itself failed */
	SESSION_PANICKED,	/* the console shows a kernel panic */
	SESSION_FLOODED,	/* over SESSION_CONSOLE_MAX bytes of console */
	SESSION_SIGNAL,		/* SIGINT or SIGTERM came */
};

#define SESSION_CONSOLE_MAX (16U << 20)

struct session_opts {
	const char *uri;		/* "qemu:///embed", or another local one */
	const char *run_dir;		/* the account's folder; the embed root lies in it */
	const char *xml;		/* of domain_xml() */
	const char *console_log;	/* as in the XML */

	/* Called from the event thread at most ten times a second; may be NULL. */
	void (*console_line)(void *arg, const char *line);
	void *arg;
};

/*
 * Whether @uri is one that session_start() takes: QEMU's driver on this host.
 * -EINVAL for another host's, where the guest's files would be missing.
 */
int session_check_uri(const char *uri, struct err *e);

/* Starts the guest. On failure nothing is left running. */
int session_start(const struct session_opts *o, struct session **ret, struct err *e);

/* A stream socket to the agent; owned by the session. */
int session_agent_fd(const struct session *s);

/* Readable once session_why() is no longer SESSION_RUNNING; owned by the session. */
int session_interrupt_fd(const struct session *s);

enum session_end session_why(const struct session *s);

/* Waits until the guest has ended, at most until @deadline_ms. -ETIMEDOUT. */
int session_wait_end(struct session *s, int64_t deadline_ms, struct err *e);

/*
 * The first line of the console that tells of a kernel's death (a panic), or
 * NULL. It lives as long as @s.
 */
const char *session_panic_line(const struct session *s);

/* Whether the kernel's first oops was a breakpoint (int3) that it had not set. */
bool session_met_int3(const struct session *s);

/* Opens the interactive console (see domain_spec.interactive) as a socket. The caller closes it. */
int session_open_console(struct session *s, int *ret_fd, struct err *e);

/* Of QEMU and of libvirt: "7.2.22", "9.0.0". */
void session_versions(const struct session *s, char qemu[static 32], char libvirt[static 32]);

/* The same of libvirt, without a guest: of the library that is loaded here. */
void session_libvirt_version(char ret[static 32]);

/* Destroys the guest if it still runs and frees everything. NULL is fine. */
void session_stop(struct session *s);

#endif
