/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_SENPAI_WATCH_H
#define RAMRIG_SENPAI_WATCH_H

#include <sys/types.h>
#include "daemons/senpai/senpai-law.h"
#include "lib/err.h"

/* The cgroups that are watched, found anew each step: they come and go. */
struct watched {
	char *path;	     /* "/", "/web", "/web/1" */
	const char *pattern; /* what found it first */
	bool found;	     /* at the last look; false: gone, to be told once and forgotten */
	ino_t inode;	     /* a cgroup made anew has another; 0: not opened yet */
	struct law_state state;
};

#define WATCH_LIMIT 1024 /* cgroups; more are left out, and counted */

struct watch {
	struct watched *list;
	size_t n, left_out;
};

/*
 * Looks below @cgroup_fd, a folder such as /sys/fs/cgroup, for what @patterns name
 * (ends with NULL; they outlive @w). One that is named alone is listed whether it exists or
 * not. What was gone at the look before is forgotten; no cgroup is listed twice. A star
 * passes over @self, the daemon's own.
 */
int watch_refresh(struct watch *w, int cgroup_fd, char *const *patterns, const char *self,
		  struct err *e);

/*
 * Opens the cgroup's folder below @cgroup_fd; the caller closes *ret_fd. Its law begins
 * anew if it is another cgroup of the same name. -ENOENT where it is gone.
 */
int watched_open(struct watched *c, int cgroup_fd, int *ret_fd, struct err *e);

void watch_clear(struct watch *w);

#endif
