/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include "result/trace-line.h"

#define TASK_COLUMN 16
#define SECONDS_MAX 1000000000ULL

static bool number_take(const char **at, uint64_t *ret)
{
	char *end;

	if (!isdigit((unsigned char)**at))
		return false;
	errno = 0;
	*ret = strtoull(*at, &end, 10);
	*at = end;
	return !errno;
}

static bool mark_take(const char **at, char c)
{
	if (**at != c)
		return false;
	++*at;
	return true;
}

static void blanks_skip(const char **at)
{
	*at += strspn(*at, " ");
}

/* "    71.123456:" */
static bool time_take(const char **at, uint64_t *ret_us)
{
	uint64_t seconds, us;
	const char *fraction;

	if (!number_take(at, &seconds) || seconds > SECONDS_MAX || !mark_take(at, '.'))
		return false;
	fraction = *at;
	if (!number_take(at, &us) || *at - fraction != 6 || !mark_take(at, ':'))
		return false;
	*ret_us = seconds * 1000000 + us;
	return true;
}

/* What stands between the task and the event: number, CPU, flags, time. */
static bool context_take(const char **at, struct trace_line *l)
{
	uint64_t tid, cpu;

	if (!mark_take(at, '-') || !number_take(at, &tid) || tid > INT_MAX)
		return false;
	l->tid = (int)tid;
	blanks_skip(at);
	if (!mark_take(at, '[') || !number_take(at, &cpu) || !mark_take(at, ']'))
		return false;
	blanks_skip(at);
	*at += strcspn(*at, " ");	/* the flags */
	blanks_skip(at);
	return time_take(at, &l->us);
}

static enum trace_kind event_read(const char *line, struct trace_line *l)
{
	const char *name = line, *at = line + TASK_COLUMN;

	blanks_skip(&name);
	if (name > at || !context_take(&at, l))
		return TRACE_OTHER;
	memcpy(l->task, name, (size_t)(line + TASK_COLUMN - name));
	blanks_skip(&at);
	l->event = at;
	at += strcspn(at, ": ");
	if (at == l->event || *at != ':')
		return TRACE_OTHER;
	l->fields = at + 1;
	return TRACE_EVENT;
}

enum trace_kind trace_line_read(const char *line, struct trace_line *ret)
{
	struct trace_line l = { 0 };
	enum trace_kind kind = TRACE_OTHER;

	if (!*line || *line == '#')
		return TRACE_NOTE;
	if (!strncmp(line, "CPU:", 4) && strstr(line, " [LOST "))
		return TRACE_LOST;
	if (strnlen(line, TASK_COLUMN) == TASK_COLUMN)
		kind = event_read(line, &l);
	if (kind == TRACE_EVENT)
		*ret = l;
	return kind;
}

/* Reads up to a newline; false at the end. What does not fit into @line is passed over. */
static bool line_read(FILE *f, char line[static TRACE_LINE_MAX], bool *ret_whole)
{
	if (!fgets(line, TRACE_LINE_MAX, f))
		return false;
	size_t len = strlen(line);

	*ret_whole = len && line[len - 1] == '\n';
	if (*ret_whole)
		line[len - 1] = '\0';
	else
		for (int c = getc(f); c != '\n' && c != EOF;)
			c = getc(f);
	return true;
}

int trace_read(FILE *f, trace_take_fn *take, void *arg, struct err *e)
{
	char line[TRACE_LINE_MAX];
	bool whole;
	int rc = 0;

	while (!rc && line_read(f, line, &whole)) {
		struct trace_line l = { 0 };
		enum trace_kind kind = whole || *line == '#' ? trace_line_read(line, &l) :
				       TRACE_OTHER;

		rc = take(arg, kind, &l, e);
	}
	return !rc && ferror(f) ? err_set(e, EIO, "cannot read the trace") : rc;
}

bool trace_line_is(const struct trace_line *l, const char *name)
{
	size_t len = strlen(name);

	return !strncmp(l->event, name, len) && l->event[len] == ':';
}

/* Where the value of " KEY=" begins, or NULL. */
static const char *field_find(const struct trace_line *l, const char *key)
{
	size_t len = strlen(key);

	for (const char *at = l->fields; (at = strchr(at, ' '));) {
		blanks_skip(&at);
		if (!strncmp(at, key, len) && at[len] == '=')
			return at + len + 1;
	}
	return NULL;
}

bool trace_line_number(const struct trace_line *l, const char *key, uint64_t *ret)
{
	const char *at = field_find(l, key);
	uint64_t v;

	if (!at || !number_take(&at, &v))
		return false;
	*ret = v;
	return true;
}

bool trace_line_text_is(const struct trace_line *l, const char *key, const char *text)
{
	const char *at = field_find(l, key);
	size_t len = strlen(text);

	return at && strcspn(at, " ") == len && !memcmp(at, text, len);
}
