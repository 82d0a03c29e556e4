/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include "image/initramfs.h"
#include "image/modules.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#define FILE_MAX (64U << 20)

/* What the agent's channel itself needs: loaded before the agent can be told anything. */
static const struct module_want channel_modules[] = {
	{ .name = "virtio_pci" }, { .name = "virtio_console" }, { .name = NULL },
};

static inline void cleanup_archive_writep(struct archive **a)
{
	archive_write_free(*a);
}

static inline void cleanup_entryp(struct archive_entry **entry)
{
	archive_entry_free(*entry);
}

static inline void cleanup_ftsp(FTS **fts)
{
	if (*fts)
		fts_close(*fts);
}

#define cleanup_archive_write __attribute__((cleanup(cleanup_archive_writep)))
#define cleanup_entry __attribute__((cleanup(cleanup_entryp)))
#define cleanup_fts __attribute__((cleanup(cleanup_ftsp)))

/* An archive being written, and the next free inode number: 0 would make hard links. */
struct writer {
	struct archive *a;
	const char *path;
	int64_t ino;
};

static int add(struct writer *w, const char *name, mode_t mode, dev_t rdev, const void *data,
	       size_t len, struct err *e)
{
	cleanup_entry struct archive_entry *entry = archive_entry_new();

	if (!entry)
		return err_set(e, ENOMEM, "out of memory for %s", w->path);
	archive_entry_set_pathname(entry, name);
	archive_entry_set_mode(entry, mode);
	archive_entry_set_size(entry, (int64_t)len);
	archive_entry_set_rdev(entry, rdev);
	archive_entry_set_ino64(entry, ++w->ino);
	archive_entry_set_nlink(entry, S_ISDIR(mode) ? 2 : 1);
	archive_entry_set_mtime(entry, 0, 0);
	if (archive_write_header(w->a, entry) != ARCHIVE_OK ||
	    (len && archive_write_data(w->a, data, len) != (ssize_t)len))
		return err_set(e, EIO, "cannot write %s to %s: %s", name, w->path,
			       archive_error_string(w->a));
	return 0;
}

static int add_dir(struct writer *w, const char *name, struct err *e)
{
	return add(w, name, S_IFDIR | 0755, 0, NULL, 0, e);
}

static int add_file(struct writer *w, const char *name, mode_t mode, const char *from,
		    struct err *e)
{
	cleanup_free char *data = NULL;
	size_t len;
	int rc = file_read(AT_FDCWD, from, FILE_MAX, &data, &len, e);

	return rc ? rc : add(w, name, S_IFREG | mode, 0, data, len, e);
}

/* The names of the first @n modules, one a line: the agent's list modules/early. */
static int add_early(struct writer *w, const struct modules *m, size_t n, struct err *e)
{
	char *text = path_format("%s", "");

	for (size_t i = 0; i < n; i++) {
		cleanup_free char *old = text;
		cleanup_free char *file = module_file_name(m->paths[i]);

		text = path_format("%s%s\n", old, file);
	}
	int rc = add(w, "modules/early", S_IFREG | 0644, 0, text, strlen(text), e);

	free(text);
	return rc;
}

static int add_modules(struct writer *w, const struct modules *m, size_t n_early, json_t *load,
		       struct err *e)
{
	int rc = add_dir(w, "modules", e);

	if (!rc)
		rc = add_early(w, m, n_early, e);
	for (size_t i = 0; !rc && i < m->n; i++) {
		cleanup_free void *data = NULL;
		cleanup_free char *file = module_file_name(m->paths[i]);
		cleanup_free char *name = path_format("modules/%s", file);
		size_t len;

		rc = module_read(m->paths[i], &data, &len, e);
		if (!rc)
			rc = add(w, name, S_IFREG | 0644, 0, data, len, e);
		if (!rc)
			json_array_append_new(load, m->options[i] ?
					      json_sprintf("%s %s", file, m->options[i]) :
					      json_string(file));
	}
	return rc;
}

static mode_t program_mode(const char *path, mode_t mode)
{
	size_t len = strlen(path);

	return mode & 0111 || (len > 3 && !strcmp(path + len - 3, ".sh")) ? 0755 : 0644;
}

