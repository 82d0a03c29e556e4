/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include "lib/cleanup.h"
#include "workloads/coldheap/coldheap-heat.h"
#include "workloads/coldheap/coldheap-limit.h"
#include "workloads/coldheap/coldheap-report.h"
#include "workloads/coldheap/coldheap-serve.h"
#include "workloads/lib/command.h"
#include "workloads/lib/param.h"

#define DAY_MS (24 * 3600 * 1000ULL)

struct server {
	const struct config *config;
	struct heap heap;
	struct load load;
	struct where where;
};

static void where_tell(struct server *s, const char *when, FILE *out)
{
	where_take(&s->where, &s->heap);
	where_print(&s->where, when, out);
}

static int reclaim_tell(uint64_t bytes, FILE *out, struct err *e)
{
	bool all;
	int rc = bytes ? reclaim_ask(bytes, &all, e) : 0;

	if (bytes && !rc)
		fprintf(out, all ? "the kernel took back %" PRIu64 " bytes\n" :
				   "the kernel took back less than %" PRIu64 " bytes\n", bytes);
	return rc;
}

static int run_warmup(struct server *s, const char *unused, FILE *out, struct err *e)
{
	const struct config *c = s->config;
	struct load_result r = { 0 };
	int rc = c->warmup_accesses || c->warmup ?
		 load_run(&s->load, c->warmup_accesses, c->warmup, out, &r, e) : 0;

	(void)unused;
	if (rc)
		return rc;
	fprintf(out, "warmed up with %" PRIu64 " accesses\n", r.accesses);
	rc = reclaim_tell(s->config->reclaim, out, e);
	where_tell(s, "warmup", out);
	return rc;
}

static int run_measure(struct server *s, const char *unused, FILE *out, struct err *e)
{
	struct load_result r = { 0 };
	int rc = load_run(&s->load, s->config->accesses, s->config->duration, out, &r, e);

	(void)unused;
	if (rc)
		return rc;
	where_tell(s, "measure", out);
	fprintf(out, "since the fill the hot set has moved %" PRIu64 " times\n", (uint64_t)s->load.shifts);
	report_histograms(&r, out);
	report_figures(&r, &s->where, s->heap.corrupt, out);
	return 0;
}

static int run_sweep(struct server *s, const char *unused, FILE *out, struct err *e)
{
	(void)unused;
	if (s->config->sweep)
		heap_sweep(&s->heap, out);
	fprintf(out, s->config->sweep ? "all %" PRIu64 " pages were checked\n" :
					"none of %" PRIu64 " pages was swept: parameter 'sweep' is 0\n",
		s->heap.layout.pages);
	if (s->heap.corrupt)
		return err_set(e, EILSEQ, "pages that did not hold what was written to them: %" PRIu64,
			       (uint64_t)s->heap.corrupt);
	return 0;
}

static int run_heat(struct server *s, const char *unused, FILE *out, struct err *e)
{
	uint64_t observe_ms;
	int rc = param_number("observe", 1, DAY_MS, &observe_ms, e);

	(void)unused;
	return rc ? rc : heat_run(&s->load, observe_ms, out, e);
}

static int run_where(struct server *s, const char *unused, FILE *out, struct err *e)
{
	(void)unused;
	(void)e;
	where_tell(s, "now", out);
	return 0;
}

static int run_corrupt(struct server *s, const char *arg, FILE *out, struct err *e)
{
	char *end;
	uint64_t page = strtoull(arg, &end, 10);

	if (end == arg || *end || page >= s->heap.layout.pages)
		return err_set(e, EINVAL, "'%.40s' is not a page from 0 to %" PRIu64, arg,
			       s->heap.layout.pages - 1);
	s->heap.pages[page].words[PAGE_PAYLOAD + page % (PAGE_WORDS - PAGE_PAYLOAD)] ^= 1ULL << 40;
	fprintf(out, "page %" PRIu64 " has a wrong bit now\n", page);
	return 0;
}

static const struct {
	const char *name;
	int (*run)(struct server *s, const char *arg, FILE *out, struct err *e);
	bool takes_page;
} commands[] = {
	{ "warmup", run_warmup, false },
	{ "measure", run_measure, false },
	{ "sweep", run_sweep, false },
	{ "where", run_where, false },
	{ "heat", run_heat, false },
	{ "corrupt", run_corrupt, true },
};

static int command_run(void *server, char *line, FILE *out, struct err *e)
{
	struct server *s = server;
	size_t len = strcspn(line, " ");
	const char *arg = line[len] ? line + len + 1 : "";

	line[len] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		if (strcmp(commands[i].name, line))
			continue;
		if (*arg && !commands[i].takes_page)
			return err_set(e, EINVAL, "the command '%s' takes no argument", line);
		return commands[i].run(s, arg, out, e);
	}
	return err_set(e, EINVAL, "there is no command '%.40s'", line);
}

int coldheap_serve(const struct config *c, const char *socket_path, struct err *e)
{
	static struct server s;
	cleanup_close int fd = -1;

	s.config = c;
	int rc = heap_open(&s.heap, c, e);
	if (!rc)
		rc = command_listen(socket_path, &fd, e);
	if (rc)
		return rc;
	load_set(&s.load, &s.heap, c);
	where_tell(&s, "fill", stdout);
	puts("coldheap is ready");
	fflush(stdout);
	return command_serve(fd, command_run, &s, e);
}

int coldheap_ask(const char *command, const char *socket_path, struct err *e)
{
	return command_ask(socket_path, "coldheap", command, e);
}
