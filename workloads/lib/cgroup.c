/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "lib/cleanup.h"
#include "workloads/lib/cgroup.h"
#include "lib/text.h"

int cgroup_find(char *path, size_t size, struct err *e)
{
	char text[4096];
	int rc = text_read("/proc/self/cgroup", text, sizeof(text), e);
	char *at = rc ? NULL : strstr(text, "0::/");

	if (rc)
		return rc;
	if (!at)
		return err_set(e, EOPNOTSUPP, "this process has no cgroup (version 2) of its own");
	at += strlen("0::");
	at[strcspn(at, "\n")] = '\0';
	snprintf(path, size, "/sys/fs/cgroup%s", at);
	return 0;
}

int cgroup_leave(const char *name, struct err *e)
{
	char own[PATH_MAX - 300], folder[PATH_MAX - 20], path[PATH_MAX];
	int rc = cgroup_find(own, sizeof(own), e);

	if (rc)
		return rc;
	*strrchr(own, '/') = '\0';
	snprintf(folder, sizeof(folder), "%s/%.250s", own, name);
	if (mkdir(folder, 0755) && errno != EEXIST)
		return err_set(e, errno, "cannot make the cgroup %s: %m", folder);
	snprintf(path, sizeof(path), "%s/cgroup.procs", folder);
	cleanup_close int fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, "0", 1) < 0)
		return err_set(e, errno, "cannot move to the cgroup %s: %m", folder);
	return 0;
}
