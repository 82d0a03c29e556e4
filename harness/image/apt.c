/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fnmatch.h>
#include <glob.h>
#include <string.h>
#include <unistd.h>
#include "image/apt.h"
#include "image/stanza.h"
#include "image/tool.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#define QUERY_MS (2 * 60 * 1000)
#define DOWNLOAD_MS (30 * 60 * 1000)
#define OUTPUT_MAX (16U << 20)
#define PACKAGES_MAX 500

static const char *const suite_parts[] = { "", "-updates", "-security" };

/* Only these: a full apt.conf would bring the host's hooks into the guest. */
static const char *const settings[] = {
	"Acquire::http::Proxy ",	    "Acquire::https::Proxy ",
	"Acquire::Check-Valid-Until ",	    "Acquire::https::CaInfo ",
	"Acquire::https::Verify-Peer ",	    "Acquire::Max-FutureTime ",
};

static int apt_query(const char *const *argv, char **ret, struct err *e)
{
	const struct tool_opts o = {
		.argv = argv, .timeout_ms = QUERY_MS, .output_max = OUTPUT_MAX
	};

	return tool_run(&o, ret, e);
}

static bool is_part_of(const char *codename, const char *suite)
{
	size_t len = strlen(suite);

	if (strncmp(codename, suite, len))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(suite_parts); i++)
		if (!strcmp(codename + len, suite_parts[i]))
			return true;
	return false;
}

static void append_once(json_t *list, const char *text)
{
	const json_t *old;
	size_t i;

	json_array_foreach(list, i, old)
		if (!strcmp(json_string_value(old), text))
			return;
	json_array_append_new(list, json_string(text));
}

json_t *apt_sources_parse(const char *text, const char *suite)
{
	cleanup_json json_t *targets = stanza_parse(text);
	json_t *lines = json_array();
	const json_t *t;
	size_t i;

	json_array_foreach(targets, i, t) {
		const char *by = json_str(t, "Created-By"), *origin = json_str(t, "Origin");
		const char *codename = json_str(t, "Codename"), *uri = json_str(t, "Repo-URI");
		const char *release = json_str(t, "Release"), *part = json_str(t, "Component");

		if (!by || !origin || !codename || !uri || !release || !part)
			continue;
		if (strcmp(by, "Packages") || strcmp(origin, "Debian") || strcmp(part, "main") ||
		    !is_part_of(codename, suite))
			continue;
		cleanup_free char *line = path_format("deb %s %s %s", uri, release, part);
		append_once(lines, line);
	}
	return lines;
}

int apt_sources(const char *suite, json_t **ret, struct err *e)
{
	static const char *const argv[] = { "apt-get", "indextargets", NULL };
	cleanup_free char *text = NULL;
	int rc = apt_query(argv, &text, e);
	if (rc)
		return rc;

	cleanup_json json_t *lines = apt_sources_parse(text, suite);
	if (!json_array_size(lines))
		return err_set(e, ENODATA,
			       "apt on this host knows no Debian sources of suite %s: "
			       "add them and run `apt-get update`",
			       suite);
	*ret = take_ptr(lines);
	return 0;
}

int apt_settings(json_t **ret, struct err *e)
{
	static const char *const argv[] = { "apt-config", "dump", NULL };
	cleanup_free char *text = NULL;
	int rc = apt_query(argv, &text, e);
	if (rc)
		return rc;

	json_t *lines = json_array();

	for (const char *line = text; *line;) {
		size_t len = strcspn(line, "\n");

		for (size_t i = 0; i < ARRAY_SIZE(settings); i++)
			if (!strncmp(line, settings[i], strlen(settings[i])))
				json_array_append_new(lines, json_stringn(line, len));
		line += len + (line[len] == '\n');
	}
	*ret = lines;
	return 0;
}

bool apt_name_matches(const char *package, const char *pattern, const json_t *exclude)
{
	const json_t *x;
	size_t i;

	if (fnmatch(pattern, package, 0))
		return false;
	json_array_foreach(exclude, i, x)
		if (!fnmatch(json_string_value(x), package, 0))
			return false;
	return true;
}

