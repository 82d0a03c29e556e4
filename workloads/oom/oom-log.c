/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "lib/cleanup.h"
#include "workloads/oom/oom-log.h"

#define CALLED " invoked oom-killer: "
#define KILLED ": Killed process "
#define CONSTRAINT "oom-kill:constraint="
#define TABLE_HEAD "[  pid  ]"
#define COLUMNS_MAX 20

int oom_record_parse(char *record, uint64_t *ret_us, const char **ret_text)
{
	char *text = strchr(record, ';');

	if (!text || sscanf(record, "%*u,%*u,%" SCNu64 ",", ret_us) != 1)
		return -EINVAL;
	text++;
	text[strcspn(text, "\n")] = '\0';
	*ret_text = text;
	return 0;
}

static void name_set(char to[static OOM_NAME_MAX], const char *from, size_t len)
{
	snprintf(to, OOM_NAME_MAX, "%.*s", (int)len, from);
}

/* "oom-big invoked oom-killer: gfp_mask=..." */
static void called(struct oom_log *l, uint64_t us, const char *line, const char *at)
{
	if (l->events++)
		return;
	l->called_us = us;
	name_set(l->caller, line, (size_t)(at - line));
}

/* "Out of memory: Killed process 134 (oom-big) total-vm:..." */
static void killed(struct oom_log *l, uint64_t us, const char *at)
{
	struct oom_kill k = { .event = l->events, .us = us };
	const char *name = strchr(at, '(');
	/* A name may hold anything, a ")" too. */
	const char *end = strstr(at, ") total-vm:");

	if (sscanf(at, "%d", &k.pid) != 1 || !name || !end || l->n_kills == OOM_KILLS_MAX)
		return;
	name_set(k.name, name + 1, (size_t)(end - name - 1));
	l->kills[l->n_kills++] = k;
}

/* The columns behind the bracket, by their names. */
static void table_begin(struct oom_log *l, const char *names)
{
	const struct { const char *name; int *at; } wanted[] = {
		{ "rss", &l->rss_at }, { "pgtables_bytes", &l->pgtables_at },
		{ "swapents", &l->swap_at }, { "oom_score_adj", &l->adj_at },
	};

	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++)
		*wanted[i].at = -1;
	for (l->n_columns = 0; *names; l->n_columns++) {
		names += strspn(names, " ");
		size_t len = strcspn(names, " ");

		for (size_t i = 0; i < ARRAY_SIZE(wanted); i++)
			if (len == strlen(wanted[i].name) && !strncmp(names, wanted[i].name, len))
				*wanted[i].at = l->n_columns;
		names += len;
	}
}

/* "[    134]     0   134    25731    24110 ...  0 oom-big": numbers, then a name. */
static void table_row(struct oom_log *l, const char *line)
{
	int64_t values[COLUMNS_MAX];
	struct oom_task t = { 0 };
	int len = 0, n = l->n_columns - 1;

	if (sscanf(line, "[%d]%n", &t.pid, &len) != 1 || !len || l->n_tasks == OOM_TASKS_MAX ||
	    n < 1 || n > COLUMNS_MAX || l->rss_at < 0 || l->pgtables_at < 0 || l->swap_at < 0 ||
	    l->adj_at < 0)
		return;
	line += len;
	for (int i = 0; i < n; i++) {
		char *end;

		values[i] = strtoll(line, &end, 10);
		if (end == line)
			return;
		line = end;
	}
	t.in = (struct oom_inputs){
		.rss = (uint64_t)values[l->rss_at],
		.swap = (uint64_t)values[l->swap_at],
		.pgtables = (uint64_t)values[l->pgtables_at] / OOM_PAGE_BYTES,
		.adj = (int)values[l->adj_at],
	};
	l->tasks[l->n_tasks++] = t;
}

void oom_log_add(struct oom_log *l, uint64_t us, const char *line)
{
	const char *at = strstr(line, CALLED);

	if (at) {
		called(l, us, line, at);
		return;
	}
	at = strstr(line, KILLED);
	if (at)
		killed(l, us, at + strlen(KILLED));
	if (at || l->events != 1)
		return;
	if (!strncmp(line, TABLE_HEAD, strlen(TABLE_HEAD))) {
		table_begin(l, line + strlen(TABLE_HEAD));
	} else if (line[0] == '[') {
		table_row(l, line);
	} else if (!strncmp(line, CONSTRAINT, strlen(CONSTRAINT))) {
		line += strlen(CONSTRAINT);
		snprintf(l->constraint, sizeof(l->constraint), "%.*s", (int)strcspn(line, ","), line);
	} else if (!strncmp(line, "CPU: ", 5) && !l->caller_pid) {
		at = strstr(line, " PID: ");
		if (at)
			l->caller_pid = (pid_t)strtol(at + 6, NULL, 10);
	}
}

const struct oom_task *oom_log_task(const struct oom_log *l, pid_t pid)
{
	for (size_t i = 0; i < l->n_tasks; i++)
		if (l->tasks[i].pid == pid)
			return &l->tasks[i];
	return NULL;
}
