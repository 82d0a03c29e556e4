/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <libkmod.h>
#include <stdbool.h>
#include <string.h>
#include "image/modules.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#define MODULE_MAX (64U << 20)
#define DEPTH_MAX 64
#define CHUNK (256U << 10)

static inline void cleanup_kmodp(struct kmod_ctx **c)
{
	kmod_unref(*c);
}

static inline void cleanup_kmod_listp(struct kmod_list **l)
{
	kmod_module_unref_list(*l);
}

static inline void cleanup_archivep(struct archive **a)
{
	archive_read_free(*a);
}

#define cleanup_kmod __attribute__((cleanup(cleanup_kmodp)))
#define cleanup_kmod_list __attribute__((cleanup(cleanup_kmod_listp)))
#define cleanup_archive __attribute__((cleanup(cleanup_archivep)))

static bool is_listed(const struct modules *m, const char *path)
{
	for (size_t i = 0; i < m->n; i++)
		if (!strcmp(m->paths[i], path))
			return true;
	return false;
}

static int append(struct modules *m, const char *path, struct err *e)
{
	if (m->n == m->room) {
		size_t room = m->room ? m->room * 2 : 32;
		char **paths = reallocarray(m->paths, room, sizeof(*paths));

		if (!paths)
			return err_set(e, ENOMEM, "out of memory for the list of modules");
		m->paths = paths;
		const char **options = reallocarray(m->options, room, sizeof(*options));
		if (!options)
			return err_set(e, ENOMEM, "out of memory for the list of modules");
		m->options = options;
		m->room = room;
	}
	m->options[m->n] = NULL;
	m->paths[m->n++] = path_format("%s", path);
	return 0;
}

static int add_module(struct modules *m, struct kmod_module *mod, int depth, struct err *e);

static bool has_generic(struct kmod_list *list, const char *stem, size_t len)
{
	struct kmod_list *item;

	kmod_list_foreach(item, list) {
		struct kmod_module *mod = kmod_module_get_module(item);
		const char *name = kmod_module_get_name(mod);
		bool same = !strncmp(name, stem, len) && !strcmp(name + len, "_generic");

		kmod_module_unref(mod);
		if (same)
			return true;
	}
	return false;
}

/*
 * A soft dependency names an algorithm that several modules have: crc32c_intel
 * beside crc32c_generic. The guest's CPU may lack what the former needs.
 */
static bool is_for_some_cpus(struct kmod_list *list, const char *name)
{
	const char *tail = strrchr(name, '_');

	return tail && strcmp(tail, "_generic") && has_generic(list, name, (size_t)(tail - name));
}

static int add_list(struct modules *m, struct kmod_list *list, int depth, struct err *e)
{
	struct kmod_list *item;
	int rc = 0;

	kmod_list_foreach(item, list) {
		struct kmod_module *mod = kmod_module_get_module(item);

		if (!rc && !is_for_some_cpus(list, kmod_module_get_name(mod)))
			rc = add_module(m, mod, depth, e);
		kmod_module_unref(mod);
	}
	return rc;
}

/* A soft dependency may point back at us: past DEPTH_MAX it is left alone. */
static int add_module(struct modules *m, struct kmod_module *mod, int depth, struct err *e)
{
	cleanup_kmod_list struct kmod_list *pre = NULL;
	cleanup_kmod_list struct kmod_list *post = NULL;
	const char *path = kmod_module_get_path(mod);

	if (!path || depth > DEPTH_MAX || is_listed(m, path))
		return 0;
	int rc = 0;

	if (!kmod_module_get_softdeps(mod, &pre, &post))
		rc = add_list(m, pre, depth + 1, e);
	if (rc)
		return rc;
	cleanup_kmod_list struct kmod_list *deps = kmod_module_get_dependencies(mod);

	rc = add_list(m, deps, depth + 1, e);
	if (rc || is_listed(m, path))
		return rc;
	return append(m, path, e);
}

/* Of those among @found that are listed: one may have been before it was wanted itself. */
static void options_set(struct modules *m, struct kmod_list *found, const char *options)
{
	struct kmod_list *item;

	kmod_list_foreach(item, found) {
		struct kmod_module *mod = kmod_module_get_module(item);
		const char *path = kmod_module_get_path(mod);

		for (size_t i = 0; path && i < m->n; i++)
			if (!strcmp(m->paths[i], path))
				m->options[i] = options;
		kmod_module_unref(mod);
	}
}

