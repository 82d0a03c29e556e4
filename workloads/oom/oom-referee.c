/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "lib/cleanup.h"
#include "workloads/lib/command.h"
#include "lib/text.h"
#include "workloads/oom/oom-clock.h"
#include "workloads/oom/oom-kmsg.h"
#include "workloads/oom/oom-referee.h"
#include "workloads/oom/oom-report.h"

#define MARK "oom: growth begins"
#define TICK_NS 5000000ULL
#define TELL_NS 250000000ULL
#define TEXT_MAX 16384

struct referee {
	struct arena arena;
	struct sampler sampler;
	struct client client;
	struct kmsg kmsg;
	struct oom_log log;
	pid_t pids[WHO_COUNT];		/* as they were at the start */
	uint64_t total_pages;
	uint64_t start_ns, told_ns;
	uint64_t kills_before;		/* oom_kill of /proc/vmstat */
	unsigned victims;
	bool service_killed, over;
};

static int counter_read(const char *path, const char *key, uint64_t *ret, struct err *e)
{
	char text[TEXT_MAX];
	int rc = text_read(path, text, sizeof(text), e);

	if (rc)
		return rc;
	return oom_counter_parse(text, key, ret) ?
		       err_set(e, ENODATA, "%s has no '%s'", path, key) : 0;
}

/* What the badness of an oom_score_adj is counted in: all memory and swap, or the limit's. */
static int total_read(struct referee *r, struct err *e)
{
	uint64_t memory_kib = 0, swap_kib = 0, pages;
	char swappiness[32];
	int rc = counter_read("/proc/meminfo", "MemTotal", &memory_kib, e);

	if (!rc)
		rc = counter_read("/proc/meminfo", "SwapTotal", &swap_kib, e);
	if (!rc)
		rc = text_read("/proc/sys/vm/swappiness", swappiness, sizeof(swappiness), e);
	if (rc)
		return rc;
	pages = (memory_kib + swap_kib) * 1024 / OOM_PAGE_BYTES;
	if (r->arena.variant->limited)
		pages = oom_cgroup_pages(r->arena.config->limit / OOM_PAGE_BYTES,
					 swap_kib * 1024 / OOM_PAGE_BYTES,
					 strtoull(swappiness, NULL, 10));
	r->total_pages = pages;
	return 0;
}

static int policy_set(const struct variant_info *v, FILE *out, struct err *e)
{
	char path[64];

	if (!v->sysctl)
		return 0;
	snprintf(path, sizeof(path), "/proc/sys/vm/%s", v->sysctl);
	cleanup_close int fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, "1", 1) != 1)
		return err_set(e, errno, "cannot write 1 to %s: %m", path);
	fprintf(out, "vm.%s is 1 from here on\n", v->sysctl);
	return 0;
}

/* A guest that panics takes what was printed with it, but for what is on its console. */
static int prediction_tell(struct referee *r, const struct oom_sample *s, struct err *e)
{
	char ranks[256], line[300];
	struct judged j;

	if (!r->arena.variant->panics || s->ended_ns - r->told_ns < TELL_NS)
		return 0;
	r->told_ns = s->ended_ns;
	judge_sample(r->arena.variant, s, r->total_pages, &j);
	report_ranks(&j, ranks, sizeof(ranks));
	snprintf(line, sizeof(line), "oom: badness in pages: %s", ranks);
	return kmsg_tell(&r->kmsg, line, e);
}

/* Anything but SIGKILL is a contestant that could not go on, and no contest. */
static int deaths_take(struct referee *r, struct err *e)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		for (enum who w = 0; w < WHO_COUNT; w++) {
			if (r->arena.pids[w] != pid)
				continue;
			r->arena.pids[w] = 0;
			if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
				return err_set(e, ECHILD, "%s ended by itself (status %#x): the guest "
					       "may refuse to overcommit memory", who_table[w].name,
					       (unsigned)status);
			r->victims++;
			r->service_killed |= w == WHO_SERVICE;
		}
	}
	return 0;
}

/* Until someone has died, and the time after that. */
static int contest_run(struct referee *r, struct err *e)
{
	const struct oom_config *c = r->arena.config;
	uint64_t patience = r->start_ns + c->patience * 1000000, end = 0, next = r->start_ns;

	for (;;) {
		int rc = deaths_take(r, e);

		if (rc)
			return rc;
		if (!end && r->victims)
			end = mono_ns() + c->after * 1000000;
		if (end && mono_ns() > end)
			return 0;
		if (!end && mono_ns() > patience)
			return err_set(e, ETIME, "nobody was killed within %" PRIu64 " s, in which the "
				       "contestants grew to %" PRIu64 " MiB: give them more 'growth' or "
				       "'patience'", c->patience / 1000, arena_grown(&r->arena) >> 20);
		if (!end) {
			rc = prediction_tell(r, sampler_take(&r->sampler, &r->arena), e);
			arena_grow(&r->arena, TICK_NS);
		}
		if (rc)
			return rc;
		next = next + TICK_NS > mono_ns() ? next + TICK_NS : mono_ns();
		mono_sleep_until(next);
	}
}

