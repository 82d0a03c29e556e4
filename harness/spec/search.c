/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "lib/cleanup.h"
#include "lib/file.h"
#include "spec/nearest.h"
#include "spec/search.h"

/* Where each kind lies below a folder of the search path. */
static const struct {
	const char *folder;
	const char *file;	/* inside a folder of that name; NULL: the name is the file's */
} places[SPEC_KIND_COUNT] = {
	[SPEC_IMAGE] = { "images/rootfs", "image.yaml" },
	[SPEC_KERNEL] = { "images/kernels", "kernel.yaml" },
	[SPEC_TOPOLOGY] = { "topologies", NULL },
	[SPEC_POLICY] = { "policies", NULL },
	[SPEC_WORKLOAD] = { "workloads", "workload.yaml" },
	[SPEC_EXPERIMENT] = { "experiments", NULL },
	[SPEC_CLAIM] = { "reports/claims", NULL },
};

static inline void cleanup_dirp(DIR **d)
{
	if (*d)
		closedir(*d);
}
#define cleanup_dir __attribute__((cleanup(cleanup_dirp)))

static bool is_folder(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

static bool is_file(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISREG(st.st_mode);
}

static bool ends_with(const char *name, const char *end)
{
	size_t n = strlen(name), m = strlen(end);

	return n >= m && !strcmp(name + n - m, end);
}

int search_add(struct search *s, const char *dir, struct err *e)
{
	if (s->n == SEARCH_DIRS_MAX)
		return err_set(e, E2BIG, "cannot search '%s': %d folders is the most", dir,
			       SEARCH_DIRS_MAX);
	char *full = realpath(dir, NULL);
	if (!full)
		return err_set(e, errno, "cannot search '%s': %m", dir);
	if (!is_folder(full)) {
		free(full);
		return err_set(e, ENOTDIR, "cannot search '%s': it is no folder", dir);
	}
	s->dirs[s->n++] = full;
	return 0;
}

int search_with(const struct search *s, const char *dir, struct search *ret, struct err *e)
{
	struct search with = { 0 };
	int rc = search_add(&with, dir, e);

	for (size_t i = 0; !rc && i < s->n; i++)
		rc = search_add(&with, s->dirs[i], e);
	if (rc)
		search_clear(&with);
	else
		*ret = with;
	return rc;
}

/* The folder of the running program, which the caller frees; NULL with errno set. */
static char *program_folder(void)
{
	char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

	if (n < 0)
		return NULL;
	path[n] = '\0';
	/* With the last part goes the " (deleted)" of a program that was built anew since. */
	*strrchr(path, '/') = '\0';
	return strdup(path);
}

int search_add_own(struct search *s, struct err *e)
{
	static const char *const beside[] = { "..", "../share/ramrig" };
	const char *data = getenv("RAMRIG_DATA");

	if (data && *data)
		return search_add(s, data, e);
	cleanup_free char *dir = program_folder();
	if (!dir)
		return err_set(e, errno, "cannot tell where ramrig lies: %m");
	for (size_t i = 0; i < ARRAY_SIZE(beside); i++) {
		cleanup_free char *root = path_format("%s/%s", dir, beside[i]);
		cleanup_free char *mark = path_format("%s/topologies", root);

		if (is_folder(mark))
			return search_add(s, root, e);
	}
	return err_set(e, ENOENT, "ramrig's own topologies are neither in %s/.. nor in "
		       "%s/../share/ramrig; install it again, or name its folder in RAMRIG_DATA",
		       dir, dir);
}

static char *place_path(const char *dir, enum spec_kind kind, const char *name)
{
	return places[kind].file ?
		path_format("%s/%s/%s/%s", dir, places[kind].folder, name, places[kind].file) :
		path_format("%s/%s/%s.yaml", dir, places[kind].folder, name);
}

/* Adds the names of @kind below @dir to @names. */
static void folder_list(const char *dir, enum spec_kind kind, json_t *names)
{
	cleanup_free char *path = path_format("%s/%s", dir, places[kind].folder);
	cleanup_dir DIR *d = opendir(path);
	struct dirent *entry;

	while (d && (entry = readdir(d))) {
		size_t len = strlen(entry->d_name);

		if (*entry->d_name == '.')
			continue;
		if (!places[kind].file) {
			if (!ends_with(entry->d_name, ".yaml"))
				continue;
			len -= strlen(".yaml");
		}
		cleanup_free char *name = strndup(entry->d_name, len);
		cleanup_free char *file = name ? place_path(dir, kind, name) : NULL;

		if (file && is_file(file))
			json_object_set_new(names, name, json_true());
	}
}

static int name_compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

json_t *search_list(const struct search *s, enum spec_kind kind)
{
	cleanup_json json_t *names = json_object();
	json_t *list = json_array(), *unused;
	const char *name;
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		folder_list(s->dirs[i], kind, names);

	cleanup_free const char **sorted = calloc(json_object_size(names) + 1, sizeof(*sorted));
	if (!sorted)
		return list;
	json_object_foreach(names, name, unused)
		sorted[n++] = name;
	qsort(sorted, n, sizeof(*sorted), name_compare);
	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, json_string(sorted[i]));
	return list;
}

