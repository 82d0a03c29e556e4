/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include "lib/cleanup.h"
#include "spec/source.h"

#define SOURCE_MAX (1UL << 20)
#define EXCERPT_COLUMNS 96	/* of the line; four bytes each at most, and the caret's line, fit */

static bool byte_continues(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/* Returns the length of the UTF-8 character at @s, or 0 where there is none. */
static size_t utf8_length(const char *s, size_t left)
{
	static const struct { unsigned char mask, lead; size_t len; uint32_t min; } forms[] = {
		{ 0x80, 0x00, 1, 1 },	/* NUL is no text */
		{ 0xe0, 0xc0, 2, 0x80 },
		{ 0xf0, 0xe0, 3, 0x800 },
		{ 0xf8, 0xf0, 4, 0x10000 },
	};
	unsigned char first = (unsigned char)*s;

	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		if ((first & forms[i].mask) != forms[i].lead)
			continue;
		if (forms[i].len > left)
			return 0;
		uint32_t c = first & (unsigned char)~forms[i].mask;

		for (size_t k = 1; k < forms[i].len; k++) {
			if (!byte_continues(s[k]))
				return 0;
			c = c << 6 | ((unsigned char)s[k] & 0x3f);
		}
		bool fine = c >= forms[i].min && c <= 0x10ffff && (c < 0xd800 || c > 0xdfff);

		return fine ? forms[i].len : 0;
	}
	return 0;
}

int source_init(struct source *s, const char *path, const char *text, size_t len, struct err *e)
{
	if (len > SOURCE_MAX)
		return err_set(e, EINVAL, "%s: is over %lu bytes, too long for a file that people write",
			       path, SOURCE_MAX);
	if (len >= 3 && !memcmp(text, "\xef\xbb\xbf", 3)) {	/* a byte order mark */
		text += 3;
		len -= 3;
	}
	for (size_t i = 0, n; i < len; i += n) {
		n = utf8_length(text + i, len - i);
		if (n)
			continue;
		unsigned line = 1;

		for (size_t k = 0; k < i; k++)
			line += text[k] == '\n';
		return err_set(e, EINVAL, "%s:%u:1: is not UTF-8 text", path, line);
	}

	char *copy = malloc(len + 1), *name = strdup(path);

	if (!copy || !name) {
		free(copy);
		free(name);
		return err_set(e, ENOMEM, "out of memory for %s", path);
	}
	memcpy(copy, text, len);
	copy[len] = '\0';
	*s = (struct source){ .path = name, .text = copy, .len = len };
	return 0;
}

size_t source_offset(const struct source *s, unsigned line, unsigned column)
{
	size_t i = 0;

	for (; line > 1; line--) {
		const char *nl = memchr(s->text + i, '\n', s->len - i);

		if (!nl)
			return s->len;
		i = (size_t)(nl - s->text) + 1;
	}
	for (; column > 1 && i < s->len && s->text[i] != '\n'; column--) {
		do {
			i++;
		} while (byte_continues(s->text[i]));
	}
	return i;
}

/*
 * Writes the characters of @text from @start on, at most EXCERPT_COLUMNS up to
 * @end, then the caret's line: tabs stay tabs in both, so that the caret is in
 * its place however wide they are shown. Control characters become '?'.
 */
static void excerpt_write(const char *text, size_t start, size_t end, size_t caret, char *ret,
			  size_t size)
{
	FILE *f = fmemopen(ret, size, "w");

	if (!f)
		return;
	size_t columns = 0;

	for (size_t i = start; i < end; i++) {
		columns += !byte_continues(text[i]);
		if (columns > EXCERPT_COLUMNS)
			break;
		bool control = ((unsigned char)text[i] < 0x20 && text[i] != '\t') || text[i] == 0x7f;

		fputc(control ? '?' : text[i], f);
	}
	fputc('\n', f);
	for (size_t i = start; i < caret; i++)
		if (!byte_continues(text[i]))
			fputc(text[i] == '\t' ? '\t' : ' ', f);
	fputc('^', f);
	fputc('\0', f);
	fclose(f);
}

int source_verror(const struct source *s, size_t offset, struct err *e, const char *fmt, va_list ap)
{
	char msg[sizeof(e->msg)];
	unsigned line = 1, column = 1;
	size_t start = 0, end;

	vsnprintf(msg, sizeof(msg), fmt, ap);
	if (offset > s->len)
		offset = s->len;
	/* An end of the file that is an empty line shows nothing: point at the line above. */
	if (offset == s->len && offset && s->text[offset - 1] == '\n')
		offset--;
	for (size_t i = 0; i < offset; i++) {
		if (s->text[i] == '\n') {
			line++;
			column = 1;
			start = i + 1;
		} else if (!byte_continues(s->text[i])) {
			column++;
		}
	}
	end = start + strcspn(s->text + start, "\r\n");
	err_set(e, EINVAL, "%s:%u:%u: %s", s->path, line, column, msg);

	for (unsigned over = column; over > EXCERPT_COLUMNS - 16; over--) {
		do {
			start++;
		} while (byte_continues(s->text[start]));
	}
	excerpt_write(s->text, start, end, offset, e->excerpt, sizeof(e->excerpt));
	return -EINVAL;
}

int source_error(const struct source *s, size_t offset, struct err *e, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	int rc = source_verror(s, offset, e, fmt, ap);
	va_end(ap);
	return rc;
}

void source_clear(struct source *s)
{
	free(s->path);
	free(s->text);
	*s = (struct source){};
}
