/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include "lib/cleanup.h"
#include "lib/outline.h"

struct outline {
	size_t n;
	struct outline_line {
		unsigned depth;
		char *text;
	} *lines;
};

/* How a line begins: what stands before its own branch, and the branch. */
struct marks {
	const char *pass, *blank, *fork, *last;
};

static const struct marks unicode_marks = { "│  ", "   ", "├─ ", "└─ " };
static const struct marks ascii_marks = { "|  ", "   ", "|- ", "`- " };

struct outline *outline_new(void)
{
	struct outline *o = calloc(1, sizeof(*o));

	if (!o)
		abort();
	return o;
}

void outline_add(struct outline *o, unsigned depth, const char *fmt, ...)
{
	char *text;
	va_list ap;

	va_start(ap, fmt);
	int len = vasprintf(&text, fmt, ap);
	va_end(ap);
	struct outline_line *lines = reallocarray(o->lines, o->n + 1, sizeof(*lines));

	if (len < 0 || !lines)
		abort();
	o->lines = lines;
	o->lines[o->n++] = (struct outline_line){ depth, text };
}

/* Whether a branch at @depth goes on below line @i. */
static bool goes_on(const struct outline *o, size_t i, unsigned depth)
{
	while (++i < o->n && o->lines[i].depth >= depth)
		if (o->lines[i].depth == depth)
			return true;
	return false;
}

static void print_line(const struct outline *o, size_t i, const struct marks *m, FILE *out)
{
	unsigned depth = o->lines[i].depth;

	for (unsigned d = 1; d < depth; d++)
		fputs(goes_on(o, i, d) ? m->pass : m->blank, out);
	if (depth)
		fputs(goes_on(o, i, depth) ? m->fork : m->last, out);
	fprintf(out, "%s\n", o->lines[i].text);
}

char *outline_text(const struct outline *o, bool utf8)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		abort();
	for (size_t i = 0; i < o->n; i++)
		print_line(o, i, utf8 ? &unicode_marks : &ascii_marks, out);
	if (fclose(out))
		abort();
	return text;
}

void outline_free(struct outline *o)
{
	if (!o)
		return;
	for (size_t i = 0; i < o->n; i++)
		free(o->lines[i].text);
	free(o->lines);
	free(o);
}
