/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_AGENT_SETUP_H
#define RAMRIG_AGENT_SETUP_H

#include "agent/agent.h"
#include "lib/err.h"

/* What process 1 of a guest does around serving. Each returns 0 or -errno. */

/* Mounts what finding the port needs, and gives itself /dev/console. */
int setup_first(struct err *e);

/* Waits for the port of protocol.h and opens it, non-blocking. */
int setup_open_port(int *ret_fd, struct err *e);

/* The rest of the mounts, cgroups with their controllers, the loopback device. */
int setup_rest(const struct agent_config *c, struct err *e);

/* Says @why, unless NULL, on the console, and powers the machine off. */
void __attribute__((noreturn)) setup_power_off(const struct err *why);

#endif
