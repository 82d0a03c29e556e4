/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <archive.h>
#include <archive_entry.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include "bundle/read.h"
#include "image/image-build.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/hash.h"

#define CHUNK (256U << 10)
#define HOLE  4096U /* zeros that are left out of a file on disk */

/* A bundle being read, and the manifest's member that must come next. */
struct reader {
	struct archive *a;
	const char *path;
	char *text; /* the manifest as it stands there */
	size_t len;
	json_t *manifest;
	char hash[65]; /* of the text */
	size_t next;
};

static void reader_clear(struct reader *r)
{
	archive_read_free(r->a);
	free(r->text);
	json_decref(r->manifest);
}
#define cleanup_reader __attribute__((cleanup(reader_clear)))

static int damaged(const struct reader *r, struct err *e)
{
	const char *why = archive_error_string(r->a);

	return err_set(e, EINVAL, "%s is no bundle, or damaged, or cut short: %s", r->path,
		       why ? why : "it cannot be read");
}

static const char *kind_of(struct archive_entry *entry)
{
	if (archive_entry_hardlink(entry) || archive_entry_filetype(entry) == AE_IFLNK)
		return "a link";
	switch (archive_entry_filetype(entry)) {
	case AE_IFREG:
		return NULL;
	case AE_IFDIR:
		return "a folder";
	default:
		return "a device or a socket";
	}
}

/* Of the member that was found at the place of @m (NULL: behind the last). */
static int entry_check(const struct reader *r, struct archive_entry *entry, const json_t *m,
		       struct err *e)
{
	const json_t *members = json_object_get(r->manifest, "members");
	const char *name = archive_entry_pathname(entry), *kind = kind_of(entry);
	const char *before = r->next ? json_str(json_array_get(members, r->next - 1), "name") : "";

	if (!name)
		return err_set(e, EINVAL, "%s: a member has a name that cannot be read", r->path);
	if (kind)
		return err_set(e, EINVAL, "%s: the member '%.200s' is %s, not a file", r->path,
			       name, kind);
	if (!strcmp(name, before))
		return err_set(e, EINVAL, "%s: the member '%.200s' is there twice", r->path, name);
	if (!m)
		return err_set(e, EINVAL, "%s: the member '%.200s' is not in the manifest", r->path,
			       name);
	if (strcmp(name, json_str(m, "name")))
		return err_set(e, EINVAL, "%s: where the manifest has '%.150s' there is '%.150s'",
			       r->path, json_str(m, "name"), name);
	if (archive_entry_size(entry) != json_int_or(m, "bytes", -1))
		return err_set(e, EINVAL,
			       "%s: the member '%.200s' has %lld bytes, its manifest says %lld",
			       r->path, name, (long long)archive_entry_size(entry),
			       (long long)json_int_or(m, "bytes", -1));
	return 0;
}

static bool all_zero(const char *data, size_t len)
{
	return len && !data[0] && !memcmp(data, data + 1, len - 1);
}