static int add_workload_entry(struct writer *w, const FTSENT *f, size_t skip, struct err *e)
{
	cleanup_free char *name = path_format("workload%s", f->fts_path + skip);

	switch (f->fts_info) {
	case FTS_D:
		return add_dir(w, name, e);
	case FTS_F:
		return add_file(w, name, program_mode(name, f->fts_statp->st_mode), f->fts_path, e);
	case FTS_DP:
		return 0;
	case FTS_DNR:
	case FTS_ERR:
	case FTS_NS:
		errno = f->fts_errno;
		return err_set(e, errno, "cannot read %s: %m", f->fts_path);
	default:
		return err_set(e, EINVAL,
			       "%s is neither a file nor a folder: a workload's folder has nothing else",
			       f->fts_path);
	}
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

static int add_workload(struct writer *w, const char *dir, struct err *e)
{
	cleanup_free char *root = realpath(dir, NULL);
	if (!root)
		return err_set(e, errno, "cannot find the workload's folder %s: %m", dir);

	char *const roots[] = { root, NULL };
	cleanup_fts FTS *fts = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, by_name);
	const FTSENT *f;

	if (!fts)
		return err_set(e, errno, "cannot read %s: %m", root);
	while ((f = fts_read(fts))) {
		int rc = add_workload_entry(w, f, strlen(root), e);

		if (rc)
			return rc;
	}
	return 0;
}

static int add_daemons(struct writer *w, const json_t *paths, struct err *e)
{
	int rc = json_array_size(paths) ? add_dir(w, "daemons", e) : 0;
	const json_t *path;
	size_t i;

	json_array_foreach(paths, i, path) {
		const char *from = json_string_value(path);
		cleanup_free char *name = path_format("daemons%s", strrchr(from, '/'));

		if (!rc)
			rc = add_file(w, name, 0755, from, e);
	}
	return rc;
}

static int add_all(struct writer *w, const struct initramfs_opts *o, const struct modules *m,
		   size_t n_early, json_t *load, struct err *e)
{
	int rc = add_dir(w, "dev", e);

	if (!rc)	/* the kernel opens it before the agent runs */
		rc = add(w, "dev/console", S_IFCHR | 0600, makedev(5, 1), NULL, 0, e);
	if (!rc)
		rc = add_file(w, "init", 0755, o->agent, e);
	if (!rc)
		rc = add_modules(w, m, n_early, load, e);
	if (!rc)
		rc = add_daemons(w, o->daemons, e);
	if (!rc && o->workload_dir)
		rc = add_workload(w, o->workload_dir, e);
	return rc;
}

int initramfs_modules(const struct kernel *k, const struct module_want *wanted,
		      struct modules *m, size_t *ret_early, json_t *missing, struct err *e)
{
	int rc = modules_resolve(k, channel_modules, m, missing, e);

	if (!rc && ret_early)
		*ret_early = m->n;
	return rc ? rc : modules_resolve(k, wanted, m, missing, e);
}

int initramfs_write(const struct initramfs_opts *o, const char *path, json_t **ret_load,
		    json_t **ret_missing, struct err *e)
{
	cleanup_modules struct modules m = { 0 };
	cleanup_json json_t *load = json_array(), *missing = json_array();
	cleanup_archive_write struct archive *a = archive_write_new();
	size_t n_early = 0;
	int rc = initramfs_modules(o->kernel, o->modules, &m, &n_early, missing, e);

	if (rc)
		return rc;

	struct writer w = { .a = a, .path = path };

	if (!a || !load)
		return err_set(e, ENOMEM, "out of memory for %s", path);
	archive_write_set_format_cpio_newc(a);
	archive_write_add_filter_none(a);
	/* A cpio is read to its trailer: no padding to tape blocks. */
	archive_write_set_bytes_in_last_block(a, 1);
	if (archive_write_open_filename(a, path))
		return err_set(e, archive_errno(a), "cannot create %s: %s", path,
			       archive_error_string(a));
	rc = add_all(&w, o, &m, n_early, load, e);
	if (!rc && archive_write_close(a))
		rc = err_set(e, EIO, "cannot write %s: %s", path, archive_error_string(a));
	if (rc) {
		unlink(path);
		return rc;
	}
	*ret_load = take_ptr(load);
	*ret_missing = take_ptr(missing);
	return 0;
}