static int missing_explain(const struct search *s, enum spec_kind kind, const char *name,
			   struct err *e)
{
	cleanup_json json_t *list = search_list(s, kind);
	struct nearest near = { .written = name };
	const json_t *item;
	char hint[100], dirs[300] = "no folder";
	size_t i, len = 0;

	json_array_foreach(list, i, item)
		nearest_offer(&near, json_string_value(item));
	for (i = 0; i < s->n && len < sizeof(dirs); i++)
		len += (size_t)snprintf(dirs + len, sizeof(dirs) - len, "%s%s/%s", i ? ", " : "",
					s->dirs[i], places[kind].folder);
	return err_set(e, ENOENT, "there is no %s '%.64s' in %s%s", spec_kind_name(kind), name,
		       dirs, nearest_hint(&near, hint, sizeof(hint)));
}

int search_find(const struct search *s, enum spec_kind kind, const char *name, char **ret_path,
		struct err *e)
{
	if (strchr(name, '/') || ends_with(name, ".yaml")) {
		cleanup_free char *inside = places[kind].file && is_folder(name) ?
			path_format("%s/%s", name, places[kind].file) : path_format("%s", name);

		if (!is_file(inside))
			return err_set(e, ENOENT, "there is no file '%s'", inside);
		*ret_path = take_ptr(inside);
		return 0;
	}
	for (size_t i = 0; i < s->n; i++) {
		cleanup_free char *path = place_path(s->dirs[i], kind, name);

		if (is_file(path)) {
			*ret_path = take_ptr(path);
			return 0;
		}
	}
	return missing_explain(s, kind, name, e);
}

int search_program(const char *name, char **ret_path, struct err *e)
{
	static const char *const beside[] = { ".", "../libexec/ramrig" };
	cleanup_free char *dir = program_folder();
	if (!dir)
		return err_set(e, errno, "cannot tell where ramrig lies: %m");

	for (size_t i = 0; i < ARRAY_SIZE(beside); i++) {
		cleanup_free char *path = path_format("%s/%s/%s", dir, beside[i], name);

		if (!access(path, X_OK) && is_file(path)) {
			*ret_path = realpath(path, NULL);
			return *ret_path ? 0 : err_set(e, errno, "cannot resolve %s: %m", path);
		}
	}
	return err_set(e, ENOENT, "there is no program %s, neither in %s nor in "
		       "%s/../libexec/ramrig; run 'make' or install ramrig again", name, dir, dir);
}

int search_guest_program(const char *folder, const char *name, char **ret_path, struct err *e)
{
	cleanup_free char *full = realpath(folder, NULL);
	if (!full)
		return err_set(e, errno, "cannot find the folder %s: %m", folder);
	cleanup_free char *own = path_format("%s/%s", full, name);
	cleanup_free char *built = path_format("%s/../../build/workloads/%s/%s", full,
					       strrchr(full, '/') + 1, name);
	cleanup_free char *source = path_format("%s.c", own);
	/* Only ramrig's own tree has this very file. */
	cleanup_free char *ours = path_format("%s/../../harness/spec/search.c", full);
	char **found = is_file(own) ? &own : is_file(built) ? &built : NULL;

	if (found && access(*found, X_OK))
		return err_set(e, EACCES, "%s is no program: chmod +x it", *found);
	if (!found && is_file(source) && is_file(ours))
		return err_set(e, ENOENT, "%s is not compiled: run 'make' in %s/../..", source, full);
	if (!found && is_file(source))
		return err_set(e, ENOENT, "there is no program '%s' in %s; compile it there: "
			       "cc -static -o %s %s.c", name, full, name, name);
	if (!found)
		return err_set(e, ENOENT, "there is no program '%s' in %s, nor a %s.c to compile",
			       name, full, name);
	*ret_path = take_ptr(*found);
	return 0;
}

int search_shared_file(const char *folder, const char *name, char **ret_path, struct err *e)
{
	cleanup_free char *full = realpath(folder, NULL);
	if (!full)
		return err_set(e, errno, "cannot find the folder %s: %m", folder);
	cleanup_free char *path = path_format("%.*s/lib/%s", (int)(strrchr(full, '/') - full), full,
					      name);

	if (!is_file(path))
		return err_set(e, ENOENT, "there is no file %s for workloads to share", path);
	*ret_path = take_ptr(path);
	return 0;
}

void search_clear(struct search *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->dirs[i]);
	*s = (struct search){};
}
