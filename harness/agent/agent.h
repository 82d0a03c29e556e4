/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_AGENT_AGENT_H
#define RAMRIG_AGENT_AGENT_H

#include <jansson.h>
#include <stdbool.h>
#include "agent/loop.h"
#include "agent/port.h"
#include "lib/err.h"

struct jobs;
struct sampler;
struct worker;

/* Where things are: the guest's places, or a test's. */
struct agent_config {
	int root_fd;			/* sample sources are read below it */
	const char *sysroot;		/* where "root" paths and jobs live */
	const char *cgroup_base;	/* jobs' cgroups are made here */
	const char *modules_dir;
	bool is_init;			/* process 1 of a guest, which power-off ends */
};

struct agent {
	struct agent_config config;
	struct loop *loop;
	struct port *port;
	struct jobs *jobs;
	struct sampler *sampler;	/* NULL while none runs */
	struct worker *workers;
	struct watch *signals;
	int signal_fd;
	struct timer drain;		/* until the last answer is out */
	int drain_tries;
};

/*
 * Starts to serve on @port_fd, which is taken over even on failure, and says
 * hello. agent_set_signals() comes first.
 */
int agent_new(const struct agent_config *config, int port_fd, struct agent **ret, struct err *e);
void agent_free(struct agent *a);	/* NULL is fine; kills what still runs */

/* Serves until a power-off was asked for or the host has gone. */
int agent_run(struct agent *a, struct err *e);

/* Sends what has been queued, for a second at most, and ends agent_run(). */
void agent_stop(struct agent *a);

/* Blocks SIGCHLD, which the loop reads from a descriptor, and ignores SIGPIPE. */
void agent_set_signals(void);

/*
 * Serves on @fd, any socket, as a program of the host: no mounts, no power-off.
 * Orphans of jobs come to this process, as they do to process 1.
 */
int agent_serve_fd(const struct agent_config *config, int fd, struct err *e);

/* Answers request @id; @result is stolen, NULL stands for {}. */
void agent_answer(struct agent *a, json_int_t id, json_t *result);
void agent_answer_error(struct agent *a, json_int_t id, const struct err *e);

#endif
