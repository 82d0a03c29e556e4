/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include "image/cache-tree.h"
#include "image/content.h"
#include "image/kernel-source-series.h"
#include "image/tool.h"
#include "lib/child.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#define PATCH_MAX (16U << 20)
#define PATCH_MS (2 * 60 * 1000)

static bool starts(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

static const char *next_line(const char *line)
{
	line = strchrnul(line, '\n');
	return line + (*line == '\n');
}

/* What follows the first line of @text that begins with @key, to the line's end; or NULL. */
static char *header_value(const char *text, const char *key)
{
	for (const char *line = text; *line; line = next_line(line)) {
		if (starts(line, key))
			return strndup(line + strlen(key), strcspn(line + strlen(key), "\r\n"));
		if (starts(line, "diff ") || starts(line, "--- "))
			break;
	}
	return NULL;
}

static bool has_diff(const char *text)
{
	for (const char *line = text; *line; line = next_line(line))
		if (starts(line, "diff --git ") ||
		    (starts(line, "--- ") && starts(next_line(line), "+++ ")))
			return true;
	return false;
}

/* "From 1234... Mon Sep 17 00:00:00 2001", as mails in an mbox begin; prose may begin so, too. */
static bool is_mail_start(const char *text, const char *line)
{
	int h, m, s, year;

	return (line < text + 2 || line[-2] == '\n') && starts(line, "From ") &&
	       sscanf(line, "From %*s %*s %*s %*d %d:%d:%d %d", &h, &m, &s, &year) == 4;
}

/* The subject without its [PATCH 1/2]. */
static char *patch_title(const char *text, const char *file)
{
	cleanup_free char *subject = header_value(text, "Subject: ");
	const char *from = subject, *end;

	while (from && *from == '[' && (end = strchr(from, ']')))
		from = end + 1 + strspn(end + 1, " ");
	return path_format("%s", from && *from ? from : file);
}

static int patch_add(const char *file, char *text, json_t *series, struct err *e)
{
	cleanup_free char *coding = header_value(text, "Content-Transfer-Encoding: ");
	struct content c;
	char hash[65];

	if (coding && (!strcasecmp(coding, "base64") || !strcasecmp(coding, "quoted-printable")))
		return err_set(e, EINVAL, "the patch %s is a mail encoded as %s: take what `b4 am` "
			       "or `git format-patch` writes", file, coding);
	if (!has_diff(text))
		return 0;
	content_init(&c);
	content_add_text(&c, "patch", text);
	content_end(&c, hash);
	cleanup_free char *title = patch_title(text, file);
	json_t *patch = json_object(), *bytes = json_stringn_nocheck(text, strlen(text));

	json_object_set_new(patch, "file", json_string(file));
	json_object_set_new(patch, "title", json_sentence(title));
	json_object_set_new(patch, "hash", json_string(hash));
	json_object_set_new(patch, "text", bytes);
	json_array_append_new(series, patch);
	return 0;
}

int series_parse(const char *file, const char *text, json_t *series, struct err *e)
{
	size_t had = json_array_size(series);
	const char *start = text;

	for (const char *line = text; *start; line = next_line(line)) {
		if (*line && (line == start || !is_mail_start(text, line)))
			continue;
		cleanup_free char *one = strndup(start, (size_t)(line - start));

		if (!one)
			return err_set(e, ENOMEM, "out of memory for %s", file);
		if (patch_add(file, one, series, e))
			return -e->code;
		start = line;
	}
	if (json_array_size(series) == had)
		return err_set(e, EINVAL, "%s is no patch: it has no diff", file);
	return 0;
}

int series_load(const json_t *paths, json_t **ret, struct err *e)
{
	cleanup_json json_t *series = json_array();
	const json_t *path;
	size_t i;

	json_array_foreach(paths, i, path) {
		cleanup_free char *text = NULL;
		int rc = file_read(AT_FDCWD, json_string_value(path), PATCH_MAX, &text, NULL, e);

		if (!rc)
			rc = series_parse(json_string_value(path), text, series, e);
		if (rc)
			return rc;
	}
	*ret = take_ptr(series);
	return 0;
}

bool series_touches_config(const json_t *patch)
{
	for (const char *line = json_str(patch, "text"); *line; line = next_line(line)) {
		if (!starts(line, "--- ") && !starts(line, "+++ "))
			continue;
		cleanup_free char *path = strndup(line, strcspn(line, "\n"));

		if (strstr(path, "/Kconfig") || strstr(path, "/configs/") || strstr(path, "/kconfig/"))
			return true;
	}
	return false;
}

char *series_hunk(const char *text, const char *file, unsigned n)
{
	bool in_file = false;
	unsigned seen = 0;

	for (const char *line = text; *line; line = next_line(line)) {
		if (starts(line, "--- ") && starts(next_line(line), "+++ ")) {
			/* "--- a/mm/vmscan.c": a new file is named in the second line only. */
			const char *end = next_line(next_line(line));
			cleanup_free char *names = strndup(line, (size_t)(end - line));

			in_file = strstr(names, file) != NULL;
			seen = 0;
		}
		if (!in_file || !starts(line, "@@ ") || ++seen != n)
			continue;
		const char *end = next_line(line);

		while (*end && strchr(" +-\\\n", *end) && !starts(end, "-- \n"))
			end = next_line(end);
		return strndup(line, (size_t)(end - line));
	}
	return NULL;
}

/* What patch(1) said of the hunk that does not fit, turned into the hunk. */
static int rejected(const json_t *patch, const char *output, struct err *e)
{
	const char *file = json_str(patch, "file"), *title = json_str(patch, "title");
	const char *failed = strstr(output, " FAILED at "), *said = output;
	char target[200] = "", first[200];

	for (const char *line = output; *line && (!failed || line < failed); line = next_line(line)) {
		if (sscanf(line, "checking file %199[^\n]", target) != 1)
			said = line;
	}
	/* Without a hunk, what counts is said first: that there is no such file. */
	if (!failed)
		said = output;
	snprintf(first, sizeof(first), "%.*s", (int)strcspn(said, "\n"), said);
	err_set(e, EINVAL, "the patch %s (%.80s) does not apply%s%.120s: %.100s", file, title,
		*target ? " to " : "", target, first);
	e->excerpt[0] = '\0';

	const char *hunk_line = failed ? memrchr(output, '#', (size_t)(failed - output)) : NULL;
	cleanup_free char *hunk = hunk_line ?
		series_hunk(json_str(patch, "text"), target, (unsigned)strtoul(hunk_line + 1, NULL, 10)) :
		NULL;

	if (hunk)
		snprintf(e->excerpt, sizeof(e->excerpt), "%s", hunk);
	return -EINVAL;
}

enum patch_how { PATCH_TRY, PATCH_APPLY, PATCH_TAKE_BACK };

/* Sets *ret_output to what patch(1) said where it refused; -EBADE then. */
static int patch_run(const char *src, const char *file, enum patch_how how, char **ret_output,
		     struct err *e)
{
	static const char *const words[] = {
		[PATCH_TRY] = "--dry-run", [PATCH_APPLY] = "--forward", [PATCH_TAKE_BACK] = "--reverse",
	};
	const char *argv[] = { "patch", "-p1", "--fuzz=0", "--no-backup-if-mismatch", "--force",
			       "--reject-file=-", words[how], "-d", src, "-i", file, NULL };
	const char *env[] = { "LC_ALL=C", NULL };
	const struct child_opts o = { .argv = argv, .extra_env = env, .timeout_ms = PATCH_MS,
				      .output_max = PATCH_MAX };
	cleanup_child struct child_result r = { 0 };
	int rc = tool_require("patch", e);

	if (!rc)
		rc = child_run(&o, &r, e);
	if (rc || !r.status)
		return rc;
	*ret_output = take_ptr(r.output);
	return err_set(e, EBADE, "patch ended with status %d", r.status);
}

static int take_back_last(const char *src, const char *copies, json_t *applied, struct err *e)
{
	size_t last = json_array_size(applied) - 1;
	const char *hash = json_string_value(json_array_get(applied, last));
	cleanup_free char *copy = path_format("%s/%s", copies, hash);
	cleanup_free char *output = NULL;
	int rc = patch_run(src, copy, PATCH_TAKE_BACK, &output, e);

	if (!rc)
		json_array_remove(applied, last);
	return rc ? err_set(e, EIO, "cannot take back the patch %s in %s", copy, src) : 0;
}

static int apply(const char *src, const char *copies, const json_t *patch, json_t *applied,
		 struct err *e)
{
	const char *hash = json_str(patch, "hash"), *text = json_str(patch, "text");
	cleanup_free char *copy = path_format("%s/%s", copies, hash);
	cleanup_free char *output = NULL;
	int rc = file_write_atomic(copy, text, strlen(text), e);

	if (!rc)
		rc = patch_run(src, copy, PATCH_TRY, &output, e);
	if (rc == -EBADE)
		return rejected(patch, output, e);
	if (rc)
		return rc;
	rc = patch_run(src, copy, PATCH_APPLY, &output, e);
	if (rc)
		return err_set(e, EIO, "the patch %s applies only in part", json_str(patch, "file"));
	json_array_append_new(applied, json_string(hash));
	return 0;
}

static size_t shared_prefix(const json_t *series, const json_t *applied)
{
	size_t n = 0;

	while (n < json_array_size(series) && n < json_array_size(applied) &&
	       !strcmp(json_str(json_array_get(series, n), "hash"),
		       json_string_value(json_array_get(applied, n))))
		n++;
	return n;
}

int series_align(const char *src, const char *copies, const json_t *series, json_t *applied,
		 struct err *e)
{
	size_t n = shared_prefix(series, applied);
	int rc = cache_dir_make(copies, e);

	while (!rc && json_array_size(applied) > n)
		rc = take_back_last(src, copies, applied, e);
	for (; !rc && n < json_array_size(series); n++)
		rc = apply(src, copies, json_array_get(series, n), applied, e);
	return rc;
}
