/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>
#include "image/tool.h"
#include "lib/child.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#define OUTPUT_MAX (64U << 10)
#define LOG_MAX (64U << 20)
#define ENV_MAX 16
#define SBIN "/usr/local/sbin:/usr/sbin:/sbin"

static const struct {
	const char *tool, *package;
} tools[] = {
	{ "apt-cache", "apt" },	   { "apt-config", "apt" },	{ "apt-get", "apt" },
	{ "depmod", "kmod" },	   { "dpkg", "dpkg" },		{ "dpkg-deb", "dpkg" },
	{ "fakechroot", "fakechroot" }, { "fakeroot", "fakeroot" }, { "find", "findutils" },
	{ "gcc", "gcc" },	   { "git", "git" },		{ "make", "make" },
	{ "mke2fs", "e2fsprogs" }, { "mmdebstrap", "mmdebstrap" }, { "newuidmap", "uidmap" },
	{ "bc", "bc" },		   { "bison", "bison" },	{ "flex", "flex" },
	{ "ccache", "ccache" },	   { "patch", "patch" },	{ "cp", "coreutils" },
	{ "qemu-img", "qemu-utils" }, { "tar", "tar" },		{ "unshare", "util-linux" },
};

const char *tool_package(const char *tool)
{
	for (size_t i = 0; i < ARRAY_SIZE(tools); i++)
		if (!strcmp(tools[i].tool, tool))
			return tools[i].package;
	return NULL;
}

/* The last line that says anything; written over @text. */
static const char *last_line(char *text)
{
	char *end = text + strlen(text);

	while (end > text && strchr(" \t\r\n", end[-1]))
		*--end = '\0';
	char *start = memrchr(text, '\n', (size_t)(end - text));
	return start ? start + 1 : text;
}

static int tool_failed(const struct tool_opts *o, struct child_result *r, struct err *e)
{
	cleanup_free char *log = NULL;
	const char *said = "";

	if (r->output)
		said = last_line(r->output);
	else if (o->log_path && !file_read(AT_FDCWD, o->log_path, LOG_MAX, &log, NULL, e))
		said = last_line(log);
	return err_set(e, EIO, "%s ended with status %d%s%.250s", o->argv[0], r->status,
		       *said ? ": " : "", said);
}

static char *tool_path(void)
{
	const char *path = getenv("PATH");

	return path_format("%s%s" SBIN, path ? path : "", path && *path ? ":" : "");
}

static int not_installed(const char *tool, struct err *e)
{
	const char *package = tool_package(tool);

	return err_set(e, ENOPKG,
		       "%s is not installed: install the Debian package %s "
		       "(ci/setup installs all that ramrig needs)",
		       tool, package ? package : tool);
}

int tool_require(const char *tool, struct err *e)
{
	cleanup_free char *path = tool_path();
	char *save = NULL;

	for (char *dir = strtok_r(path, ":", &save); dir; dir = strtok_r(NULL, ":", &save)) {
		cleanup_free char *file = path_format("%s/%s", dir, tool);

		if (!access(file, X_OK))
			return 0;
	}
	return not_installed(tool, e);
}

int tool_run(const struct tool_opts *o, char **ret_output, struct err *e)
{
	cleanup_child struct child_result r = { 0 };
	cleanup_free char *path = tool_path();
	cleanup_free char *path_is = path_format("PATH=%s", path);
	const char *env[ENV_MAX] = { path_is };

	for (size_t n = 1; o->extra_env && o->extra_env[n - 1] && n < ENV_MAX - 1; n++)
		env[n] = o->extra_env[n - 1];

	const struct child_opts c = {
		.argv = o->argv,
		.extra_env = env,
		.cwd = o->cwd,
		.log_path = o->log_path,
		.timeout_ms = o->timeout_ms,
		.output_max = o->output_max ? o->output_max : OUTPUT_MAX,
		.guarded = o->guarded,
		.tick = o->tick,
		.tick_arg = o->tick_arg,
	};
	int rc = child_run(&c, &r, e);

	if (rc == -ENOENT)
		return not_installed(o->argv[0], e);
	if (rc)
		return rc;
	if (r.status)
		return tool_failed(o, &r, e);
	if (ret_output)
		*ret_output = take_ptr(r.output);
	return 0;
}
