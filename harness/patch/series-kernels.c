/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include "image/kernel-new.h"
#include "image/kernel-source-series.h"
#include "image/tool.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "patch/series-kernels.h"

#define GIT_MS (10 * 60 * 1000)
#define CHANGES_MAX 100000
#define LOG_MAX (32U << 20)

/* Each single patch as a file of its own: an mbox is taken apart. */
static int patches_read(const struct bisect_opts *o, const char *dir, json_t *changes,
			struct err *e)
{
	cleanup_json json_t *paths = json_array(), *series = NULL;
	cleanup_free char *folder = path_format("%s/patches", dir);
	const json_t *patch;
	size_t i;

	for (const char *const *p = o->patches; *p; p++)
		json_array_append_new(paths, json_string(*p));
	int rc = series_load(paths, &series, e);

	if (!rc)
		rc = dir_make(folder, 0755, e);
	json_array_foreach(series, i, patch) {
		cleanup_free char *name = path_format("patches/%04zu.patch", i + 1);
		cleanup_free char *path = path_format("%s/%s", dir, name);
		const json_t *text = json_object_get(patch, "text");

		if (!rc)
			rc = file_write_atomic(path, json_string_value(text),
					       json_string_length(text), e);
		json_array_append_new(changes, json_pack("{s:O, s:s}", "title",
							 json_object_get(patch, "title"), "patch",
							 name));
	}
	return rc;
}

/* The commits of the range along first parents: a merge is one change. */
static int commits_read(const struct bisect_opts *o, json_t *changes, struct err *e)
{
	const char *argv[] = { "git", "-C", o->git, "log", "--reverse", "--first-parent",
			       "--format=%H %s", o->range, "--", NULL };
	const struct tool_opts t = { .argv = argv, .timeout_ms = GIT_MS, .output_max = LOG_MAX };
	cleanup_free char *out = NULL;
	char *save = NULL;
	int rc = tool_run(&t, &out, e);

	if (rc)
		return rc;
	for (char *line = strtok_r(out, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char *space = strchr(line, ' ');

		if (!space)
			continue;
		*space = '\0';
		json_array_append_new(changes, json_pack("{s:o, s:s}", "title",
							 json_sentence(space + 1), "commit", line));
	}
	return 0;
}

/* The good end of a range is a commit, too: kernel 0 is built from it. */
static int good_commit(const struct bisect_opts *o, json_t *changes, struct err *e)
{
	const char *dots = strstr(o->range, "..");
	cleanup_free char *rev = dots ? path_format("%.*s^{commit}", (int)(dots - o->range), o->range)
				      : NULL;
	const char *argv[] = { "git", "-C", o->git, "rev-parse", "--verify", "--quiet", rev, NULL };
	const struct tool_opts t = { .argv = argv, .timeout_ms = GIT_MS };
	cleanup_free char *out = NULL;

	if (!dots || dots == o->range || !dots[2] || dots[2] == '.' || *o->range == '-')
		return err_set(e, EINVAL, "'%s' is no range GOOD..BAD", o->range);
	if (tool_run(&t, &out, e))
		return err_set(e, EINVAL, "%s has no commit %.*s", o->git, (int)(dots - o->range),
			       o->range);
	out[strcspn(out, "\n")] = '\0';
	json_array_append_new(changes, json_pack("{s:s, s:s}", "title", "the good end", "commit", out));
	return 0;
}

int series_kernels_read(const struct bisect_opts *o, const char *dir, json_t **ret_changes,
			unsigned *ret_good, struct err *e)
{
	cleanup_json json_t *changes = json_array();
	unsigned good = o->good, bad = o->bad;
	int rc = 0;

	if (o->git) {
		rc = good_commit(o, changes, e);
		good = 1;
	}
	if (!rc)
		rc = o->git ? commits_read(o, changes, e) : patches_read(o, dir, changes, e);
	if (rc)
		return rc;
	size_t n = json_array_size(changes);

	if (bad > n || n > CHANGES_MAX)
		return err_set(e, EINVAL, "the bad end has %u patches, the series %zu", bad, n);
	while (bad && json_array_size(changes) > bad)
		json_array_remove(changes, json_array_size(changes) - 1);
	if (good >= json_array_size(changes))
		return err_set(e, EINVAL, "there is no change between the good and the bad end");
	*ret_changes = take_ptr(changes);
	*ret_good = good;
	return 0;
}

static unsigned good_of(const struct series_kernels *s)
{
	return (unsigned)json_int_or(s->request, "good", 0);
}

static const json_t *change(const struct series_kernels *s, size_t at)
{
	return json_array_get(json_object_get(s->request, "changes"), at);
}

size_t series_kernels_count(const struct series_kernels *s)
{
	return json_array_size(json_object_get(s->request, "changes")) - good_of(s);
}

const char *series_kernels_title(const struct series_kernels *s, size_t k)
{
	return json_str(change(s, good_of(s) + k - 1), "title");
}

static int make(const struct series_kernels *s, const struct search *search, const char *name,
		size_t n, struct err *e)
{
	const char *git = json_str(s->request, "git");
	cleanup_free const char **patches = calloc(n + 1, sizeof(*patches));
	cleanup_json json_t *paths = json_array();
	cleanup_free char *path = NULL;
	struct kernel_new k = { .name = name, .base = json_str(s->request, "base"),
				.patches = patches };

	if (!patches)
		return err_set(e, ENOMEM, "out of memory for %zu patches", n);
	if (git) {
		k.source = "git";
		k.path = git;
		k.revision = json_str(change(s, n - 1), "commit");
		k.summary = json_str(change(s, n - 1), "title");
	}
	for (size_t i = 0; i < n && !git; i++) {
		json_array_append_new(paths, json_sprintf("%s/%s", s->dir, json_str(change(s, i), "patch")));
		patches[i] = json_string_value(json_array_get(paths, i));
	}
	return kernel_new(search, &k, &path, e);
}

int series_kernels_make(const struct series_kernels *s, const struct search *search, size_t k,
			char **ret, struct err *e)
{
	const char *base = json_str(s->request, "base");
	size_t n = good_of(s) + k;
	const char *commit = n ? json_str(change(s, n - 1), "commit") : NULL;
	cleanup_free char *name = !n ? path_format("%s", base) :
				  commit ? path_format("%s+%.12s", base, commit) :
					   path_format("%s+%04zu", base, n);
	cleanup_free char *file = path_format("%s/images/kernels/%s/kernel.yaml", s->dir, name);
	int rc = n && access(file, F_OK) ? make(s, search, name, n, e) : 0;

	if (!rc)
		*ret = take_ptr(name);
	return rc;
}
