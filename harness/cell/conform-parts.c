/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>
#include "cell/conform-parts.h"
#include "cell/conform-row.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/ranges.h"

#define PATH_MAX_BYTES 256
#define SEEN_MAX 160	/* of what a guest says, in a table */
#define SET_NODES 64
#define DIGITS_MAX 19	/* that surely fit into 64 bits */
#define MIB ((uint64_t)1 << 20)

static const json_t *ask(struct conform *c, const char *fmt, va_list ap)
{
	char path[PATH_MAX_BYTES];

	/* A name so long is none of the kernel's, and what is cut off is absent. */
	vsnprintf(path, sizeof(path), fmt, ap);
	const json_t *file = json_object_get(c->seen->files, path);

	if (!file && c->missing)
		json_object_set_new(c->missing, path, json_null());
	return file;
}

const char *conform_file(struct conform *c, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	const char *text = json_string_value(ask(c, fmt, ap));
	va_end(ap);
	return text;
}

const json_t *conform_folder(struct conform *c, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	const json_t *names = ask(c, fmt, ap);
	va_end(ap);
	return json_is_array(names) ? names : NULL;
}

void conform_add(struct conform *c, const char *what, const char *declared, const char *seen,
		 bool ok)
{
	bool any = seen && *seen;
	cleanup_free char *cut = path_format("%.*s", SEEN_MAX, any ? seen : "nothing");

	c->differ += conform_row(c->rows, what, declared, cut, ok && any);
}

bool conform_number(const char *text, uint64_t *ret)
{
	size_t digits = text ? strspn(text, "0123456789") : 0;

	if (!digits || digits > DIGITS_MAX || text[digits + strspn(text + digits, "\n")])
		return false;
	*ret = strtoull(text, NULL, 10);
	return true;
}

bool conform_set_read(const char *list, uint64_t *ret)
{
	cleanup_free char *line = conform_line(list);
	struct err why;
	uint64_t set = 0;

	if (!line || ranges_check(line, &why) || ranges_last(line) >= SET_NODES)
		return false;
	for (unsigned i = 0; i < SET_NODES; i++)
		set |= (uint64_t)ranges_has(line, i) << i;
	*ret = set;
	return true;
}

char *conform_set_text(uint64_t set)
{
	char text[SET_NODES * 4] = "none";
	size_t len = 0;

	for (unsigned i = 0; i < SET_NODES; i++) {
		unsigned first = i;

		if (!(set >> i & 1))
			continue;
		while (i + 1 < SET_NODES && set >> (i + 1) & 1)
			i++;
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%u", len ? "," : "", first);
		if (i > first)
			len += (size_t)snprintf(text + len, sizeof(text) - len, "-%u", i);
	}
	return path_format("%s", text);
}

char *conform_line(const char *text)
{
	return text ? path_format("%.*s", (int)strcspn(text, "\n"), text) : NULL;
}

char *conform_size(uint64_t bytes)
{
	if (bytes % MIB)
		return path_format("%" PRIu64 " bytes", bytes);
	return path_format("%" PRIu64 " MiB", bytes / MIB);
}
