/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "lib/text.h"
#include "workloads/lib/cgroup.h"
#include "workloads/swapstorm/swapstorm-file.h"
#include "workloads/swapstorm/swapstorm-group.h"
#include "workloads/swapstorm/swapstorm-page.h"

#define RENEW_TRIES 5
#define SWAP_CHARGED "memory.swap.current"

static const char *const group_names[] = {
	"workers-0", "workers-1", "workers-2", "workers-3",
	[GROUP_VICTIM] = "victim",
	[GROUP_MASTER] = "master",
};
_Static_assert(sizeof(group_names) / sizeof(*group_names) == GROUPS + 2, "a name for each");

static void group_path(const struct groups *g, unsigned i, const char *name, char path[PATH_MAX])
{
	snprintf(path, PATH_MAX, "%s/%s%s%s", g->top, group_names[i], *name ? "/" : "", name);
}

static int group_make(const struct groups *g, unsigned i)
{
	char path[PATH_MAX];

	group_path(g, i, "", path);
	return mkdir(path, 0755) && errno != EEXIST ? -errno : 0;
}

int groups_open(struct groups *g, struct err *e)
{
	char path[PATH_MAX];
	int rc = cgroup_find(g->top, sizeof(g->top), e);

	for (unsigned i = 0; !rc && i <= GROUP_MASTER; i++) {
		rc = group_make(g, i);
		if (rc)
			err_set(e, -rc, "cannot make a cgroup %s below %s: %s", group_names[i],
				g->top, strerror(-rc));
	}
	if (rc)
		return rc;
	rc = group_move(g, GROUP_MASTER, getpid());
	snprintf(path, sizeof(path), "%s/cgroup.subtree_control", g->top);
	if (!rc)
		rc = file_write(path, "+memory");
	return rc ? err_set(e, -rc, "cannot hand memory out below the cgroup %s: %s", g->top,
			    strerror(-rc)) : 0;
}

int group_write(const struct groups *g, unsigned i, const char *name, const char *text)
{
	char path[PATH_MAX];

	group_path(g, i, name, path);
	return file_write(path, text);
}

int group_move(const struct groups *g, unsigned i, pid_t pid)
{
	char number[16];

	snprintf(number, sizeof(number), "%d", pid);
	return group_write(g, i, "cgroup.procs", number);
}

void groups_join(const struct groups *g, uint32_t i)
{
	/* One may be about to be removed. */
	for (uint32_t k = 0; k < GROUPS; k++)
		if (!group_write(g, (i + k) % GROUPS, "cgroup.procs", "0"))
			return;
}

static void group_empty(const struct groups *g, unsigned i, unsigned other)
{
	char path[PATH_MAX], text[4096];
	struct err gone;

	group_path(g, i, "cgroup.procs", path);
	text_read(path, text, sizeof(text), &gone);
	for (char *at = text; *at;) {
		pid_t pid = (pid_t)strtol(at, &at, 10);

		at += *at == '\n';
		if (pid > 0)
			group_move(g, other, pid);
	}
}

int group_renew(const struct groups *g, unsigned i, unsigned other)
{
	char path[PATH_MAX];
	int rc = -EBUSY;

	group_path(g, i, "", path);
	/* A process may fork just when it is moved. */
	for (int k = 0; k < RENEW_TRIES && rc == -EBUSY; k++) {
		group_empty(g, i, other);
		rc = rmdir(path) ? -errno : 0;
	}
	return rc ? rc : group_make(g, i);
}

static int charge_read(const char *path, uint64_t *ret, struct err *e)
{
	char text[32];
	int rc = text_read(path, text, sizeof(text), e);

	if (!rc)
		*ret = strtoull(text, NULL, 10) / PAGE_BYTES;
	return rc;
}

int groups_swap_charged(const struct groups *g, uint64_t *ret, struct err *e)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", g->top, SWAP_CHARGED);
	return charge_read(path, ret, e);
}

int group_swap_charged(const struct groups *g, unsigned i, uint64_t *ret, struct err *e)
{
	char path[PATH_MAX];

	group_path(g, i, SWAP_CHARGED, path);
	return charge_read(path, ret, e);
}
