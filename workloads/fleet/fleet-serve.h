/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FLEET_SERVE_H
#define FLEET_SERVE_H

#include "workloads/fleet/fleet-data.h"

#define FLEET_CONNECTIONS 256	/* of one instance at a time */

/* Listens on 127.0.0.1, port @port. Returns the socket, or -errno. */
int fleet_listen(unsigned port, struct err *e);

/*
 * Answers requests on the listening socket @fd, one after another, as long as
 * the process lives; returns only where it cannot. A page of @d that is wrong is
 * told on standard output and answered with 500.
 */
int fleet_answer(int fd, struct data *d, struct err *e);

#endif
