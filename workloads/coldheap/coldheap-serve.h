/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef COLDHEAP_SERVE_H
#define COLDHEAP_SERVE_H

#include "lib/err.h"
#include "workloads/coldheap/coldheap-config.h"

/*
 * The heap's process and those that command it (workloads/lib/command.h). One
 * command at a time.
 *
 *   warmup          the warm-up's accesses
 *   measure         the measured accesses; the last line of text is the figures
 *   sweep           checks every page; fails where any was ever found wrong
 *   where           where the pages are
 *   heat            scores what the kernel knows of heat; takes the parameter observe (workload heat)
 *   corrupt PAGE    flips a bit of that page: to see that it is found
 */
#define COLDHEAP_SOCKET "/run/coldheap.socket"

/* Fills the heap, prints "coldheap is ready", and serves until it is killed. */
int coldheap_serve(const struct config *c, const char *socket_path, struct err *e);

/* Sends @command and prints the answer. An error of the server is one of ours. */
int coldheap_ask(const char *command, const char *socket_path, struct err *e);

#endif
