/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "lib/cleanup.h"
#include "workloads/coldheap/coldheap-limit.h"
#include "workloads/coldheap/coldheap-report.h"
#include "workloads/coldheap/coldheap-serve.h"

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
	{ "corrupt", run_corrupt, true },
};

static int command_run(struct server *s, char *line, FILE *out, struct err *e)
{
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

static void client_serve(struct server *s, int fd)
{
	cleanup_fclose FILE *in = fdopen(dup(fd), "r");
	cleanup_fclose FILE *out = fdopen(fd, "w");
	char line[128];
	struct err e;

	if (!in || !out || !fgets(line, sizeof(line), in))
		return;
	line[strcspn(line, "\n")] = '\0';
	if (command_run(s, line, out, &e))
		fprintf(out, "! %s\n", e.msg);
	else
		fputs(".\n", out);
}

static int address_set(struct sockaddr_un *a, const char *path, struct err *e)
{
	*a = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (strlen(path) >= sizeof(a->sun_path))
		return err_set(e, ENAMETOOLONG, "the path of the socket is too long: %.100s", path);
	memcpy(a->sun_path, path, strlen(path));
	return 0;
}

static int server_listen(const char *path, int *ret_fd, struct err *e)
{
	struct sockaddr_un a;
	int rc = address_set(&a, path, e);

	if (rc)
		return rc;
	cleanup_close int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	unlink(path);
	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)) || listen(fd, 8))
		return err_set(e, errno, "cannot listen on %s: %m", path);
	*ret_fd = take_fd(fd);
	return 0;
}

int coldheap_serve(const struct config *c, const char *socket_path, struct err *e)
{
	static struct server s;
	cleanup_close int fd = -1;

	signal(SIGPIPE, SIG_IGN);	/* a client that has gone is no reason to die */
	s.config = c;
	int rc = heap_open(&s.heap, c, e);
	if (!rc)
		rc = server_listen(socket_path, &fd, e);
	if (rc)
		return rc;
	load_set(&s.load, &s.heap, c);
	where_tell(&s, "fill", stdout);
	puts("coldheap is ready");
	fflush(stdout);
	for (;;) {
		int client = accept(fd, NULL, NULL);

		if (client >= 0)
			client_serve(&s, client);
		else if (errno != EINTR && errno != ECONNABORTED)
			return err_set(e, errno, "cannot take a client: %m");
	}
}

/* Prints the answer as it comes; the line that says how it ended is kept back. */
static int answer_take(FILE *in, struct err *e)
{
	cleanup_free char *line = NULL;
	size_t size = 0;
	ssize_t n;

	while ((n = getline(&line, &size, in)) > 0) {
		if (!strcmp(line, ".\n"))
			return 0;
		if (!strncmp(line, "! ", 2))
			return err_set(e, EIO, "%s", line + 2);
		fputs(line, stdout);
	}
	return err_set(e, EPIPE, "the heap's process ended before it had answered");
}

int coldheap_ask(const char *command, const char *socket_path, struct err *e)
{
	struct sockaddr_un a;
	int rc = address_set(&a, socket_path, e);

	if (rc)
		return rc;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	cleanup_fclose FILE *in = fd < 0 ? NULL : fdopen(fd, "r");
	if (!in || connect(fd, (struct sockaddr *)&a, sizeof(a)))
		return err_set(e, errno, "no coldheap serves on %s: %m", socket_path);
	if (dprintf(fd, "%s\n", command) < 0)
		return err_set(e, errno, "cannot command the heap's process: %m");
	return answer_take(in, e);
}
