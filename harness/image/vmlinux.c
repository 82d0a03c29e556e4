/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include "image/vmlinux-line.h"
#include "image/vmlinux.h"
#include "lib/cleanup.h"

struct symbol {
	GElf_Addr address;
	const char *name;	/* the file's */
	unsigned section;
};

struct vmlinux {
	int fd;
	Elf *elf;
	Dwarf *dwarf;
	struct vmlinux_roots roots;
	struct symbol *symbols;	/* sorted by section and address */
	size_t n;
};

/* "0x1f" at *@at, which then is past it. */
static bool take_hex(const char **at, uint64_t *ret)
{
	size_t digits = strncmp(*at, "0x", 2) ? 0 : strspn(*at + 2, "0123456789abcdef");

	if (!digits || digits > 16)
		return false;
	*ret = strtoull(*at + 2, NULL, 16);
	*at += 2 + digits;
	return true;
}

bool vmlinux_place_parse(const char *text, struct vmlinux_place *ret)
{
	struct vmlinux_place p;
	size_t name = strcspn(text, "+");
	const char *at = text + name;

	if (!name || name >= sizeof(p.function) || *at++ != '+')
		return false;
	memcpy(p.function, text, name);
	p.function[name] = '\0';
	if (!take_hex(&at, &p.offset) || *at++ != '/' || !take_hex(&at, &p.size) || *at ||
	    p.offset > p.size)
		return false;
	*ret = p;
	return true;
}

static int by_place(const void *a, const void *b)
{
	const struct symbol *x = a, *y = b;

	if (x->section != y->section)
		return x->section < y->section ? -1 : 1;
	return x->address == y->address ? 0 : x->address < y->address ? -1 : 1;
}

/* What scripts/mksysmap leaves in a kernel's own list, by which it tells sizes. */
static bool is_listed(const GElf_Sym *s, const char *name)
{
	int type = GELF_ST_TYPE(s->st_info);

	return name && *name && *name != '$' && strncmp(name, ".L", 2) && s->st_shndx != SHN_UNDEF &&
	       s->st_shndx < SHN_LORESERVE &&
	       (type == STT_FUNC || type == STT_NOTYPE || type == STT_OBJECT);
}

static int symbols_take(struct vmlinux *v, Elf_Scn *table, const char *path, struct err *e)
{
	Elf_Data *data = elf_getdata(table, NULL);
	GElf_Shdr head;

	if (!data || !gelf_getshdr(table, &head) || !head.sh_entsize)
		return err_set(e, EINVAL, "the symbols of %s cannot be read: %s", path,
			       elf_errmsg(-1));
	size_t n = head.sh_size / head.sh_entsize;

	v->symbols = calloc(n + 1, sizeof(*v->symbols));
	if (!v->symbols)
		return err_set(e, ENOMEM, "out of memory for the symbols of %s", path);
	for (size_t i = 0; i < n; i++) {
		GElf_Sym s;

		if (!gelf_getsym(data, (int)i, &s))
			break;
		const char *name = elf_strptr(v->elf, head.sh_link, s.st_name);

		if (is_listed(&s, name))
			v->symbols[v->n++] = (struct symbol){ s.st_value, name, s.st_shndx };
	}
	qsort(v->symbols, v->n, sizeof(*v->symbols), by_place);
	return 0;
}

static int symbols_load(struct vmlinux *v, const char *path, struct err *e)
{
	Elf_Scn *section = NULL;
	GElf_Shdr head;

	while ((section = elf_nextscn(v->elf, section))) {
		if (gelf_getshdr(section, &head) && head.sh_type == SHT_SYMTAB)
			return symbols_take(v, section, path, e);
	}
	return err_set(e, ENODATA, "%s has no symbols", path);
}

int vmlinux_open(const char *path, struct vmlinux **ret, struct err *e)
{
	cleanup_vmlinux struct vmlinux *v = calloc(1, sizeof(*v));

	if (!v)
		return err_set(e, ENOMEM, "out of memory for %s", path);
	v->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (v->fd < 0)
		return err_set(e, errno, "cannot open %s: %m", path);
	elf_version(EV_CURRENT);
	v->elf = elf_begin(v->fd, ELF_C_READ_MMAP, NULL);
	if (!v->elf || elf_kind(v->elf) != ELF_K_ELF)
		return err_set(e, EINVAL, "%s is no ELF file", path);
	v->dwarf = dwarf_begin_elf(v->elf, DWARF_C_READ, NULL);
	if (!v->dwarf)
		return err_set(e, ENODATA, "%s has no debug information: %s", path, dwarf_errmsg(-1));
	int rc = symbols_load(v, path, e);
	if (rc)
		return rc;
	vmlinux_roots_find(v->dwarf, &v->roots);
	*ret = take_ptr(v);
	return 0;
}

/* Up to the next symbol at another address, or to the section's end: as the kernel counts it. */
static uint64_t size_of(const struct vmlinux *v, size_t i)
{
	const struct symbol *s = &v->symbols[i];
	GElf_Shdr head;

	for (size_t next = i + 1; next < v->n && v->symbols[next].section == s->section; next++) {
		if (v->symbols[next].address != s->address)
			return v->symbols[next].address - s->address;
	}
	if (!gelf_getshdr(elf_getscn(v->elf, s->section), &head))
		return 0;
	return head.sh_addr + head.sh_size - s->address;
}

static bool find_address(const struct vmlinux *v, const struct vmlinux_place *p, GElf_Addr *ret)
{
	size_t found = 0;

	for (size_t i = 0; i < v->n; i++) {
		const struct symbol *s = &v->symbols[i];

		if (strcmp(s->name, p->function) || size_of(v, i) != p->size)
			continue;
		if (found && *ret == s->address)
			continue;
		*ret = s->address;
		found++;
	}
	return found == 1;
}

bool vmlinux_where(struct vmlinux *v, const struct vmlinux_place *p, bool returns,
		   char ret[static VMLINUX_WHERE_MAX])
{
	char text[VMLINUX_WHERE_MAX];
	GElf_Addr address;

	/* A call may be the last of its function: then it returns to the next one. */
	if ((returns && !p->offset) || !find_address(v, p, &address) ||
	    !vmlinux_line(v->dwarf, &v->roots, address + p->offset - returns, text, sizeof(text)))
		return false;
	memcpy(ret, text, sizeof(text));
	return true;
}

void vmlinux_close(struct vmlinux *v)
{
	if (!v)
		return;
	if (v->dwarf)
		dwarf_end(v->dwarf);
	if (v->elf)
		elf_end(v->elf);
	if (v->fd >= 0)
		close(v->fd);
	free(v->roots.source);
	free(v->roots.objects);
	free(v->symbols);
	free(v);
}
