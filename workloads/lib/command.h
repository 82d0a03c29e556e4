/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_COMMAND_H
#define RAMRIG_COMMAND_H

#include <stdio.h>
#include "lib/err.h"

/*
 * A daemon that holds what is measured, and the steps of a workload that
 * command it, over a Unix socket: a command is one line, its answer lines of
 * text, of which the last is "." where all went well, else "! " and a sentence.
 */

/*
 * Runs the command @line, without its end, and prints its answer to @out.
 * Returns 0 or -errno with @e filled.
 */
typedef int (*command_fn)(void *arg, char *line, FILE *out, struct err *e);

/* Listens on @path, which may be left of an earlier daemon. Sets *ret_fd. */
int command_listen(const char *path, int *ret_fd, struct err *e);

/* Takes one client after the other until taking one fails; returns that error. */
int command_serve(int fd, command_fn run, void *arg, struct err *e);

/*
 * Sends @line to the daemon that is called @name, and prints its answer as it
 * comes. An error of the daemon is one of ours.
 */
int command_ask(const char *path, const char *name, const char *line, struct err *e);

#endif
