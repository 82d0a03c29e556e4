/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_ERR_H
#define RAMRIG_ERR_H

/*
 * The one error object: what went wrong, filled by the function that failed.
 *
 * Functions return 0 or -errno and fill the caller's struct err; outputs are
 * untouched on failure. Library code never prints: the command line prints
 * msg, then excerpt where there is one.
 */
struct err {
	int code;		/* positive errno */
	char msg[480];		/* one sentence, no newline */
	char excerpt[512];	/* the offending input line and a caret, or "" */
};

/* Sets code and msg (lines quoted in it are joined), empties excerpt. Returns -code. */
int err_set(struct err *e, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * Puts words in front of msg, so that a caller can name what it was doing:
 * "cannot start cell 3: " + msg. Returns -e->code.
 */
int err_prefix(struct err *e, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