/* All packages that match, as the arguments of one `apt-cache show`. */
static int matching_names(const char *pattern, const json_t *exclude, json_t **ret, struct err *e)
{
	cleanup_free char *prefix = strndup(pattern, strcspn(pattern, "*?["));
	const char *argv[] = { "apt-cache", "pkgnames", prefix, NULL };
	cleanup_free char *text = NULL;
	int rc = apt_query(argv, &text, e);
	if (rc)
		return rc;

	json_t *names = json_array();

	for (char *line = text, *end; *line; line = end) {
		end = line + strcspn(line, "\n");
		if (*end)
			*end++ = '\0';
		if (apt_name_matches(line, pattern, exclude))
			json_array_append_new(names, json_string(line));
	}
	*ret = names;
	return 0;
}

static bool version_is_newer(const char *a, const char *b)
{
	const char *argv[] = { "dpkg", "--compare-versions", a, "gt", b, NULL };
	const struct tool_opts o = { .argv = argv, .timeout_ms = QUERY_MS };
	struct err ignored;

	return !tool_run(&o, NULL, &ignored);
}

/* What can be downloaded has a Filename; what is only installed has none. */
static const json_t *newest_of(const json_t *stanzas)
{
	const json_t *best = NULL, *s;
	size_t i;

	json_array_foreach(stanzas, i, s) {
		const char *version = json_str(s, "Version");

		if (!json_str(s, "Package") || !json_str(s, "Filename") || !version)
			continue;
		if (!best || version_is_newer(version, json_str(best, "Version")))
			best = s;
	}
	return best;
}

int apt_newest(const char *pattern, const json_t *exclude, json_t **ret, struct err *e)
{
	const char *argv[PACKAGES_MAX + 3] = { "apt-cache", "show" };
	cleanup_json json_t *names = NULL;
	cleanup_free char *text = NULL;
	size_t n = 2, i;
	const json_t *name;
	int rc = matching_names(pattern, exclude, &names, e);
	if (rc)
		return rc;

	json_array_foreach(names, i, name)
		if (n < PACKAGES_MAX + 2)
			argv[n++] = json_string_value(name);
	if (n > 2) {
		rc = apt_query(argv, &text, e);
		if (rc)
			return rc;
	}
	cleanup_json json_t *stanzas = stanza_parse(text ? text : "");
	const json_t *best = newest_of(stanzas);

	if (!best)
		return err_set(e, ENODATA,
			       "apt on this host offers no package like %s: run `apt-get update`, "
			       "or add Debian's sources that have it",
			       pattern);
	const char *sha256 = json_str(best, "SHA256"), *size = json_str(best, "Size");

	*ret = json_pack("{s:s, s:s, s:s, s:I}", "package", json_str(best, "Package"), "version",
			 json_str(best, "Version"), "sha256", sha256 ? sha256 : "", "bytes",
			 (json_int_t)strtoll(size ? size : "0", NULL, 10));
	return 0;
}

int apt_download(const char *package, const char *version, const char *dir, const char *log_path,
		 char **ret_path, struct err *e)
{
	cleanup_free char *what = path_format("%s=%s", package, version);
	cleanup_free char *pattern = path_format("%s/*.deb", dir);
	/* As root apt would fetch as _apt, which may not write to our folder. */
	const char *as_root[] = { "apt-get", "-o", "APT::Sandbox::User=root", "download", what,
				  NULL };
	const char *as_user[] = { "apt-get", "download", what, NULL };
	const struct tool_opts o = { .argv = geteuid() ? as_user : as_root,
				     .cwd = dir,
				     .log_path = log_path,
				     .timeout_ms = DOWNLOAD_MS };
	glob_t found = { 0 };
	int rc = tool_run(&o, NULL, e);
	if (rc)
		return err_prefix(e, "cannot download %s: ", what);

	if (glob(pattern, 0, NULL, &found))
		rc = err_set(e, EIO, "apt-get download %s left no file in %s", what, dir);
	else
		*ret_path = path_format("%s", found.gl_pathv[0]);
	globfree(&found);
	return rc;
}
