/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_CHILD_H
#define RAMRIG_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include "lib/err.h"

/*
 * Runs a host program to its end: no shell, standard input from /dev/null, its
 * own process group, killed as a group when the deadline passes or when this
 * process dies. Output past @output_max bytes is read and thrown away.
 */
struct child_opts {
	const char *const *argv;	/* argv[0] is looked up in PATH */
	const char *const *extra_env;	/* "NAME=value", NULL-ended; may be NULL */
	const char *cwd;		/* NULL: here */
	const char *log_path;		/* NULL, or where both outputs are appended instead */
	int timeout_ms;			/* at least 1 */
	size_t output_max;		/* bytes of both outputs together kept in ret->output */
	bool guarded;			/* kills all that the program started when this process dies,
					   not the program alone: make's own children go on else */
	void (*tick)(void *arg);	/* NULL, or called each second while a @log_path fills */
	void *tick_arg;
};

struct child_result {
	int status;			/* exit code, or 128 + signal */
	bool timed_out;
	char *output;			/* NUL-terminated; freed by child_result_clear() */
};

/*
 * Returns 0 when the program ran, whatever its exit code. -ENOENT when there
 * is no such program, -ETIMEDOUT past the deadline (@ret is filled then too).
 */
int child_run(const struct child_opts *o, struct child_result *ret, struct err *e);

void child_result_clear(struct child_result *r);
#define cleanup_child __attribute__((cleanup(child_result_clear)))

#endif
