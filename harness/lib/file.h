/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_FILE_H
#define RAMRIG_FILE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>
#include "lib/err.h"
#include "lib/hash.h"

/* Joins with '/' and formats like printf. Never returns NULL: aborts when out of memory. */
char *path_format(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * Reads the whole of @path below @dirfd (AT_FDCWD for here), also from /proc
 * and /sys. The text is NUL-terminated; *ret_len excludes the NUL and may be
 * NULL. -EFBIG when the file is over @max_bytes. The caller frees *ret.
 */
int file_read(int dirfd, const char *path, size_t max_bytes, char **ret, size_t *ret_len,
	      struct err *e);

/* Writes @path beside itself, syncs it and renames it into place: whole or not at all. */
int file_write_atomic(const char *path, const void *data, size_t len, struct err *e);

/*
 * Closes @out, a stream of open_memstream() to which @rc was the way of writing @what ("the
 * report"). Returns @rc, or where that is 0 -ENOMEM if not all of it is in memory.
 */
int memstream_close(FILE *out, int rc, const char *what, struct err *e);

/* Creates @path and its missing parents. An existing folder is fine. */
int dir_make(const char *path, mode_t mode, struct err *e);

/* Removes @path and everything below it without following links. A missing one is fine. */
int dir_remove(const char *path, struct err *e);

/* Copies one regular file, keeping holes where the file system can. */
int file_copy(const char *from, const char *to, mode_t mode, struct err *e);

/* Copies the folder @from (regular files, folders and links) to @to. */
int dir_copy(const char *from, const char *to, struct err *e);

/*
 * The folder for what is needed for a while: $TMPDIR where that is an absolute path, else /var/tmp.
 * Not /tmp, which may be memory that the host then lacks.
 */
const char *dir_of_temporaries(void);

/* Total size of the regular files below @path, in bytes on disk. */
uint64_t dir_disk_bytes(const char *path);

#endif
