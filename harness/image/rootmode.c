/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <pwd.h>
#include <stdbool.h>
#include <unistd.h>
#include "image/rootmode.h"
#include "image/tool.h"
#include "image/userns.h"
#include "lib/cleanup.h"

#define TRY_MS 20000
#define ARGS_MAX 16

static const char *const nothing[] = { NULL };
static const char *const own_namespaces[] = { "unshare", "--mount", "--pid", "--fork",
					      "--kill-child", NULL };
static const char *const user_namespace[] = { USERNS_COMMAND, NULL };
static const char *const fakeroot[] = { "fakeroot", NULL };

/* In order of preference; each is tried with the words of @trial. */
static const struct {
	struct rootmode mode;
	bool needs_root;
	const char *const trial[5];
} modes[] = {
	/* With its own PID namespace no process of a killed build lives on. */
	{ { "root", own_namespaces, "root", own_namespaces }, true, { "true" } },
	{ { "root", nothing, "root", nothing }, true, { "true" } },
	/* Another owner must exist in the namespace: only root would not do. */
	{ { "user namespace", user_namespace, "root", user_namespace }, false,
	  { "chroot", "--userspec=1:1", "/", "true" } },
	{ { "fakechroot", nothing, "fakechroot", fakeroot }, false, { "fakechroot", "--version" } },
};

static bool mode_works(size_t i)
{
	const char *argv[ARGS_MAX] = { NULL };
	const struct tool_opts o = { .argv = argv, .timeout_ms = TRY_MS };
	struct err ignored;
	size_t n = 0;

	if (modes[i].needs_root != !geteuid())
		return false;
	for (const char *const *w = modes[i].mode.tree_prefix; *w; w++)
		argv[n++] = *w;
	for (size_t t = 0; t < ARRAY_SIZE(modes[i].trial) && modes[i].trial[t]; t++)
		argv[n++] = modes[i].trial[t];
	return !tool_run(&o, NULL, &ignored);
}

int rootmode_find(const struct rootmode **ret, struct err *e)
{
	for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
		if (mode_works(i)) {
			*ret = &modes[i].mode;
			return 0;
		}
	}
	const struct passwd *user = getpwuid(geteuid());

	return err_set(e, EPERM,
		       "an ordinary user can build an image with subordinate users or with "
		       "fakechroot, and neither works here: run `sudo usermod --add-subuids "
		       "100000-165535 --add-subgids 100000-165535 %s`, "
		       "or install the Debian packages fakechroot and fakeroot",
		       user ? user->pw_name : "USER");
}
