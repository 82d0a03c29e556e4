/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include "cell/batch.h"
#include "cell/limits.h"
#include "lib/cleanup.h"
#include "lib/clock.h"
#include "lib/file.h"
#include "result/result.h"

#define TICK_MS 500

static bool wanted(const struct batch *b, const struct batch_cell *cell)
{
	return !cell->pair || ((!b->pairs || cell->pair <= b->pairs) &&
			       (!b->only_arm || !strcmp(cell->arm, b->only_arm)));
}

int batch_open(struct batch *b, struct err *e)
{
	cleanup_result struct result *r = NULL;
	const json_t *cells = json_object_get(b->plan, "cells"), *cell;
	size_t i;
	int rc = result_load(b->dir, &r, e);

	if (rc)
		return rc;
	b->n_cells = json_array_size(cells);
	b->cells = calloc(b->n_cells + 1, sizeof(*b->cells));
	if (!b->cells)
		return err_set(e, ENOMEM, "out of memory for %zu cells", b->n_cells);
	json_array_foreach(cells, i, cell) {
		b->cells[i] = (struct batch_cell){
			.n = (unsigned)json_int_or(cell, "n", 0),
			.pair = (unsigned)json_int_or(cell, "pair", 0),
			.arm = json_str(cell, "arm"),
			.topology = json_str(cell, "topology"),
			.workload = json_str(cell, "workload"),
			.kernel = json_str(cell, "kernel"),
			.done = i < r->n_cells && r->cells[i].doc &&
				r->cells[i].outcome != OUTCOME_INFRA_ERROR,
			.well = i < r->n_cells && r->cells[i].outcome == OUTCOME_OK,
		};
		const json_t *peak = limits_cell(b->plan, cell);
		if (peak)
			b->cells[i].peak = &b->cells[json_int_or(peak, "n", 1) - 1];
		b->n_wanted += wanted(b, &b->cells[i]);
		b->n_done += b->cells[i].done && wanted(b, &b->cells[i]);
	}
	return 0;
}

void batch_clear(struct batch *b)
{
	free(b->cells);
	b->cells = NULL;
}

int64_t batch_eta_ms(const struct batch *b)
{
	int64_t left = (int64_t)(b->n_wanted - b->n_done) * b->cell_ms;

	if (!b->cell_ms)
		return -1;
	for (unsigned i = 0; i < b->jobs; i++) {
		int64_t spent = clock_now_ms() - b->slots[i].started_ms;

		if (b->slots[i].pid)
			left -= spent < b->cell_ms ? spent : b->cell_ms;
	}
	return left / (b->jobs ? b->jobs : 1);
}

/*
 * On the host's clock, guests that share a CPU would measure each other. Each
 * slot gets CPUs of its own, as many as the guest has.
 */
static void pin_slot(const struct batch *b, unsigned slot)
{
	const json_t *topology;
	unsigned cpus = 1;
	const char *name;
	cpu_set_t set;

	if (b->jobs < 2 || strcmp(json_str(b->plan, "clock"), "host"))
		return;
	json_object_foreach((json_t *)json_object_get(b->plan, "topologies"), name, topology) {
		unsigned n = (unsigned)json_int_or(topology, "cpus", 1);

		cpus = n > cpus ? n : cpus;
	}
	CPU_ZERO(&set);
	for (unsigned i = slot * cpus; i < (slot + 1) * cpus; i++)
		CPU_SET(i, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

static _Noreturn void exec_cell(const struct batch *b, unsigned slot, int out, pid_t parent)
{
	const struct batch_slot *s = &b->slots[slot];
	cleanup_free char *plan = path_format("%s/plan.json", b->dir);
	cleanup_free char *n = path_format("%u", s->cell->n);
	cleanup_free char *attempt = path_format("--attempt=%u", s->attempt);
	sigset_t none;

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	pin_slot(b, slot);
	if (getppid() == parent && dup2(out, STDOUT_FILENO) >= 0)
		execl("/proc/self/exe", "ramrig", "cell", "--progress", attempt, plan, n,
		      (char *)NULL);
	_exit(127);
}

static int start_cell(struct batch *b, unsigned slot, struct batch_cell *cell, unsigned attempt,
		      struct err *e)
{
	struct batch_slot *s = &b->slots[slot];
	pid_t parent = getpid();
	int fds[2];

	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK))
		return err_set(e, errno, "cannot make a pipe for cell %u: %m", cell->n);
	fcntl(fds[1], F_SETFL, 0);
	*s = (struct batch_slot){ .cell = cell, .attempt = attempt, .pipe = fds[0],
				  .started_ms = clock_now_ms() };
	fflush(NULL);
	s->pid = fork();
	if (!s->pid)
		exec_cell(b, slot, fds[1], parent);
	close(fds[1]);
	if (s->pid > 0)
		return 0;
	close(fds[0]);
	s->pid = 0;
	return err_set(e, errno, "cannot fork for cell %u: %m", cell->n);
}

