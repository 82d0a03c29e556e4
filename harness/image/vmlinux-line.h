/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_VMLINUX_LINE_H
#define RAMRIG_VMLINUX_LINE_H

#include <elfutils/libdw.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * The folders that a kernel was built from and in, with a final '/': its source, and
 * its objects where those lie apart. The caller frees both; NULL: not known. They
 * are where init/main.c, which every kernel has, was found.
 */
struct vmlinux_roots {
	char *source, *objects;
};
void vmlinux_roots_find(Dwarf *dwarf, struct vmlinux_roots *ret);

/* As vmlinux_where(), for an address. */
bool vmlinux_line(Dwarf *dwarf, const struct vmlinux_roots *roots, Dwarf_Addr address, char *ret,
		  size_t size);

#endif
