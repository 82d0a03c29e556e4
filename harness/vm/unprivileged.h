/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_UNPRIVILEGED_H
#define RAMRIG_UNPRIVILEGED_H

#include <stddef.h>
#include "lib/err.h"

/*
 * The words in front of a command line that make it run as guests do: as
 * RAMRIG_RUN_USER, with group kvm where there is one. For short programs run
 * by child_run(); account_enter() is for a whole session.
 */
#define UNPRIVILEGED_WORDS_MAX 6

struct unprivileged {
	char user[32], group[32], groups[64];
};

/*
 * Stores at most UNPRIVILEGED_WORDS_MAX words in @argv, and how many in *ret_n:
 * none where this process is not root. The words live as long as @u.
 */
int unprivileged_prefix(struct unprivileged *u, const char **argv, size_t *ret_n, struct err *e);

#endif
