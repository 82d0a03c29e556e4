/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include "bundle/write.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/hash.h"

#define CHUNK (256U << 10)

static inline void cleanup_archivep(struct archive **a)
{
	archive_write_free(*a);
}
static inline void cleanup_entryp(struct archive_entry **entry)
{
	archive_entry_free(*entry);
}
#define cleanup_archive __attribute__((cleanup(cleanup_archivep)))
#define cleanup_entry	__attribute__((cleanup(cleanup_entryp)))

static int failed(struct archive *a, const char *name, struct err *e)
{
	const char *why = archive_error_string(a);

	return err_set(e, EIO, "cannot write '%.200s': %s", name, why ? why : "out of memory");
}

static int head_write(struct archive *a, const char *name, int64_t bytes, bool program,
		      struct err *e)
{
	cleanup_entry struct archive_entry *entry = archive_entry_new();

	if (!entry)
		return err_set(e, ENOMEM, "out of memory for '%.200s'", name);
	archive_entry_set_pathname(entry, name);
	archive_entry_set_mode(entry, S_IFREG | (program ? 0755 : 0644));
	archive_entry_set_size(entry, bytes);
	archive_entry_set_mtime(entry, 0, 0);
	return archive_write_header(a, entry) == ARCHIVE_OK ? 0 : failed(a, name, e);
}

/* The file is written as it is read: what it is then decides, not what it was when it was listed.
 */
static int member_write(struct archive *a, const json_t *m, const char *from, struct err *e)
{
	const char *name = json_str(m, "name");
	json_int_t left = json_int_or(m, "bytes", 0);
	cleanup_close int fd = open(from, O_RDONLY | O_CLOEXEC);
	cleanup_free char *buf = malloc(CHUNK);
	cleanup_hasher struct hasher h = { 0 };
	char hash[65];

	if (fd < 0 || !buf)
		return err_set(e, errno, "cannot read %s: %m", from);
	int rc = head_write(a, name, left, json_is_true(json_object_get(m, "program")), e);
	if (rc)
		return rc;
	hasher_begin(&h);
	while (left > 0) {
		ssize_t n = read(fd, buf, left < (json_int_t)CHUNK ? (size_t)left : CHUNK);

		if (n < 0)
			return err_set(e, errno, "cannot read %s: %m", from);
		if (!n)
			break;
		hasher_add(&h, buf, (size_t)n);
		if (archive_write_data(a, buf, (size_t)n) != n)
			return failed(a, name, e);
		left -= n;
	}
	hasher_end(&h, hash);
	if (left || strcmp(hash, json_str(m, "sha256")))
		return err_set(e, ESTALE,
			       "%s changed while it was bundled; is something running there?",
			       from);
	return 0;
}

static int all_write(struct archive *a, json_t *manifest, const json_t *sources,
		     struct err *e)
{
	cleanup_free char *text = NULL;
	const json_t *m;
	size_t len, i;
	int rc = manifest_text(manifest, &text, &len, e);

	if (!rc)
		rc = head_write(a, BUNDLE_MANIFEST, (int64_t)len, false, e);
	if (!rc && archive_write_data(a, text, len) != (ssize_t)len)
		rc = failed(a, BUNDLE_MANIFEST, e);
	json_array_foreach(json_object_get(manifest, "members"), i, m)
		if (!rc)
			rc = member_write(a, m, json_str(sources, json_str(m, "name")), e);
	if (!rc && archive_write_close(a) != ARCHIVE_OK)
		rc = failed(a, BUNDLE_MANIFEST, e);
	return rc;
}

int bundle_write(const char *path, json_t *manifest, const json_t *sources, struct err *e)
{
	cleanup_free char *tmp = path_format("%s.XXXXXX", path);
	cleanup_archive struct archive *a = archive_write_new();
	cleanup_close int fd = mkostemp(tmp, O_CLOEXEC);
	mode_t mask = umask(0);

	umask(mask);
	if (fd < 0)
		return err_set(e, errno, "cannot create %s: %m", tmp);
	int rc = a ? 0 : err_set(e, ENOMEM, "out of memory for %s", path);

	/* Its level stands here so that another default of the library's changes no bytes. */
	if (!rc && (archive_write_set_format_pax_restricted(a) != ARCHIVE_OK ||
		    archive_write_add_filter_zstd(a) != ARCHIVE_OK ||
		    archive_write_set_options(a, "zstd:compression-level=3") != ARCHIVE_OK ||
		    archive_write_open_fd(a, fd) != ARCHIVE_OK))
		rc = failed(a, path, e);
	if (!rc)
		rc = all_write(a, manifest, sources, e);
	if (!rc && (fchmod(fd, 0666 & ~mask) || fsync(fd) || rename(tmp, path)))
		rc = err_set(e, errno, "cannot write %s: %m", path);
	if (rc)
		unlink(tmp);
	return rc;
}