static void take_line(struct batch_slot *s)
{
	s->line[s->len] = '\0';
	s->len = 0;
	if (!strncmp(s->line, "phase ", 6))
		snprintf(s->phase, sizeof(s->phase), "%.60s", s->line + 6);
	else if (!strncmp(s->line, "console ", 8))
		snprintf(s->console, sizeof(s->console), "%.250s", s->line + 8);
}

static void read_progress(struct batch_slot *s)
{
	char buf[4096];
	ssize_t n;

	while ((n = read(s->pipe, buf, sizeof(buf))) > 0) {
		for (ssize_t i = 0; i < n; i++) {
			if (buf[i] == '\n')
				take_line(s);
			else if (s->len < sizeof(s->line) - 1)
				s->line[s->len++] = buf[i];
		}
	}
}

/* What the cell's folder says of how it ended. */
static enum outcome read_outcome(const struct batch *b, const struct batch_slot *s,
				 char *reason, size_t size)
{
	cleanup_free char *path = path_format("%s/cells/%04u/result.json", b->dir, s->cell->n);
	cleanup_json json_t *doc = NULL;
	struct err e;

	if (json_load_path(path, &doc, &e)) {
		snprintf(reason, size, "the cell left no result: %s", e.msg);
		return OUTCOME_INFRA_ERROR;
	}
	const char *name = json_str(doc, "outcome"), *why = json_str(doc, "reason");
	enum outcome o = name ? outcome_from_name(name) : OUTCOME_COUNT;

	snprintf(reason, size, "%s", why ? why : "");
	return o == OUTCOME_COUNT ? OUTCOME_INFRA_ERROR : o;
}

/* Returns 1 where the cell is to be tried again. */
static int end_cell(struct batch *b, struct batch_slot *s, bool stopping)
{
	char reason[600];

	read_progress(s);
	close(s->pipe);
	s->pid = 0;
	if (stopping)
		return 0;
	enum outcome o = read_outcome(b, s, reason, sizeof(reason));
	int64_t took = clock_now_ms() - s->started_ms;

	b->cell_ms = b->cell_ms ? (b->cell_ms * 3 + took) / 4 : took;
	if (b->on_cell)
		b->on_cell(b, s, o, reason);
	if (o != OUTCOME_INFRA_ERROR) {
		s->cell->done = true;
		s->cell->well = o == OUTCOME_OK;
		b->n_done++;
		return 0;
	}
	if (s->attempt < BATCH_ATTEMPTS_MAX)
		return 1;
	s->cell->given_up = true;
	return 0;
}

static bool running(const struct batch *b, const struct batch_cell *cell)
{
	for (unsigned i = 0; i < b->jobs; i++) {
		if (b->slots[i].pid && b->slots[i].cell == cell)
			return true;
	}
	return false;
}

/*
 * With a budget, a pair is begun only when all of it fits: half a pair is of
 * no use to anyone.
 */
static bool fits(const struct batch *b, const struct batch_cell *cell)
{
	unsigned left = 0, begun = 0;

	if (!b->budget_ms)
		return true;
	for (size_t i = 0; i < b->n_cells; i++) {
		const struct batch_cell *c = &b->cells[i];

		if (c->pair != cell->pair)
			continue;
		begun += c->done || running(b, c);
		left += !c->done && !c->given_up;
	}
	return begun || clock_now_ms() - b->started_ms +
			(int64_t)((left + b->jobs - 1) / b->jobs) * b->cell_ms <= b->budget_ms;
}

