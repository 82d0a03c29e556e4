/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <search.h>
#include <string.h>
#include "lib/cleanup.h"
#include "result/stalls.h"

struct stalls {
	void *tree;			/* of the threads, for tsearch() */
	struct stall_thread *threads[STALL_THREADS_MAX];
	size_t n;
	bool traced[STALL_MECHANISMS];
	struct stalls_left_out left_out;
};

static int stalls_new(const json_t *events, struct stalls **ret, struct err *e)
{
	struct stalls *s = calloc(1, sizeof(*s));

	if (!s)
		return err_set(e, ENOMEM, "out of memory for stalls");
	for (size_t m = 0; m < STALL_MECHANISMS; m++)
		s->traced[m] = json_array_has(events, stall_begin_event(m)) &&
			json_array_has(events, stall_end_event(m));
	*ret = s;
	return 0;
}

static int tid_compare(const void *a, const void *b)
{
	const struct stall_thread *x = a, *y = b;

	return (x->tid > y->tid) - (x->tid < y->tid);
}

/* Sets *ret to the line's thread, or to NULL where there are too many. */
static int thread_take(struct stalls *s, const struct trace_line *l, struct stall_thread **ret,
		       struct err *e)
{
	struct stall_thread key = { .tid = l->tid }, **found = tfind(&key, &s->tree, tid_compare);

	*ret = found ? *found : NULL;
	if (found || s->n == STALL_THREADS_MAX) {
		s->left_out.events += !found;
		return 0;
	}
	struct stall_thread *t = stall_thread_new(l);

	if (!t || !tsearch(t, &s->tree, tid_compare)) {
		stall_thread_free(t);
		return err_set(e, ENOMEM, "out of memory for the stalls of threads");
	}
	s->threads[s->n++] = t;
	*ret = t;
	return 0;
}

static int event_take(struct stalls *s, const struct trace_line *l, struct err *e)
{
	struct stall_thread *t;

	if (!stall_event_tells(l))
		return 0;
	int rc = thread_take(s, l, &t, e);

	return rc || !t ? rc : stall_thread_take(t, l, e);
}

static void stalls_break(struct stalls *s)
{
	for (size_t i = 0; i < s->n; i++)
		stall_thread_break(s->threads[i]);
}

/* A trace_take_fn. */
static int line_take(void *arg, enum trace_kind kind, const struct trace_line *l, struct err *e)
{
	struct stalls *s = arg;

	switch (kind) {
	case TRACE_EVENT:
		return event_take(s, l, e);
	case TRACE_LOST:
		s->left_out.gaps++;
		stalls_break(s);
		return 0;
	case TRACE_OTHER:
		s->left_out.lines++;
		return 0;
	default:
		return 0;
	}
}

static int thread_compare(const void *a, const void *b)
{
	const struct stall_thread *x = *(struct stall_thread *const *)a;
	const struct stall_thread *y = *(struct stall_thread *const *)b;
	uint64_t x_us = stall_thread_total_us(x), y_us = stall_thread_total_us(y);

	if (x->background != y->background)
		return x->background - y->background;
	return x_us != y_us ? (x_us < y_us) - (x_us > y_us) : tid_compare(x, y);
}

/* After the last line: what is still open has no end, and threads are put in order. */
static void stalls_end(struct stalls *s)
{
	stalls_break(s);
	for (size_t i = 0; i < s->n; i++)
		stall_thread_sort(s->threads[i]);
	qsort(s->threads, s->n, sizeof(*s->threads), thread_compare);
}

int stalls_read(FILE *f, const json_t *events, struct stalls **ret, struct err *e)
{
	cleanup_stalls struct stalls *s = NULL;
	int rc = stalls_new(events, &s, e);

	if (!rc)
		rc = trace_read(f, line_take, s, e);
	if (rc)
		return rc;
	stalls_end(s);
	*ret = take_ptr(s);
	return 0;
}

bool stalls_traced(const struct stalls *s, enum stall_mechanism m)
{
	return s->traced[m];
}

size_t stalls_threads(const struct stalls *s)
{
	return s->n;
}

const struct stall_thread *stalls_thread(const struct stalls *s, size_t i)
{
	return s->threads[i];
}

struct stalls_left_out stalls_left_out(const struct stalls *s)
{
	return s->left_out;
}

static void node_keep(void *node)
{
	(void)node;
}

void stalls_free(struct stalls *s)
{
	if (!s)
		return;
	tdestroy(s->tree, node_keep);
	for (size_t i = 0; i < s->n; i++)
		stall_thread_free(s->threads[i]);
	free(s);
}
