/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_TOOL_H
#define RAMRIG_TOOL_H

#include <stdbool.h>
#include <stddef.h>
#include "lib/err.h"

/*
 * Runs a host program that has to succeed; also one in /usr/sbin, which an
 * ordinary user's PATH lacks.
 *
 * -ENOPKG when it is not installed; @e then names the Debian package that has
 * it. -EIO when it fails; @e then quotes its last line. Where @ret_output is
 * not NULL it is set to the program's standard output and standard error, which
 * the caller frees; where @log_path is set they are appended there instead.
 */
struct tool_opts {
	const char *const *argv;
	const char *const *extra_env;
	const char *cwd;
	const char *log_path;
	int timeout_ms;
	size_t output_max;	/* 0: 64 KiB */
	bool guarded;		/* as in struct child_opts */
	void (*tick)(void *arg);	/* as in struct child_opts */
	void *tick_arg;
};

int tool_run(const struct tool_opts *o, char **ret_output, struct err *e);

/* Says whether @tool is installed: 0, or -ENOPKG and the same sentence as tool_run(). */
int tool_require(const char *tool, struct err *e);

/* The Debian package that has @tool, or NULL for one that ramrig does not use. */
const char *tool_package(const char *tool);

#endif