/* Whether @c can begin; where it never will, it is given up. */
static bool limits_known(struct batch_cell *c)
{
	const struct batch_cell *peak = c->peak;

	if (!peak || peak->well)
		return true;
	c->given_up = peak->done || peak->given_up;
	return false;
}

static struct batch_cell *next_cell(struct batch *b)
{
	for (size_t i = 0; i < b->n_cells; i++) {
		struct batch_cell *c = &b->cells[i];

		if (c->done || c->given_up || !wanted(b, c) || running(b, c) || !limits_known(c))
			continue;
		if (fits(b, c))
			return c;
		b->out_of_budget = true;
		return NULL;
	}
	return NULL;
}

static unsigned count_busy(const struct batch *b)
{
	unsigned busy = 0;

	for (unsigned i = 0; i < b->jobs; i++)
		busy += b->slots[i].pid != 0;
	return busy;
}

static int fill_slots(struct batch *b, struct err *e)
{
	for (unsigned i = 0; i < b->jobs; i++) {
		struct batch_cell *c = b->slots[i].pid ? NULL : next_cell(b);

		if (c) {
			int rc = start_cell(b, i, c, 1, e);

			if (rc)
				return rc;
		}
	}
	return 0;
}

static int reap_slots(struct batch *b, bool stopping, struct err *e)
{
	for (unsigned i = 0; i < b->jobs; i++) {
		struct batch_slot *s = &b->slots[i];

		if (!s->pid)
			continue;
		read_progress(s);
		if (waitpid(s->pid, NULL, WNOHANG) != s->pid)
			continue;
		if (end_cell(b, s, stopping)) {
			int rc = start_cell(b, i, s->cell, s->attempt + 1, e);

			if (rc)
				return rc;
		}
	}
	return 0;
}

static void tell_slots(struct batch *b, int sig)
{
	for (unsigned i = 0; i < b->jobs; i++) {
		if (b->slots[i].pid)
			kill(b->slots[i].pid, sig);
	}
}

/* Waits for progress, the end of a cell, a signal, or a tick of the display. */
static bool wait_event(struct batch *b, int signals)
{
	struct pollfd p[BATCH_JOBS_MAX + 1] = { { .fd = signals, .events = POLLIN } };
	struct signalfd_siginfo info;
	bool stop = false;

	for (unsigned i = 0; i < b->jobs; i++)
		p[i + 1] = (struct pollfd){ .fd = b->slots[i].pid ? b->slots[i].pipe : -1,
					    .events = POLLIN };
	poll(p, b->jobs + 1, TICK_MS);
	/* A pipe at its end stays readable: SIGCHLD follows, so a short rest costs nothing. */
	for (unsigned i = 1; i <= b->jobs; i++) {
		if (p[i].revents & POLLHUP)
			poll(p, 1, 10);
	}
	while (read(signals, &info, sizeof(info)) == (ssize_t)sizeof(info))
		stop |= info.ssi_signo != SIGCHLD;
	return stop;
}

static int loop(struct batch *b, int signals, struct err *e)
{
	bool stopping = false;
	int rc = 0;

	for (;;) {
		struct err more;

		if (!stopping && !rc)
			rc = fill_slots(b, e);
		if (rc && !stopping) {
			stopping = true;
			tell_slots(b, SIGTERM);
		}
		if (b->on_change)
			b->on_change(b);
		if (!count_busy(b))
			break;
		if (wait_event(b, signals)) {
			tell_slots(b, stopping ? SIGKILL : SIGTERM);
			stopping = true;
		}
		int reaped = reap_slots(b, stopping, &more);
		if (!rc && reaped) {
			rc = reaped;
			*e = more;
		}
	}
	if (!rc && stopping)
		rc = err_set(e, ECANCELED, "stopped by a signal");
	return rc;
}

int batch_run(struct batch *b, struct err *e)
{
	sigset_t set, before;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, &before);
	cleanup_close int signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	int rc = signals < 0 ? err_set(e, errno, "cannot watch for signals: %m") : 0;

	b->started_ms = clock_now_ms();
	if (!rc)
		rc = loop(b, signals, e);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return rc;
}