/* What the kernel counts besides. */
static int counts_print(struct referee *r, FILE *out, struct err *e)
{
	char path[320], text[TEXT_MAX];
	uint64_t kills;
	int rc = counter_read("/proc/vmstat", "oom_kill", &kills, e);

	if (rc)
		return rc;
	fprintf(out, "counted: %" PRIu64 " in vmstat's oom_kill", kills - r->kills_before);
	for (enum cgroup g = CGROUP_ONE; g <= CGROUP_TWO; g++) {
		snprintf(path, sizeof(path), "%s/%s/memory.events", r->arena.folder, cgroup_names[g]);
		rc = text_read(path, text, sizeof(text), e);
		if (rc)
			return rc;
		fprintf(out, "; %s:", cgroup_names[g]);
		for (char *save, *line = strtok_r(text, "\n", &save); line;
		     line = strtok_r(NULL, "\n", &save))
			if (!strncmp(line, "oom", 3))
				fprintf(out, " %s", line);
	}
	fputc('\n', out);
	return 0;
}

static int contest_judge(struct referee *r, FILE *out, struct err *e)
{
	struct judged judged;
	int rc = kmsg_read(&r->kmsg, &r->log, e);

	if (rc)
		return rc;
	uint64_t called_ns = kmsg_mono_ns(&r->kmsg, r->log.called_us);
	const struct oom_sample *s = sampler_before(&r->sampler, called_ns);
	if (!s)
		return err_set(e, ENODATA, "no sample is left from before the kernel was out of memory");
	rc = judge_log(r->arena.variant, s, r->total_pages, r->pids, &r->log, &judged, e);
	if (!rc)
		rc = counts_print(r, out, e);
	if (rc)
		return rc;
	const struct report report = {
		.variant = r->arena.variant,
		.sample = s,
		.log = &r->log,
		.judged = &judged,
		.client = &r->client,
		.victims = r->victims,
		.service_killed = r->service_killed,
		.age_ms = (double)(called_ns - s->ended_ns) / 1e6,
		.kill_ms = (double)(r->log.kills[0].us - r->kmsg.mark_us) / 1e3,
	};
	report_print(&report, out);
	return 0;
}

static int start(struct referee *r, FILE *out, struct err *e)
{
	const struct oom_config *c = r->arena.config;
	int rc = total_read(r, e);

	if (!rc)
		rc = counter_read("/proc/vmstat", "oom_kill", &r->kills_before, e);
	if (!rc)
		rc = policy_set(r->arena.variant, out, e);
	if (!rc)
		rc = client_start(&r->client, r->arena.service_fd, c->rate, e);
	if (rc)
		return rc;
	rc = kmsg_open(&r->kmsg, MARK, e);
	r->start_ns = mono_ns();
	if (!rc)
		rc = contest_run(r, e);
	client_stop(&r->client);
	if (!rc)
		rc = contest_judge(r, out, e);
	arena_close(&r->arena);
	return rc;
}

static int command_run(void *referee, char *line, FILE *out, struct err *e)
{
	struct referee *r = referee;

	if (strcmp(line, "start"))
		return err_set(e, EINVAL, "there is no command '%.40s'", line);
	if (r->over)
		return err_set(e, EALREADY, "the contest is over; another one takes another daemon");
	r->over = true;
	return start(r, out, e);
}

int referee_serve(const struct oom_config *c, const char *socket_path, struct err *e)
{
	static struct referee r;
	cleanup_close int fd = -1;
	int rc = arena_open(&r.arena, c, e);

	if (!rc)
		rc = sampler_open(&r.sampler, &r.arena, e);
	if (!rc)
		rc = command_listen(socket_path, &fd, e);
	if (!rc && mlockall(MCL_CURRENT | MCL_FUTURE))
		rc = err_set(e, errno, "cannot lock the referee's memory: %m");
	if (rc) {
		arena_close(&r.arena);
		return rc;
	}
	memcpy(r.pids, r.arena.pids, sizeof(r.pids));
	puts("the contestants are ready");
	fflush(stdout);
	return command_serve(fd, command_run, &r, e);
}
