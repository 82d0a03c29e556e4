/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "lib/cleanup.h"
#include "lib/text.h"
#include "workloads/oom/oom-arena.h"
#include "workloads/oom/oom-badness.h"

static int file_put(const char *path, const char *text, struct err *e)
{
	cleanup_close int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		return err_set(e, errno, "cannot write '%s' to %s: %m", text, path);
	return 0;
}

int arena_write(const struct arena *a, enum cgroup g, const char *name, const char *text,
		struct err *e)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s/%s", a->folder, cgroup_names[g], name);
	return file_put(path, text, e);
}

static int process_place(const struct arena *a, enum cgroup g, pid_t pid, int adj, struct err *e)
{
	char path[64], number[16];

	snprintf(number, sizeof(number), "%d", pid);
	int rc = arena_write(a, g, "cgroup.procs", number, e);
	if (rc)
		return rc;
	snprintf(path, sizeof(path), "/proc/%d/oom_score_adj", pid);
	snprintf(number, sizeof(number), "%d", adj);
	return file_put(path, number, e);
}

/* "0::/ramrig/arena", as the cgroup's folder. */
static int folder_find(char *path, size_t size, struct err *e)
{
	char text[4096];
	int rc = text_read("/proc/self/cgroup", text, sizeof(text), e);
	char *at = rc ? NULL : strstr(text, "0::/");

	if (rc)
		return rc;
	if (!at || !at[4] || at[4] == '\n')
		return err_set(e, EOPNOTSUPP, "this needs a cgroup (version 2) of the program's own, "
			       "in which it can make others");
	at += strlen("0::");
	at[strcspn(at, "\n")] = '\0';
	snprintf(path, size, "/sys/fs/cgroup%s", at);
	return 0;
}

/* A cgroup that hands memory limits to those below must hold no process itself. */
static int cgroups_make(struct arena *a, struct err *e)
{
	char path[PATH_MAX];
	int rc = folder_find(a->folder, sizeof(a->folder), e);

	for (enum cgroup g = 0; !rc && g < CGROUP_COUNT; g++) {
		snprintf(path, sizeof(path), "%s/%s", a->folder, cgroup_names[g]);
		if (mkdir(path, 0755))
			rc = err_set(e, errno, "cannot make the cgroup %s: %m", path);
	}
	if (!rc)
		rc = process_place(a, CGROUP_REFEREE, getpid(), OOM_ADJ_MIN, e);
	snprintf(path, sizeof(path), "%s/cgroup.subtree_control", a->folder);
	return rc ? rc : file_put(path, "+memory", e);
}

static int limits_set(const struct arena *a, struct err *e)
{
	char text[32];
	int rc = 0;

	snprintf(text, sizeof(text), "%llu", (unsigned long long)a->config->limit);
	if (a->variant->limited)
		rc = arena_write(a, CGROUP_TWO, "memory.max", text, e);
	if (!rc && a->variant->group)
		rc = arena_write(a, CGROUP_ONE, "memory.oom.group", "1", e);
	return rc;
}

static int one_start(struct arena *a, enum who w, int service_fd, struct err *e)
{
	char name[16];
	pid_t pid = fork();

	if (pid < 0)
		return err_set(e, errno, "cannot start %s: %m", who_table[w].name);
	if (!pid) {
		/* It dies with the referee; the locks of its memory are not inherited. */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		snprintf(name, sizeof(name), "oom-%s", who_table[w].name);
		prctl(PR_SET_NAME, name);
		close(w == WHO_SERVICE ? a->service_fd : service_fd);
		if (w == WHO_SERVICE)
			service_run(a->config, service_fd);
		contestant_run(a, w);
	}
	a->pids[w] = pid;
	return process_place(a, who_table[w].cgroup, pid, w == WHO_BIG ? a->variant->big_adj : 0, e);
}

/* The service says when it has its memory. */
static int service_wait(const struct arena *a, struct err *e)
{
	char hello;

	if (recv(a->service_fd, &hello, 1, 0) != 1)
		return err_set(e, EIO, "the service did not start");
	return 0;
}

int arena_open(struct arena *a, const struct oom_config *c, struct err *e)
{
	int fds[2];

	*a = (struct arena){ .config = c, .variant = &variant_table[c->variant], .service_fd = -1 };
	a->steps = mmap(NULL, sizeof(*a->steps), PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (a->steps == MAP_FAILED)
		return err_set(e, errno, "no memory to share with the contestants: %m");
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds))
		return err_set(e, errno, "no socket for the service: %m");
	cleanup_close int theirs = fds[1];
	a->service_fd = fds[0];
	int rc = cgroups_make(a, e);
	if (!rc)
		rc = limits_set(a, e);
	/* Pages of 4 KiB alone, so that what is asked for is what is taken. */
	prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
	for (enum who w = 0; !rc && w < WHO_COUNT; w++)
		rc = one_start(a, w, theirs, e);
	return rc ? rc : service_wait(a, e);
}

static bool all_done(const struct arena *a, uint32_t wanted)
{
	for (enum who w = 0; w < CONTESTANTS; w++)
		if (a->pids[w] && a->steps->done[w] < wanted)
			return false;
	return true;
}

void arena_grow(struct arena *a, uint64_t ns)
{
	uint64_t step_bytes = (uint64_t)variant_weights(a->variant) * OOM_PAGE_BYTES;

	if (!all_done(a, a->steps->wanted))
		return;
	a->due += (double)a->config->growth / (double)step_bytes * (double)ns / 1e9;
	if (a->due <= a->steps->wanted)
		return;
	a->steps->wanted = (uint32_t)a->due;
	syscall(SYS_futex, &a->steps->wanted, FUTEX_WAKE, CONTESTANTS, NULL, NULL, 0);
}

uint64_t arena_grown(const struct arena *a)
{
	uint64_t pages = 0;

	for (enum who w = 0; w < CONTESTANTS; w++)
		pages += (uint64_t)a->steps->done[w] * variant_weight(a->variant, w);
	return pages * OOM_PAGE_BYTES;
}

void arena_close(struct arena *a)
{
	for (enum who w = 0; w < WHO_COUNT; w++) {
		if (!a->pids[w])
			continue;
		kill(a->pids[w], SIGKILL);
		waitpid(a->pids[w], NULL, 0);
		a->pids[w] = 0;
	}
}
