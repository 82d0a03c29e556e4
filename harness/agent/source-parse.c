/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "agent/source-parse.h"

#define LINES_MAX 1024
#define BLANKS " \t"

static const struct sample_value absent;

/* Reads a number at @text; *ret_end is behind it. JSON integers have 64 bits with a sign. */
static struct sample_value number_parse(const char *text, const char **ret_end)
{
	char *end;

	errno = 0;
	long long n = strtoll(text, &end, 10);
	if (errno || end == text)
		return absent;
	*ret_end = end;
	return (struct sample_value){ true, n };
}

struct sample_value value_parse(const char *text)
{
	const char *end;
	struct sample_value v = number_parse(text, &end);

	if (!v.present)
		return absent;
	end += strspn(end, " \t\n");
	return *end ? absent : v;
}

/* Returns how many lines there are; line i is from starts[i] on. */
static size_t lines_find(const char *text, const char **starts)
{
	size_t n = 0;

	while (*text && n < LINES_MAX) {
		starts[n++] = text;
		text = strchrnul(text, '\n');
		text += *text != '\0';
	}
	return n;
}

/* Past the "Node N " that begins each line of a node's meminfo. */
static const char *node_skip(const char *line)
{
	if (*line != 'N' || strncmp(line, "Node ", 5))
		return line;
	size_t digits = strspn(line + 5, "0123456789");

	return digits && line[5 + digits] == ' ' ? line + 5 + digits + 1 : line;
}

static bool line_has_key(const char *line, const struct source_key *k)
{
	return *line == *k->name && !strncmp(line, k->name, k->len) &&
	       (line[k->len] == ' ' || line[k->len] == ':');
}

/* The number of a line, from behind its key. */
static struct sample_value line_number(const char *at)
{
	at += *at == ':';
	while (*at == ' ' || *at == '\t')
		at++;
	if (!isdigit((unsigned char)*at) && *at != '-')
		return absent;
	struct sample_value v = number_parse(at, &at);
	if (v.present && !strncmp(at, " kB", 3) && __builtin_mul_overflow(v.n, 1024, &v.n))
		return absent;
	return v;
}

/* What follows the key in its line, or NULL. */
static const char *key_find(struct source_key *k, const char *const *lines, size_t n)
{
	if (k->line < n && line_has_key(lines[k->line], k))
		return lines[k->line] + k->len;
	for (size_t i = 0; i < n; i++) {
		if (!line_has_key(lines[i], k))
			continue;
		k->line = i;
		return lines[i] + k->len;
	}
	return NULL;
}

void keyed_parse(const char *text, struct source_key *keys, size_t n,
		 struct sample_value *values)
{
	const char *lines[LINES_MAX];
	size_t n_lines = lines_find(text, lines);

	for (size_t i = 0; i < n_lines; i++)
		lines[i] = node_skip(lines[i]);
	for (size_t i = 0; i < n; i++) {
		const char *at = key_find(&keys[i], lines, n_lines);

		values[i] = at ? line_number(at) : absent;
	}
}

/* Past @n words of the line at @text; at most to its end. */
static const char *words_skip(const char *text, size_t n)
{
	text += strspn(text, BLANKS);
	while (n--) {
		text += strcspn(text, BLANKS "\n");
		text += strspn(text, BLANKS);
	}
	return text;
}

/* The word at @text, where it is a number. */
static struct sample_value word_number(const char *text)
{
	const char *end;
	struct sample_value v = absent;

	if (isdigit((unsigned char)*text) || *text == '-')
		v = number_parse(text, &end);
	return v.present && (!*end || strchr(BLANKS "\n", *end)) ? v : absent;
}

/* The number of @node, such as "N1", in what follows a key: " N0=12 N1=34". */
static struct sample_value node_number(const char *at, const char *node)
{
	size_t len = strlen(node);

	for (at = words_skip(at, 0); *at && *at != '\n'; at = words_skip(at, 1))
		if (!strncmp(at, node, len) && at[len] == '=')
			return word_number(at + len + 1);
	return absent;
}

void numa_parse(const char *text, struct source_key *keys, size_t n,
		struct sample_value *values)
{
	const char *lines[LINES_MAX];
	size_t n_lines = lines_find(text, lines);

	for (size_t i = 0; i < n; i++) {
		const char *at = key_find(&keys[i], lines, n_lines);

		values[i] = at ? node_number(at, keys[i].node) : absent;
	}
}

void fields_parse(const char *text, const struct source_key *keys, size_t n,
		  struct sample_value *values)
{
	size_t place = 0;

	for (size_t i = 0; i < n; i++) {
		text = words_skip(text, keys[i].line - place);
		values[i] = word_number(text);
		place = keys[i].line;
	}
}

/* "Filename Type Size Used Priority"; a blank in a name is written as \040. */
static struct sample_value swap_used(const char *path, const char *const *lines, size_t n)
{
	size_t len = strlen(path);

	for (size_t i = 1; i < n; i++) {
		if (strncmp(lines[i], path, len) || !lines[i][len] || !strchr(BLANKS, lines[i][len]))
			continue;
		struct sample_value v = word_number(words_skip(lines[i], 3));

		return v.present && !__builtin_mul_overflow(v.n, 1024, &v.n) ? v : absent;
	}
	return absent;
}

void swaps_parse(const char *text, const struct source_key *keys, size_t n,
		 struct sample_value *values)
{
	const char *lines[LINES_MAX];
	size_t n_lines = lines_find(text, lines);

	for (size_t i = 0; i < n; i++)
		values[i] = swap_used(keys[i].path, lines, n_lines);
}

void psi_parse(const char *text, struct sample_value values[static 2])
{
	static const char *const words[] = { "some ", "full " };
	const char *lines[LINES_MAX];
	size_t n = lines_find(text, lines);

	for (size_t w = 0; w < 2; w++) {
		values[w] = absent;
		for (size_t i = 0; i < n; i++) {
			if (strncmp(lines[i], words[w], 5))
				continue;
			const char *total = strstr(lines[i], " total=");

			if (total && total < strchrnul(lines[i], '\n'))
				values[w] = number_parse(total + 7, &total);
		}
	}
}

/* The comm in parentheses may hold anything, also blanks and parentheses. */
struct sample_value stat_parse(const char *text, long ticks_per_s)
{
	const char *at = strrchr(text, ')');
	unsigned long long user, kernel;

	if (!at || sscanf(at, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu",
			  &user, &kernel) != 2)
		return absent;
	return (struct sample_value){ true, (int64_t)((user + kernel) * 1000000 /
						      (unsigned long long)ticks_per_s) };
}
