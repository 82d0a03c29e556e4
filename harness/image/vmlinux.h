/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_VMLINUX_H
#define RAMRIG_VMLINUX_H

#include <stdbool.h>
#include <stdint.h>
#include "lib/err.h"

/*
 * A kernel's vmlinux with debug information: the lines of source of a place that
 * the kernel names as "foo+0x12/0x40". The file is believed, as whoever built the
 * kernel is; the places are a guest's words, and are not.
 */
struct vmlinux;

/* "foo+0x12/0x40": the function, the offset in it, its size up to the next symbol. */
#define VMLINUX_NAME_MAX 128
struct vmlinux_place {
	char function[VMLINUX_NAME_MAX];
	uint64_t offset, size;
};

/* Pure. False for anything else, also with words behind ("... [zram]": a module's). */
bool vmlinux_place_parse(const char *text, struct vmlinux_place *ret);

/* -ENODATA where the file has no debug information. */
int vmlinux_open(const char *path, struct vmlinux **ret, struct err *e);

/*
 * Writes where @p lies: "mm/page_alloc.c:612", or, where that was inlined, all lines
 * from the innermost outwards, as many as fit: "mm/internal.h:88 mm/memory.c:4231".
 * @returns: it is where a call returns to, and the call is meant. Paths are relative
 * to the kernel's source. False where the file does not know it, or where several
 * functions have this name and size.
 */
#define VMLINUX_WHERE_MAX 256
bool vmlinux_where(struct vmlinux *v, const struct vmlinux_place *p, bool returns,
		   char ret[static VMLINUX_WHERE_MAX]);

void vmlinux_close(struct vmlinux *v);	/* NULL is fine */

static inline void vmlinux_closep(struct vmlinux **v)
{
	vmlinux_close(*v);
}
#define cleanup_vmlinux __attribute__((cleanup(vmlinux_closep)))

#endif
