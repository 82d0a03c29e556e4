/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_AGENT_PORT_H
#define RAMRIG_AGENT_PORT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include "agent/loop.h"
#include "lib/err.h"

/*
 * The agent's end of the channel: frames in, frames out through a queue, since
 * a write must not wait for the host.
 */
struct port;

struct port_handler {
	void (*request)(void *arg, const json_t *request);
	void (*closed)(void *arg);	/* once: the host is gone or broke the protocol */
	void *arg;
};

/*
 * Takes over @fd, which must be non-blocking, and watches it. *@h is copied.
 * A virtio port reports a hang-up until the host has connected for the first
 * time; what is sent before that waits in the queue.
 */
int port_new(struct loop *l, int fd, const struct port_handler *h, struct port **ret,
	     struct err *e);
void port_free(struct port *p);		/* NULL is fine */

/* Queues @j, which is stolen. One that is too long for a frame goes as an error. */
void port_send(struct port *p, json_t *j);

/*
 * Queues a frame of text already made. Returns false, having sent nothing,
 * when the host is so far behind that a sample is better left out.
 */
bool port_send_sample(struct port *p, const char *text, size_t len);

bool port_is_drained(const struct port *p);

#endif
