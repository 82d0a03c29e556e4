/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <errno.h>
#include <string.h>
#include "lib/cleanup.h"
#include "lib/file.h"
#include "replay/likeness.h"

#define PATH_ENDS	 "\"'<>, \t\n" /* what ends a path in XML and on QEMU's command line */
#define PATH_COMES_AFTER "\"'>=:, \t\n"

const struct likeness likeness_table[] = {
	{ "ramrig", "version of ramrig", true, false },
	{ "qemu", "version of QEMU", true, false },
	{ "machine", "QEMU's machine type", true, false },
	{ "libvirt", "version of libvirt", true, false },
	{ "accelerator", "what runs the guest's instructions", true, false },
	{ "cpus", "CPUs of the host", true, false },
	{ "kernel", "SHA-256 of the bzImage", true, false },
	{ "agent", "SHA-256 of the guest's agent", true, false },
	{ "initramfs", "SHA-256 of agent, daemons, modules and workload together", true, false },
	{ "image", "hash of the image's recipe and packages", true, false },
	{ "image-bytes", "SHA-256 of the image's file", true, true },
	{ "domain", "libvirt's domain, but for its paths", true, false },
	{ "memory", "memory of the host, in bytes", false, false },
	{ "host-kernel", "kernel of the host", false, false },
	{ NULL, NULL, false, false },
};

char *likeness_words(void)
{
	char *all = path_format("%s", "");

	for (const struct likeness *l = likeness_table; l->name; l++) {
		if (!l->must)
			continue;
		char *more = path_format("%s%s%s", all, *all ? ", " : "", l->name);

		free(all);
		all = more;
	}
	return all;
}

static bool has_word(const char *const *words, const char *word)
{
	for (; words && *words; words++)
		if (!strcmp(*words, word))
			return true;
	return false;
}

int likeness_check_words(const char *const *allowed, struct err *e)
{
	for (; allowed && *allowed; allowed++) {
		const struct likeness *l = likeness_table;

		while (l->name && (!l->must || strcmp(l->name, *allowed)))
			l++;
		cleanup_free char *words = likeness_words();

		if (!l->name)
			return err_set(e, EINVAL,
				       "--allow '%s': what may be allowed to differ is %s",
				       *allowed, words);
	}
	return 0;
}

/* A new string, of at most one line. */
static json_t *line_of(const char *text, size_t len)
{
	cleanup_free char *line = path_format("%.*s", (int)len, text);

	return json_sentence(line + strspn(line, " \t"));
}

/* The first line in which the two differ. */
static void lines_that_differ(const char *was, const char *is, json_t *row)
{
	size_t a, b;

	for (;;) {
		a = strcspn(was, "\n");
		b = strcspn(is, "\n");
		if (a != b || strncmp(was, is, a) || !was[a] || !is[b])
			break;
		was += a + 1;
		is += b + 1;
	}
	json_object_set_new(row, "was", line_of(was, a));
	json_object_set_new(row, "is", line_of(is, b));
}

static json_t *lines_count(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return json_sprintf("%zu lines", n);
}

static const char *verdict_of(const struct likeness *l, const char *was, const char *is,
			      const char *const *allowed)
{
	if (was && is && !strcmp(was, is))
		return "equal";
	if (!l->must)
		return "told";
	return has_word(allowed, l->name) ? "allowed" : "refused";
}

static json_t *row_of(const struct likeness *l, const char *was, const char *is,
		      const char *const *allowed)
{
	const char *verdict = verdict_of(l, was, is, allowed);
	json_t *row = json_pack("{s:s, s:s, s:s?, s:s?, s:s}", "what", l->name, "meaning", l->what,
				"was", was, "is", is, "verdict", verdict);

	if (!was || !is || !strchr(was, '\n'))
		return row;
	if (strcmp(verdict, "equal")) {
		lines_that_differ(was, is, row);
	} else {
		json_object_set_new(row, "was", lines_count(was));
		json_object_set_new(row, "is", lines_count(is));
	}
	return row;
}

json_t *likeness_compare(const json_t *was, const json_t *is, const char *const *allowed)
{
	json_t *rows = json_array();

	for (const struct likeness *l = likeness_table; l->name; l++) {
		const char *then = json_str(was, l->name), *now = json_str(is, l->name);

		if (then || now || !l->bundled)
			json_array_append_new(rows, row_of(l, then, now, allowed));
	}
	return rows;
}

size_t likeness_count(const json_t *rows, const char *verdict)
{
	const json_t *row;
	size_t i, n = 0;

	json_array_foreach(rows, i, row)
		n += !strcmp(json_str(row, "verdict"), verdict);
	return n;
}

static bool path_begins(const char *text, const char *at)
{
	return *at == '/' && (at == text || strchr(PATH_COMES_AFTER, at[-1])) &&
	       (isalnum((unsigned char)at[1]) || at[1] == '.' || at[1] == '_');
}

char *likeness_without_paths(const char *text)
{
	char *out = malloc(4 * strlen(text) + 1), *to = out;

	if (!out)
		abort();
	for (const char *s = text; *s;) {
		if (!path_begins(text, s)) {
			*to++ = *s++;
			continue;
		}
		s += strcspn(s, PATH_ENDS);
		to = stpcpy(to, "PATH");
	}
	*to = '\0';
	return out;
}
