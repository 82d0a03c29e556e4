/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "lib/cleanup.h"
#include "workloads/fleet/fleet-container.h"
#include "workloads/fleet/fleet-launch.h"
#include "workloads/fleet/fleet-maps.h"
#include "workloads/fleet/fleet-serve.h"

#define EXIT_REPORTED 1	/* of an instance that has said why */
#define POLL_MS 100

/* What an instance tells the launcher, once: less than PIPE_BUF, so whole or not at all. */
struct report {
	uint64_t instance, maps;
	struct err err;		/* code 0: it is ready */
};

struct launch {
	const struct fleet_config *config;
	char *base;		/* of the containers' cgroups; NULL: none */
	pid_t launcher;
	int pipe[2];		/* reports come out of the first */
	pid_t *pids;
};

/* In the new process: loads, reports, serves. Returns only where it cannot. */
static int instance_run(const struct launch *l, uint64_t i, struct err *e)
{
	struct report ready = { .instance = i };
	struct data d;
	int rc = 0;

	/* The launcher may have ended before it could be asked for. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != l->launcher)
		return err_set(e, ECHILD, "the launcher is gone");
	if (l->base)
		rc = container_join(l->base, i % l->config->containers, e);
	if (!rc)
		rc = data_load(&d, l->config, i, e);
	if (rc)
		return rc;
	int fd = fleet_listen((unsigned)(l->config->port + i), e);
	if (fd < 0)
		return fd;
	rc = maps_count("/proc", 0, &ready.maps, e);
	if (rc)
		return rc;
	if (write(l->pipe[1], &ready, sizeof(ready)) != sizeof(ready))
		return err_set(e, errno, "cannot report to the launcher: %m");
	return fleet_answer(fd, &d, e);
}

static void __attribute__((noreturn)) instance_main(const struct launch *l, uint64_t i)
{
	struct report failed = { .instance = i };

	instance_run(l, i, &failed.err);
	_exit(write(l->pipe[1], &failed, sizeof(failed)) == sizeof(failed) ? EXIT_REPORTED : 2);
}

static int instances_start(struct launch *l, struct err *e)
{
	if (pipe2(l->pipe, O_CLOEXEC))
		return err_set(e, errno, "cannot make a pipe: %m");
	for (uint64_t i = 0; i < l->config->instances; i++) {
		l->pids[i] = fork();
		if (l->pids[i] < 0)
			return err_set(e, errno, "cannot start instance %" PRIu64 ": %m", i);
		if (!l->pids[i])
			instance_main(l, i);
	}
	/* From now on the pipe ends with the last instance. */
	close(l->pipe[1]);
	return 0;
}

/* An instance that ends has failed, whichever way. */
static int instance_end(const struct launch *l, pid_t pid, int status, struct err *e)
{
	struct report r;
	uint64_t i = 0;

	while (i < l->config->instances && l->pids[i] != pid)
		i++;
	if (WIFSIGNALED(status))
		return err_set(e, ECHILD, "instance %" PRIu64 " was ended by signal %d (%s)", i,
			       WTERMSIG(status), strsignal(WTERMSIG(status)));
	if (WEXITSTATUS(status) == EXIT_REPORTED && read(l->pipe[0], &r, sizeof(r)) == sizeof(r))
		return err_set(e, r.err.code, "instance %" PRIu64 ": %s", r.instance, r.err.msg);
	return err_set(e, ECHILD, "instance %" PRIu64 " ended by itself", i);
}

/* The next report; an instance that is killed before it can make one ends the wait. */
static int report_wait(const struct launch *l, struct report *ret, struct err *e)
{
	struct pollfd p = { .fd = l->pipe[0], .events = POLLIN };
	int status;
	pid_t pid;

	while (poll(&p, 1, POLL_MS) <= 0) {
		pid = waitpid(-1, &status, WNOHANG);
		if (pid > 0)
			return instance_end(l, pid, status, e);
	}
	if (read(l->pipe[0], ret, sizeof(*ret)) != sizeof(*ret))
		return err_set(e, ECHILD, "every instance died before it was ready");
	if (ret->err.code)
		return err_set(e, ret->err.code, "instance %" PRIu64 ": %s", ret->instance,
			       ret->err.msg);
	return 0;
}

static int instances_wait_ready(const struct launch *l, uint64_t *ret_maps, struct err *e)
{
	uint64_t most = 0;

	for (uint64_t i = 0; i < l->config->instances; i++) {
		struct report r;
		int rc = report_wait(l, &r, e);

		if (rc)
			return rc;
		most = r.maps > most ? r.maps : most;
	}
	*ret_maps = most;
	return 0;
}

static int pids_write(const struct launch *l, const char *path, struct err *e)
{
	FILE *f = fopen(path, "we");

	if (!f)
		return err_set(e, errno, "cannot create %s: %m", path);
	for (uint64_t i = 0; i < l->config->instances; i++)
		fprintf(f, "%d\n", l->pids[i]);
	return fclose(f) ? err_set(e, errno, "cannot write %s: %m", path) : 0;
}

static int launch_run(struct launch *l, const char *pids_path, struct err *e)
{
	const struct fleet_config *c = l->config;
	uint64_t maps, limit;
	int status, rc = instances_start(l, e);

	if (!rc)
		rc = instances_wait_ready(l, &maps, e);
	if (!rc)
		rc = maps_limit("/proc", &limit, e);
	if (!rc)
		rc = pids_write(l, pids_path, e);
	if (!rc && l->base)
		rc = containers_print(l->base, c->containers, e);
	if (rc)
		return rc;
	printf("%" PRIu64 " instances, each with %" PRIu64 " KiB that all have and %" PRIu64
	       " KiB of its own\n", c->instances, c->shared / 1024, c->own / 1024);
	printf("at most %" PRIu64 " mappings in an instance, of %" PRIu64 " that vm.max_map_count "
	       "allows\nfleet is ready\n", maps, limit);
	fflush(stdout);
	pid_t pid = wait(&status);

	return instance_end(l, pid, status, e);
}

int fleet_launch(const struct fleet_config *c, const char *pids_path, struct err *e)
{
	struct launch l = { .config = c, .launcher = getpid(),
			    .pids = calloc(c->instances, sizeof(*l.pids)) };
	int rc = l.pids ? 0 : err_set(e, ENOMEM, "out of memory for process ids");

	if (!rc && c->containers)
		rc = containers_make(c->containers, &l.base, e);
	if (!rc)
		rc = launch_run(&l, pids_path, e);
	free(l.pids);
	free(l.base);
	return rc;
}

int fleet_maps_print(const char *pids_path, struct err *e)
{
	FILE *f = fopen(pids_path, "re");
	uint64_t limit, maps = 0, most = 0;
	int pid, rc = f ? 0 : err_set(e, errno, "cannot open %s; is the fleet ready? %m", pids_path);

	if (!rc)
		rc = maps_limit("/proc", &limit, e);
	while (!rc && fscanf(f, "%d", &pid) == 1) {
		rc = maps_count("/proc", pid, &maps, e);
		most = maps > most ? maps : most;
	}
	if (f)
		fclose(f);
	if (!rc && !most)
		rc = err_set(e, EINVAL, "%s names no process", pids_path);
	if (!rc)
		printf("\"maps_max\": %" PRIu64 ", \"maps_share\": %.6f}\n", most,
		       (double)most / (double)limit);
	return rc;
}
