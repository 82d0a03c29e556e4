/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dwarf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "image/vmlinux-line.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#define LANDMARK "/init/main.c"

/* Takes "./" and "x/../" out of an absolute path, by its text: the folders may be gone. */
static void path_simplify(char *path)
{
	char *out = path;

	for (char *at = path; *at;) {
		size_t len = strcspn(at + 1, "/") + 1;

		if (len == 3 && !strncmp(at, "/..", 3)) {
			while (out > path && *--out != '/')
				;
		} else if (len > 1 && !(len == 2 && at[1] == '.')) {
			memmove(out, at, len);
			out += len;
		}
		at += len;
	}
	*out = '\0';
}

/* @name as the compiler was given it, made absolute. The caller frees it. */
static char *path_full(const char *folder, const char *name)
{
	char *path = *name == '/' || !folder ? path_format("%s", name) :
					       path_format("%s/%s", folder, name);

	if (*path == '/')
		path_simplify(path);
	return path;
}

static const char *text_of(Dwarf_Die *die, unsigned name)
{
	Dwarf_Attribute a;

	return dwarf_formstring(dwarf_attr(die, name, &a));
}

void vmlinux_roots_find(Dwarf *dwarf, struct vmlinux_roots *ret)
{
	Dwarf_CU *cu = NULL;
	Dwarf_Die die;

	*ret = (struct vmlinux_roots){ 0 };
	while (!dwarf_get_units(dwarf, cu, &cu, NULL, NULL, &die, NULL)) {
		const char *name = dwarf_diename(&die), *folder = text_of(&die, DW_AT_comp_dir);

		if (!name)
			continue;
		cleanup_free char *path = path_full(folder, name);
		size_t len = strlen(path), end = strlen(LANDMARK);

		if (len < end || strcmp(path + len - end, LANDMARK))
			continue;
		ret->source = path_format("%.*s/", (int)(len - end), path);
		if (folder)
			ret->objects = path_format("%s/", folder);
		return;
	}
}

/* Writes "FILE:LINE" behind what stands in @ret; false, and nothing written, where it does not fit. */
static bool put(const struct vmlinux_roots *roots, const char *folder, const char *file, int line,
		char *ret, size_t size)
{
	const char *const known[] = { roots->source, roots->objects };
	cleanup_free char *path = path_full(folder, file);
	const char *shown = path;
	size_t used = strlen(ret);

	for (size_t i = 0; i < ARRAY_SIZE(known) && shown == path; i++) {
		if (known[i] && !strncmp(path, known[i], strlen(known[i])))
			shown += strlen(known[i]);
	}
	int n = snprintf(ret + used, size - used, "%s%s:%d", used ? " " : "", shown, line);

	if (n > 0 && (size_t)n < size - used)
		return true;
	ret[used] = '\0';
	return false;
}

/* The unit that @address belongs to: looked up where the compiler made a table, as gcc does. */
static bool find_unit(Dwarf *dwarf, Dwarf_Addr address, Dwarf_Die *ret)
{
	Dwarf_CU *cu = NULL;

	if (dwarf_addrdie(dwarf, address, ret))
		return true;
	while (!dwarf_get_units(dwarf, cu, &cu, NULL, NULL, ret, NULL)) {
		if (dwarf_haspc(ret, address) > 0)
			return true;
	}
	return false;
}

/* Where the inlined function @die was called. */
static bool put_call(const struct vmlinux_roots *roots, Dwarf_Die *unit, Dwarf_Die *die, char *ret,
		     size_t size)
{
	Dwarf_Files *files;
	Dwarf_Attribute a;
	Dwarf_Word file, line;

	if (dwarf_formudata(dwarf_attr(die, DW_AT_call_file, &a), &file) ||
	    dwarf_formudata(dwarf_attr(die, DW_AT_call_line, &a), &line) ||
	    dwarf_getsrcfiles(unit, &files, NULL))
		return false;
	const char *name = dwarf_filesrc(files, file, NULL, NULL);

	return name && put(roots, text_of(unit, DW_AT_comp_dir), name, (int)line, ret, size);
}

/*
 * dwarf_getscopes() goes from an inlined function to where that is defined; its
 * callers are the scopes that the innermost one lies in.
 */
static void put_calls(const struct vmlinux_roots *roots, Dwarf *dwarf, Dwarf_Die *unit,
		      Dwarf_Addr address, char *ret, size_t size)
{
	cleanup_free Dwarf_Die *scopes = NULL, *around = NULL;
	Dwarf_Die inner;

	if (dwarf_getscopes(unit, address, &scopes) <= 0 ||
	    !dwarf_offdie(dwarf, dwarf_dieoffset(&scopes[0]), &inner))
		return;
	int n = dwarf_getscopes_die(&inner, &around);

	for (int i = 0; i < n && dwarf_tag(&around[i]) != DW_TAG_subprogram; i++) {
		if (dwarf_tag(&around[i]) == DW_TAG_inlined_subroutine &&
		    !put_call(roots, unit, &around[i], ret, size))
			return;
	}
}

bool vmlinux_line(Dwarf *dwarf, const struct vmlinux_roots *roots, Dwarf_Addr address, char *ret,
		  size_t size)
{
	int number = 0;
	Dwarf_Die unit;

	if (!find_unit(dwarf, address, &unit))
		return false;
	Dwarf_Line *line = dwarf_getsrc_die(&unit, address);
	const char *file = line ? dwarf_linesrc(line, NULL, NULL) : NULL;

	if (!file || dwarf_lineno(line, &number) || !number)
		return false;
	ret[0] = '\0';
	if (!put(roots, text_of(&unit, DW_AT_comp_dir), file, number, ret, size))
		return false;
	put_calls(roots, dwarf, &unit, address, ret, size);
	return true;
}
