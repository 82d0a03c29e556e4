/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_TEXT_H
#define RAMRIG_TEXT_H

#include <stddef.h>
#include <stdint.h>
#include "lib/err.h"

/*
 * Reads what fits into @buf of the file @path, such as those of /proc, and ends
 * it with a NUL. On failure @buf is the empty text.
 */
int text_read(const char *path, char *buf, size_t size, struct err *e);

/* The same of @path below the folder @dirfd. */
int text_read_at(int dirfd, const char *path, char *buf, size_t size, struct err *e);

/*
 * Pure: the number behind @key, at the start of a line of @text, and a colon or a
 * blank: "MemFree:   982952 kB", "thp_fault_alloc 12". -ENOENT where no line has it.
 */
int text_number(const char *text, const char *key, uint64_t *ret);

#endif
