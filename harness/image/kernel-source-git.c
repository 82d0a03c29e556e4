/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include <unistd.h>
#include "image/cache-tree.h"
#include "image/content.h"
#include "image/kernel-source-origins.h"
#include "image/tool.h"
#include "lib/cleanup.h"
#include "lib/file.h"

/*
 * The workshop has the repository's index in WORKSHOP/git and its objects in
 * the user's own: a change of revision writes only files that differ, and src
 * has no .git that the kernel's build would look at.
 */

static int git_run(const char *const *argv, const char *log, struct err *e)
{
	const struct tool_opts o = { .argv = argv, .log_path = log, .timeout_ms = ORIGIN_MS };

	return tool_run(&o, NULL, e);
}

int origin_resolve_git(struct kernel_origin *o, enum origin_version version, struct err *e)
{
	const char *revision = o->revision ? o->revision : "HEAD";
	cleanup_free char *commit = path_format("%s^{commit}", revision);
	cleanup_free char *output = NULL;
	const char *argv[] = { "git", "-C", o->what, "rev-parse", "--verify", "--end-of-options",
			       commit, NULL };
	const struct tool_opts run = { .argv = argv, .timeout_ms = ORIGIN_MS };
	struct content c;
	int rc = tool_run(&run, &output, e);

	(void)version;
	if (rc)
		return err_prefix(e, "cannot find the revision %s in %s: ", revision, o->what);
	output[strcspn(output, "\n")] = '\0';
	content_init(&c);
	content_add_text(&c, "commit", output);
	content_end(&c, o->id);
	o->label = path_format("%s %.12s", o->what, output);
	free(o->revision);
	o->revision = take_ptr(output);
	return 0;
}

int origin_bring_git(const struct kernel_origin *o, const char *workshop, const char *log,
		     struct err *e)
{
	cleanup_free char *git = path_format("%s/git", workshop);
	cleanup_free char *src = path_format("%s/src", workshop);
	cleanup_free char *git_dir = path_format("--git-dir=%s", git);
	cleanup_free char *work_tree = path_format("--work-tree=%s", src);
	const char *clone[] = { "git", "clone", "--quiet", "--bare", "--shared", o->what, git, NULL };
	const char *checkout[] = { "git", "-c", "core.bare=false", git_dir, work_tree, "checkout",
				   "--quiet", "--force", "--detach", o->revision, NULL };
	const char *clean[] = { "git", "-c", "core.bare=false", git_dir, work_tree, "clean", "-fdxq",
				NULL };
	int rc = 0;

	if (access(src, F_OK))
		rc = cache_tree_remove(git, e);
	if (!rc)
		rc = cache_dir_make(src, e);
	if (!rc && access(git, F_OK))
		rc = git_run(clone, log, e);
	if (!rc)
		rc = git_run(checkout, log, e);
	return rc ? rc : git_run(clean, log, e);
}
