/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_TRACE_LINE_H
#define RAMRIG_TRACE_LINE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include "lib/err.h"

/*
 * One line of trace.txt, as tracefs prints it without options of its own
 * (kernel/trace/trace_output.c, trace_print_context):
 *
 *   "%16s-%-7d [%03d] FLAGS SECONDS.MICROSECONDS: EVENT: FIELDS"
 *
 * A task's name has at most 15 bytes of its own choice, so it ends where its column does.
 */
#define TRACE_TASK_SIZE 17

struct trace_line {
	char task[TRACE_TASK_SIZE];	/* "<...>" where the kernel did not keep the name */
	int tid;			/* above 0; 0 is the idle task */
	uint64_t us;			/* on CLOCK_MONOTONIC */
	const char *event;		/* within the line, up to the ':' that follows */
	const char *fields;
};

enum trace_kind {
	TRACE_EVENT,
	TRACE_NOTE,	/* a head's line, an empty one */
	TRACE_LOST,	/* "CPU:1 [LOST 120 EVENTS]": here some are missing */
	TRACE_OTHER	/* none of these */
};

/* Pure: reads @line, without its newline; @ret is filled for TRACE_EVENT. */
enum trace_kind trace_line_read(const char *line, struct trace_line *ret);

/*
 * Calls @take with @arg for each line of @f, until one returns other than 0, which is then
 * returned. A line of more than TRACE_LINE_MAX is TRACE_OTHER, but for one of the head, whose
 * list of events is ours and may be of any length. @l is filled for TRACE_EVENT. -EIO where
 * @f cannot be read.
 */
#define TRACE_LINE_MAX 1024
typedef int trace_take_fn(void *arg, enum trace_kind kind, const struct trace_line *l,
			  struct err *e);
int trace_read(FILE *f, trace_take_fn *take, void *arg, struct err *e);

/* Pure: whether the line's event is @name. */
bool trace_line_is(const struct trace_line *l, const char *name);

/*
 * Pure: the field "KEY=" as a whole number that is not negative, or as text, up to the
 * next blank. False where the event has no such field, or it is no number.
 */
bool trace_line_number(const struct trace_line *l, const char *key, uint64_t *ret);
bool trace_line_text_is(const struct trace_line *l, const char *key, const char *text);

#endif
