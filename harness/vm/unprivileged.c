/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "vm/arch.h"
#include "vm/unprivileged.h"

int unprivileged_prefix(struct unprivileged *u, const char **argv, size_t *ret_n, struct err *e)
{
	if (geteuid()) {
		*ret_n = 0;
		return 0;
	}
	const struct passwd *pw = getpwnam(RAMRIG_RUN_USER);
	if (!pw)
		return err_set(e, ENOENT, "there is no user '%s' for QEMU to run as: create it with "
			       "useradd --system %s", RAMRIG_RUN_USER, RAMRIG_RUN_USER);
	const struct group *kvm = getgrnam("kvm");

	snprintf(u->user, sizeof(u->user), "--reuid=%u", pw->pw_uid);
	snprintf(u->group, sizeof(u->group), "--regid=%u", pw->pw_gid);
	snprintf(u->groups, sizeof(u->groups), "--groups=%u,%u", pw->pw_gid,
		 kvm ? kvm->gr_gid : pw->pw_gid);
	/* A change of account clears the death signal that child_run() asked for. */
	const char *const words[UNPRIVILEGED_WORDS_MAX] = {
		"setpriv", u->user, u->group, u->groups, "--pdeathsig=KILL", "--",
	};

	memcpy(argv, words, sizeof(words));
	*ret_n = UNPRIVILEGED_WORDS_MAX;
	return 0;
}
