/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdbool.h>
#include <string.h>
#include "image/kernel-source-config.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#define KCONFIG_MAX (1U << 20)

/* What a search of the Kconfig files found out about one option. */
struct entry {
	const char *name;
	char place[300];	/* "mm/Kconfig:12" */
	char depends[400];	/* "A && B", joined over its lines */
	bool has_prompt;
	bool found;
};

static const char *next_line(const char *line)
{
	line = strchrnul(line, '\n');
	return line + (*line == '\n');
}

static bool has_word(const char *line, const char *word)
{
	size_t len = strlen(word);

	return !strncmp(line, word, len) && (!line[len] || isspace((unsigned char)line[len]));
}

/* "config X" and "menuconfig X" begin X's entry; every other line in column 0 ends one. */
static bool begins(const char *line, const char *name)
{
	const char *at = line;

	if (!strncmp(at, "menu", 4))
		at += 4;
	if (strncmp(at, "config", 6) || !isblank((unsigned char)at[6]))
		return false;
	at += 6 + strspn(at + 6, " \t");
	return has_word(at, name);
}

static void depends_add(struct entry *x, const char *line)
{
	static const char what[] = "depends on ";
	size_t len = strlen(x->depends), n = strcspn(line + strlen(what), "\n#");

	line += strlen(what);
	while (n && isspace((unsigned char)line[n - 1]))
		n--;
	snprintf(x->depends + len, sizeof(x->depends) - len, "%s%.*s", len ? " && " : "", (int)n,
		 line);
}

static void entry_read(struct entry *x, const char *line)
{
	for (line = next_line(line); *line; line = next_line(line)) {
		const char *at = line + strspn(line, " \t");

		if (at == line && *line != '\n' && *line != '#')
			return;
		if (has_word(at, "help"))
			return;
		if (has_word(at, "depends"))
			depends_add(x, at);
		if (strchr("btihs", *at) && strchr(at, '"') && strchr(at, '"') < strchrnul(at, '\n'))
			x->has_prompt = true;
		if (has_word(at, "prompt"))
			x->has_prompt = true;
	}
}

static void file_search(struct entry *x, const char *path, const char *below)
{
	cleanup_free char *text = NULL;
	struct err ignored;
	unsigned n = 1;

	if (file_read(AT_FDCWD, path, KCONFIG_MAX, &text, NULL, &ignored))
		return;
	for (const char *line = text; *line && !x->found; line = next_line(line), n++) {
		if (!begins(line, x->name))
			continue;
		x->found = true;
		snprintf(x->place, sizeof(x->place), "%s:%u", below, n);
		entry_read(x, line);
	}
}

/* Other architectures have options of the same names. */
static bool is_foreign(const FTSENT *f, const char *src)
{
	const char *below = f->fts_path + strlen(src);

	return !strncmp(below, "/arch/", 6) && strcmp(below, "/arch/x86") &&
	       strncmp(below, "/arch/x86/", 10);
}

static void tree_search(struct entry *x, const char *src)
{
	char *paths[] = { (char *)src, NULL };
	FTS *fts = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	FTSENT *f;

	while (fts && !x->found && (f = fts_read(fts))) {
		if (f->fts_info == FTS_D && is_foreign(f, src))
			fts_set(fts, f, FTS_SKIP);
		else if (f->fts_info == FTS_F && !strncmp(f->fts_name, "Kconfig", 7))
			file_search(x, f->fts_path, f->fts_path + strlen(src) + 1);
	}
	if (fts)
		fts_close(fts);
}

/* Names in the expression that are off, without the negated ones: "MEMCG, SWAP". */
static void list_off(const char *depends, const char *config, char *buf, size_t size)
{
	buf[0] = '\0';
	for (const char *at = depends; *at;) {
		size_t len = strspn(at, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
		bool negated = at > depends && at[-1] == '!';
		char value[64];

		cleanup_free char *name = strndup(at, len);

		if (len && !negated &&
		    !strcmp(config_value(config, name, value, sizeof(value)), "n"))
			snprintf(buf + strlen(buf), size - strlen(buf), "%s%s", *buf ? ", " : "", name);
		at += len ? len : 1;
	}
}

int config_explain(const char *src, const struct config_miss *m, const char *config,
		   struct err *e)
{
	struct entry x = { .name = m->name };
	const char *got = strcmp(m->got, "n") ? m->got : "off";
	char off[160];

	tree_search(&x, src);
	list_off(x.depends, config, off, sizeof(off));
	err_set(e, EINVAL, "%s:%u: CONFIG_%s=%s came out as %s%s", m->fragment, m->line, m->name,
		m->wanted, got, x.found ? "" : ": no Kconfig file of this source has such an option");
	if (x.found)
		snprintf(e->excerpt, sizeof(e->excerpt), "%s: config %s %s%s%s%s%s", x.place, m->name,
			 *x.depends ? "depends on " : "names no dependencies of its own", x.depends,
			 *off ? "\nof which off: " : "", off,
			 x.has_prompt ? "" : "\nIt has no prompt: only what selects it can set it.");
	return -EINVAL;
}