/* Blocks of zeros become holes: an image is mostly empty. */
static int write_sparse(int fd, const char *data, size_t len)
{
	while (len) {
		size_t n = len < HOLE ? len : HOLE;
		ssize_t done = all_zero(data, n)
				       ? (lseek(fd, (off_t)n, SEEK_CUR) < 0 ? -1 : (ssize_t)n)
				       : write(fd, data, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -errno;
		data += done;
		len -= (size_t)done;
	}
	return 0;
}

/* Reads the data of @m to its end, into @fd, and holds it against the manifest. */
static int member_copy(const struct reader *r, const json_t *m, int fd, struct err *e)
{
	const char *name = json_str(m, "name");
	json_int_t left = json_int_or(m, "bytes", 0);
	cleanup_free char *buf = malloc(CHUNK);
	cleanup_hasher struct hasher h = { 0 };
	char hash[65];
	ssize_t n;

	if (!buf)
		return err_set(e, ENOMEM, "out of memory for %s", r->path);
	hasher_begin(&h);
	while ((n = archive_read_data(r->a, buf, CHUNK)) > 0) {
		left -= n;
		if (left < 0)
			break;
		hasher_add(&h, buf, (size_t)n);
		int rc = write_sparse(fd, buf, (size_t)n);

		if (rc) {
			errno = -rc;
			return err_set(e, -rc, "cannot write '%.200s' of %s: %m", name, r->path);
		}
	}
	if (n < 0)
		return damaged(r, e);
	hasher_end(&h, hash);
	if (left)
		return err_set(
			e, EINVAL,
			"%s: the member '%.200s' has not the %lld bytes that its manifest says",
			r->path, name, (long long)json_int_or(m, "bytes", 0));
	if (strcmp(hash, json_str(m, "sha256")))
		return err_set(e, EINVAL,
			       "%s: the member '%.100s' is not what was bundled: its SHA-256 is "
			       "%s, its manifest says %s",
			       r->path, name, hash, json_str(m, "sha256"));
	return ftruncate(fd, (off_t)json_int_or(m, "bytes", 0))
		       ? err_set(e, errno, "cannot write '%.200s': %m", name)
		       : 0;
}

static int member_unpack(const struct reader *r, const json_t *m, const char *dir, struct err *e)
{
	cleanup_free char *path = path_format("%s/%s", dir, json_str(m, "name"));
	cleanup_free char *copy = path_format("%s", path);
	mode_t mode = json_is_true(json_object_get(m, "program")) ? 0755 : 0644;
	int rc = dir_make(dirname(copy), 0755, e);

	if (rc)
		return rc;
	cleanup_close int fd =
		open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	if (fd < 0)
		return err_set(e, errno, "cannot create %s: %m", path);
	return member_copy(r, m, fd, e);
}

/* The members of @part in the folder @dir, up to the last one that is wanted. */
static int members_unpack(struct reader *r, const char *dir, enum bundle_part part, struct err *e)
{
	const json_t *members = json_object_get(r->manifest, "members"), *m;
	struct archive_entry *entry;
	size_t end = json_array_size(members);

	if (part == BUNDLE_ANALYSIS)
		while (end &&
		       !manifest_is_analysis(json_str(json_array_get(members, end - 1), "name")))
			end--;
	for (; r->next < end; r->next++) {
		m = json_array_get(members, r->next);
		int rc = archive_read_next_header(r->a, &entry);

		if (rc == ARCHIVE_EOF)
			return err_set(e, EINVAL, "%s: the member '%.200s' is missing", r->path,
				       json_str(m, "name"));
		if (rc != ARCHIVE_OK)
			return damaged(r, e);
		rc = entry_check(r, entry, m, e);
		if (!rc && (part == BUNDLE_WHOLE || manifest_is_analysis(json_str(m, "name"))))
			rc = member_unpack(r, m, dir, e);
		if (rc)
			return rc;
	}
	if (part == BUNDLE_ANALYSIS)
		return 0;
	int rc = archive_read_next_header(r->a, &entry);

	return rc == ARCHIVE_EOF  ? 0
	       : rc == ARCHIVE_OK ? entry_check(r, entry, NULL, e)
				  : damaged(r, e);
}

/* The head of the archive: what comes first must be the manifest. */
static int manifest_read(struct reader *r, struct err *e)
{
	struct archive_entry *entry;

	if (archive_read_next_header(r->a, &entry) != ARCHIVE_OK)
		return damaged(r, e);
	const char *name = archive_entry_pathname(entry);
	int64_t size = archive_entry_size(entry);

	if (!name || strcmp(name, BUNDLE_MANIFEST) || kind_of(entry))
		return err_set(e, EINVAL,
			       "%s is no bundle: it does not begin with " BUNDLE_MANIFEST, r->path);
	if (size < 0 || size > (int64_t)BUNDLE_MANIFEST_MAX)
		return err_set(e, EINVAL, "%s: its manifest has %lld bytes; %u is the most",
			       r->path, (long long)size, BUNDLE_MANIFEST_MAX);
	r->len = (size_t)size;
	r->text = malloc(r->len + 1);
	if (!r->text)
		return err_set(e, ENOMEM, "out of memory for the manifest of %s", r->path);
	if (archive_read_data(r->a, r->text, r->len) != size)
		return damaged(r, e);
	hash_bytes(r->text, r->len, r->hash);
	int rc = manifest_parse(r->text, r->len, &r->manifest, e);

	return rc ? err_prefix(e, "%s: ", r->path) : 0;
}

static int reader_open(struct reader *r, const char *path, struct err *e)
{
	struct stat st;

	*r = (struct reader){ .path = path, .a = archive_read_new() };
	if (!r->a)
		return err_set(e, ENOMEM, "out of memory for %s", path);
	if (stat(path, &st))
		return err_set(e, errno, "cannot open %s: %m", path);
	if (!S_ISREG(st.st_mode))
		return err_set(e, EINVAL, "%s is no bundle: it is not a file", path);
	archive_read_support_format_tar(r->a);
	archive_read_support_filter_zstd(r->a);
	if (archive_read_open_filename(r->a, path, CHUNK))
		return damaged(r, e);
	return manifest_read(r, e);
}

int bundle_manifest(const char *path, json_t **ret, char ret_hash[65], struct err *e)
{
	cleanup_reader struct reader r = { 0 };
	int rc = reader_open(&r, path, e);

	if (rc)
		return rc;
	if (ret_hash)
		memcpy(ret_hash, r.hash, sizeof(r.hash));
	*ret = take_ptr(r.manifest);
	return 0;
}

static int folder_make(const char *dir, struct err *e)
{
	int rc = dir_make(dir, 0755, e);
	DIR *d = rc ? NULL : opendir(dir);
	bool empty = true;

	if (rc)
		return rc;
	if (!d)
		return err_set(e, errno, "cannot read %s: %m", dir);
	for (struct dirent *de; (de = readdir(d));)
		empty &= !strcmp(de->d_name, ".") || !strcmp(de->d_name, "..");
	closedir(d);
	return empty ? 0 : err_set(e, ENOTEMPTY, "%s is not empty: name a new folder", dir);
}

/* A few bytes of zeros unpack to any size. */
static int room_check(const struct reader *r, const char *dir, struct err *e)
{
	unsigned long long bytes = manifest_bytes(r->manifest);
	struct statvfs fs;

	if (statvfs(dir, &fs))
		return err_set(e, errno, "cannot look at %s: %m", dir);
	unsigned long long room = (unsigned long long)fs.f_bavail * fs.f_frsize;

	return bytes <= room
		       ? 0
		       : err_set(e, ENOSPC,
				 "%s unpacks to %llu MiB, and the disk of %s has %llu MiB free",
				 r->path, bytes >> 20, dir, room >> 20);
}

/* As the folder of an image that was built here has it, so that what refers to it knows it. */
static int image_describe(const struct reader *r, const char *dir, struct err *e)
{
	const json_t *image = json_object_get(r->manifest, "image");
	const char *file = json_str(image, "file");
	cleanup_free char *path = path_format("%s/%s", dir, file ? file : "");
	cleanup_json json_t *info = json_pack("{s:O, s:O}", "image", json_object_get(image, "name"),
					      "hash", json_object_get(image, "hash"));

	if (!file)
		return 0;
	cleanup_free char *beside = path_format("%s/" IMAGE_INFO, dirname(path));

	return json_save_path(info, beside, e);
}

int bundle_unpack(const char *path, const char *dir, enum bundle_part part, struct err *e)
{
	cleanup_reader struct reader r = { 0 };
	cleanup_free char *manifest = path_format("%s/" BUNDLE_MANIFEST, dir);
	int rc = reader_open(&r, path, e);

	if (!rc)
		rc = folder_make(dir, e);
	if (!rc && part == BUNDLE_WHOLE)
		rc = room_check(&r, dir, e);
	if (rc)
		return rc;
	/* QEMU reads kernels and images as another user. */
	mode_t mask = umask(022);

	rc = members_unpack(&r, dir, part, e);
	if (!rc && part == BUNDLE_WHOLE)
		rc = file_write_atomic(manifest, r.text, r.len, e);
	if (!rc && part == BUNDLE_WHOLE)
		rc = image_describe(&r, dir, e);
	umask(mask);
	return rc;
}
