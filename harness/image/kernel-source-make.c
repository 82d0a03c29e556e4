/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "image/kernel-source-make.h"
#include "image/tool.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#define MAKE_MS (4 * 60 * 60 * 1000)
#define LOG_MAX (256U << 20)
#define FILES_A_LINE 100
#define GOALS_MAX 8

/* What a kernel's build asks for in an obscure way where it is missing. */
static const char *const needed[] = { "make", "gcc", "bc", "bison", "flex" };

/* How many files were compiled, read from the log as it grows. */
struct count {
	const struct kernel_make *m;
	int fd;
	unsigned files, said;
	size_t matched;		/* bytes of the mark seen at the end of what was read */
};

static void say(const struct count *c)
{
	cleanup_free char *line = path_format("kernel %s: %u files compiled", c->m->name, c->files);

	if (c->m->progress && c->m->progress->say)
		c->m->progress->say(c->m->progress->arg, line);
}

static void count_files(void *arg)
{
	static const char mark[] = "\n  CC ";
	struct count *c = arg;
	char buf[65536];
	ssize_t n;

	while ((n = read(c->fd, buf, sizeof(buf))) > 0)
		for (ssize_t i = 0; i < n; i++) {
			c->matched = buf[i] == mark[c->matched] ? c->matched + 1 : buf[i] == '\n';
			if (mark[c->matched])
				continue;
			c->files++;
			c->matched = 0;
		}
	if (c->files / FILES_A_LINE > c->said / FILES_A_LINE) {
		say(c);
		c->said = c->files;
	}
}

static const char *next_line(const char *line)
{
	line = strchrnul(line, '\n');
	return line + (*line == '\n');
}

void kernel_make_explain(const char *log, struct err *e)
{
	const char *at = strstr(log, " error: ");

	e->excerpt[0] = '\0';
	if (!at)
		at = strstr(log, "undefined reference");
	if (!at)
		at = strstr(log, "*** ");
	if (!at)
		return;
	while (at > log && at[-1] != '\n')
		at--;
	const char *end = next_line(at);

	/* The line in question and a caret follow, indented. */
	for (unsigned i = 0; i < 3 && *end == ' '; i++)
		end = next_line(end);
	snprintf(e->excerpt, sizeof(e->excerpt), "%.*s", (int)(end - at), at);
}

static int failed(const struct kernel_make *m, off_t from, struct err *e)
{
	cleanup_free char *log = NULL;
	struct err ignored;
	size_t len;

	err_set(e, ENOEXEC, "the kernel %s does not build", m->name);
	if (!file_read(AT_FDCWD, m->log, LOG_MAX, &log, &len, &ignored) && (size_t)from <= len)
		kernel_make_explain(log + from, e);
	return -ENOEXEC;
}

int kernel_make(const struct kernel_make *m, struct err *e)
{
	cleanup_free char *out = path_format("O=%s", m->obj);
	cleanup_free char *jobs =
		path_format("-j%u", m->jobs ? m->jobs : (unsigned)sysconf(_SC_NPROCESSORS_ONLN));
	struct err absent;
	const char *cc = tool_require("ccache", &absent) ? "CC=gcc" : "CC=ccache gcc";
	const char *argv[9 + GOALS_MAX + 1] = {
		"make", "-C", m->src, out, jobs, cc, "KBUILD_BUILD_TIMESTAMP=Thu Jan  1 00:00:00 UTC 1970",
		"KBUILD_BUILD_USER=ramrig", "KBUILD_BUILD_HOST=ramrig",
	};
	const char *env[] = { "LC_ALL=C", "MAKEFLAGS=", NULL };
	cleanup_close int fd = open(m->log, O_RDONLY | O_CREAT | O_CLOEXEC, 0644);
	struct count c = { .m = m, .fd = fd };
	const struct tool_opts o = { .argv = argv, .extra_env = env, .log_path = m->log,
				     .timeout_ms = MAKE_MS, .guarded = true,
				     .tick = count_files, .tick_arg = &c };

	for (size_t i = 0; i < GOALS_MAX && m->goals[i]; i++)
		argv[9 + i] = m->goals[i];
	for (size_t i = 0; i < ARRAY_SIZE(needed); i++)
		if (tool_require(needed[i], e))
			return -e->code;
	if (fd < 0)
		return err_set(e, errno, "cannot open %s: %m", m->log);
	off_t from = lseek(fd, 0, SEEK_END);
	int rc = tool_run(&o, NULL, e);

	return rc == -EIO ? failed(m, from, e) : rc;
}
