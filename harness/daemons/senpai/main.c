/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include "daemons/lib/group.h"
#include "daemons/lib/journal.h"
#include "daemons/senpai/senpai-step.h"
#include "lib/cleanup.h"
#include "lib/clock.h"

#define EXIT_OPTIONS 2

/*
 * What this process needs so that it neither stands in the way of whom it watches nor is
 * itself held up by the pressure it is to relieve. Both may be refused to who is not root.
 */
static void process_ready(const struct senpai_options *o, json_t *start)
{
	int niced = setpriority(PRIO_PROCESS, 0, o->nice);
	int locked = mlockall(MCL_CURRENT);

	json_object_set_new(start, "niced", json_boolean(!niced));
	json_object_set_new(start, "locked", json_boolean(!locked));
}

static int folders_open(struct senpai *s, struct err *e)
{
	const char *root = s->options->root;
	struct psi psi;

	s->root_fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->root_fd < 0)
		return err_set(e, errno, "cannot open --root %s: %m", root);
	s->cgroup_fd = openat(s->root_fd, "sys/fs/cgroup", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->cgroup_fd < 0)
		return err_set(e, errno, "cannot open sys/fs/cgroup below %s: %m", root);
	return psi_read(s->root_fd, "proc/pressure/memory", &psi, e);
}

static int look_and_step(struct senpai *s, struct watch *w, uint64_t elapsed_us, struct err *e)
{
	int rc = watch_refresh(w, s->cgroup_fd, s->options->cgroups, s->options->cgroup_self, e);

	for (size_t i = 0; i < w->n && !rc && !ticker_stopped(s->ticker); i++)
		senpai_step(s, &w->list[i], elapsed_us);
	if (w->left_out)
		journal_write(s->log, json_pack("{s:s, s:i, s:I}", "event", "left-out", "limit",
						WATCH_LIMIT, "cgroups", (json_int_t)w->left_out));
	s->steps++;
	return rc;
}

static int loop(struct senpai *s, struct ticker *t, struct watch *w, struct err *e)
{
	int64_t before_ns = clock_now_ns();
	bool stop = false;
	int rc = 0;

	while (!rc && !stop) {
		int64_t now_ns = clock_now_ns();

		rc = look_and_step(s, w, (uint64_t)(now_ns - before_ns) / 1000, e);
		before_ns = now_ns;
		if (s->options->steps && s->steps == (uint64_t)s->options->steps)
			break;
		if (!rc)
			rc = ticker_wait(t, &stop, NULL, e);
	}
	return rc;
}

static void log_stop(const struct senpai *s)
{
	struct timespec cpu = { 0 };

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
	journal_write(s->log, json_pack("{s:s, s:I, s:I, s:I, s:I}", "event", "stop", "steps",
					(json_int_t)s->steps, "asked_total_bytes",
					(json_int_t)s->asked_bytes, "reclaimed_total_bytes",
					(json_int_t)s->fell_bytes, "cpu_us",
					(json_int_t)cpu.tv_sec * 1000000 + cpu.tv_nsec / 1000));
}

static int run(const struct senpai_options *o, struct err *e)
{
	struct ticker t = TICKER_NONE;
	struct watch w = { 0 };
	struct senpai s = {
		.options = o, .ticker = &t, .log = stdout, .root_fd = -1, .cgroup_fd = -1
	};
	int rc = folders_open(&s, e);

	if (!rc)
		rc = group_enter(o->cgroup_self, e);
	if (!rc)
		rc = ticker_open(&t, (int64_t)o->tick_ms, e);
	if (!rc) {
		json_t *start = senpai_options_json(o);

		process_ready(o, start);
		journal_write(s.log, start);
		rc = loop(&s, &t, &w, e);
		log_stop(&s);
	}
	watch_clear(&w);
	ticker_close(&t);
	cleanup_closep(&s.cgroup_fd);
	cleanup_closep(&s.root_fd);
	return rc;
}

int main(int argc, const char **argv)
{
	struct senpai_options o;
	struct err e;
	int code = EXIT_OPTIONS;

	if (!senpai_options_read(argc, argv, &o, &e))
		code = run(&o, &e) ? EXIT_FAILURE : EXIT_SUCCESS;
	if (code)
		fprintf(stderr, "ramrig-senpai: %s\n", e.msg);
	senpai_options_free(&o);
	return code;
}