static int add_wanted(struct modules *m, struct kmod_ctx *ctx, const struct kernel *k,
		      const struct module_want *want, json_t *missing, struct err *e)
{
	cleanup_kmod_list struct kmod_list *found = NULL;
	int rc = kmod_module_new_from_lookup(ctx, want->name, &found);

	if (rc < 0 && rc != -ENOENT) {
		errno = -rc;
		return err_set(e, -rc, "cannot look up the module %s in %s: %m", want->name,
			       k->modules);
	}
	if (found) {
		rc = add_list(m, found, 0, e);
		if (!rc && want->options)
			options_set(m, found, want->options);
		return rc;
	}
	if (want->need == MODULE_REQUIRED)
		return err_set(e, ENOENT,
			       "the kernel %s (%s) has no module %s: it is neither in %s nor built in",
			       k->name, k->release, want->name, k->modules);
	if (want->need == MODULE_WANTED)
		json_array_append_new(missing, json_string(want->name));
	return 0;
}

int modules_resolve(const struct kernel *k, const struct module_want *wanted, struct modules *m,
		    json_t *missing, struct err *e)
{
	size_t had = m->n;
	int rc = 0;

	if (!k->modules)
		return 0;
	/*
	 * The host's own modprobe.d has no say in what a guest loads; the
	 * kernel's soft dependencies have.
	 */
	cleanup_free char *softdep = path_format("%s/modules.softdep", k->modules);
	const char *const config[] = { softdep, NULL };
	cleanup_kmod struct kmod_ctx *ctx = kmod_new(k->modules, config);

	if (!ctx)
		return err_set(e, ENOMEM, "cannot read the modules in %s", k->modules);
	kmod_set_log_priority(ctx, 0);
	kmod_load_resources(ctx);
	for (; !rc && wanted->name; wanted++)
		rc = add_wanted(m, ctx, k, wanted, missing, e);
	while (rc && m->n > had)
		free(m->paths[--m->n]);
	return rc;
}

char *module_file_name(const char *path)
{
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
	const char *ko = strstr(base, ".ko");

	return ko ? path_format("%.*s", (int)(ko + 3 - base), base) : path_format("%s", base);
}

static int damaged(struct archive *a, const char *path, struct err *e)
{
	const char *why = archive_error_string(a);

	return err_set(e, EINVAL, "the module %s is damaged: %s", path,
		       why ? why : "it cannot be uncompressed");
}

static int read_all(struct archive *a, const char *path, void **ret, size_t *ret_len,
		    struct err *e)
{
	cleanup_free char *data = NULL;
	size_t len = 0;

	for (;;) {
		char *bigger = realloc(data, len + CHUNK);

		if (!bigger)
			return err_set(e, ENOMEM, "out of memory for %s", path);
		data = bigger;
		ssize_t n = archive_read_data(a, data + len, CHUNK);
		if (n < 0)
			return damaged(a, path, e);
		if (!n)
			break;
		len += (size_t)n;
		if (len > MODULE_MAX)
			return err_set(e, EFBIG, "the module %s is over 64 MiB", path);
	}
	if (len < 4 || memcmp(data, "\177ELF", 4))
		return err_set(e, EINVAL, "the module %s is damaged: it is no ELF file", path);
	*ret = take_ptr(data);
	*ret_len = len;
	return 0;
}

int module_read(const char *path, void **ret, size_t *ret_len, struct err *e)
{
	cleanup_archive struct archive *a = archive_read_new();
	struct archive_entry *entry;

	if (!a)
		return err_set(e, ENOMEM, "out of memory for %s", path);
	archive_read_support_format_raw(a);
	archive_read_support_filter_xz(a);
	archive_read_support_filter_zstd(a);
	archive_read_support_filter_gzip(a);
	if (archive_read_open_filename(a, path, CHUNK) ||
	    archive_read_next_header(a, &entry))
		return damaged(a, path, e);
	return read_all(a, path, ret, ret_len, e);
}

void modules_clear(struct modules *m)
{
	for (size_t i = 0; i < m->n; i++)
		free(m->paths[i]);
	free(m->paths);
	free(m->options);
	*m = (struct modules){ 0 };
}
