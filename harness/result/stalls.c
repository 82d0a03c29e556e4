/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <search.h>
#include <string.h>
#include "lib/cleanup.h"
#include "result/stalls.h"
#include "result/trace-line.h"

const char *const stall_mechanism_names[STALL_MECHANISMS + 1] = {
	[STALL_RECLAIM] = "reclaim",
	[STALL_MEMCG_RECLAIM] = "memcg_reclaim",
	[STALL_COMPACTION] = "compaction",
};

/* The tracepoints of a stall's ends, with their subsystem as they are asked for. */
static const struct mechanism {
	const char *begin, *end;
} mechanisms[STALL_MECHANISMS] = {
	[STALL_RECLAIM] = { "vmscan:mm_vmscan_direct_reclaim_begin",
			    "vmscan:mm_vmscan_direct_reclaim_end" },
	[STALL_MEMCG_RECLAIM] = { "vmscan:mm_vmscan_memcg_reclaim_begin",
				  "vmscan:mm_vmscan_memcg_reclaim_end" },
	[STALL_COMPACTION] = { "compaction:mm_compaction_begin", "compaction:mm_compaction_end" },
};

/* Threads whose work nobody waits for; and the agent, which is the rig's. */
static const char *const background[] = { "kswapd", "kcompactd", "khugepaged", "kworker/", "init" };

#define NO_ORDER UINT64_MAX

struct stall_state {
	struct {
		bool is_open;
		uint64_t begin_us, order;
	} open[STALL_MECHANISMS];
	uint64_t compact_order;		/* of the latest try to compact, or NO_ORDER */
	uint64_t migrated;		/* pages, since the compaction began */
	bool retrying;
	uint64_t reclaim_order, retries;	/* of the allocation in hand */
};

struct stalls {
	void *tree;			/* of the threads, for tsearch() */
	struct stall_thread *threads[STALL_THREADS_MAX];
	size_t n;
	bool traced[STALL_MECHANISMS];
	struct stalls_left_out left_out;
};

static bool event_among(const json_t *events, const char *name)
{
	const json_t *event;
	size_t i;

	json_array_foreach(events, i, event)
		if (!strcmp(json_string_value(event), name))
			return true;
	return false;
}

int stalls_new(const json_t *events, struct stalls **ret, struct err *e)
{
	struct stalls *s = calloc(1, sizeof(*s));

	if (!s)
		return err_set(e, ENOMEM, "out of memory for stalls");
	for (size_t m = 0; m < STALL_MECHANISMS; m++)
		s->traced[m] = event_among(events, mechanisms[m].begin) &&
			event_among(events, mechanisms[m].end);
	*ret = s;
	return 0;
}

static int tid_compare(const void *a, const void *b)
{
	const struct stall_thread *x = a, *y = b;

	return (x->tid > y->tid) - (x->tid < y->tid);
}

static bool name_is_background(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(background); i++)
		if (!strncmp(name, background[i], strlen(background[i])))
			return true;
	return false;
}

static void thread_free(struct stall_thread *t)
{
	for (size_t m = 0; m < STALL_MECHANISMS; m++)
		free(t->lists[m].us);
	free(t->state);
	free(t);
}

static struct stall_thread *thread_new(const struct trace_line *l)
{
	struct stall_thread *t = calloc(1, sizeof(*t));
	struct stall_state *state = calloc(1, sizeof(*state));

	if (!t || !state) {
		free(t);
		free(state);
		return NULL;
	}
	state->compact_order = NO_ORDER;
	t->tid = l->tid;
	snprintf(t->name, sizeof(t->name), "%s", l->task);
	t->background = name_is_background(t->name);
	t->state = state;
	return t;
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
	struct stall_thread *t = thread_new(l);

	if (!t || !tsearch(t, &s->tree, tid_compare)) {
		if (t)
			thread_free(t);
		return err_set(e, ENOMEM, "out of memory for the stalls of threads");
	}
	s->threads[s->n++] = t;
	*ret = t;
	return 0;
}

static int list_add(struct stall_list *l, uint64_t us, uint64_t order, struct err *e)
{
	if (l->n == l->room) {
		size_t room = l->room ? 2 * l->room : 16;
		uint64_t *more = reallocarray(l->us, room, sizeof(*more));

		if (!more)
			return err_set(e, ENOMEM, "out of memory for stalls");
		l->us = more;
		l->room = room;
	}
	l->us[l->n++] = us;
	l->total_us += us;
	if (order < STALL_ORDERS_MAX)
		l->orders[order]++;
	else
		l->no_order++;
	return 0;
}

/* The allocation that this reclaim is for: the one before where that was tried again. */
static void allocation_note(struct stall_thread *t, uint64_t order)
{
	struct stall_state *st = t->state;

	if (!st->retrying || order != st->reclaim_order) {
		t->lists[STALL_RECLAIM].allocations++;
		st->retries = 0;
	}
	st->retrying = false;
	st->reclaim_order = order;
}

static void stall_begin(struct stall_thread *t, enum stall_mechanism m, const struct trace_line *l)
{
	struct stall_state *st = t->state;
	uint64_t order = NO_ORDER;

	t->lists[m].unpaired += st->open[m].is_open;
	if (m == STALL_COMPACTION) {
		order = st->compact_order;
		st->migrated = 0;
	} else {
		trace_line_number(l, "order", &order);
	}
	st->open[m].is_open = true;
	st->open[m].begin_us = l->us;
	st->open[m].order = order;
	if (m == STALL_RECLAIM)
		allocation_note(t, order);
}

static int stall_end(struct stall_thread *t, enum stall_mechanism m, const struct trace_line *l,
		     struct err *e)
{
	struct stall_list *list = &t->lists[m];
	struct stall_state *st = t->state;
	uint64_t pages = st->migrated;

	if (!st->open[m].is_open || l->us < st->open[m].begin_us) {
		list->unpaired++;
		return 0;
	}
	st->open[m].is_open = false;
	if (m != STALL_COMPACTION && !trace_line_number(l, "nr_reclaimed", &pages))
		pages = 0;
	list->pages += pages;
	list->succeeded += m == STALL_COMPACTION ? trace_line_text_is(l, "status", "success") :
						   pages > 0;
	return list_add(list, l->us - st->open[m].begin_us, st->open[m].order, e);
}

static void retry_note(struct stall_thread *t)
{
	struct stall_list *list = &t->lists[STALL_RECLAIM];
	struct stall_state *st = t->state;

	st->retrying = true;
	list->retries++;
	if (++st->retries > list->retries_max)
		list->retries_max = st->retries;
}

/* What is no stall's begin or end. */
static void aside_take(struct stall_thread *t, const struct trace_line *l)
{
	struct stall_state *st = t->state;
	uint64_t n;

	if (trace_line_is(l, "mm_compaction_try_to_compact_pages"))
		st->compact_order = trace_line_number(l, "order", &n) ? n : NO_ORDER;
	else if (trace_line_is(l, "mm_compaction_migratepages"))
		st->migrated += trace_line_number(l, "nr_migrated", &n) ? n : 0;
	else if ((trace_line_is(l, "reclaim_retry_zone") &&
		  trace_line_text_is(l, "wmark_check", "1")) ||
		 (trace_line_is(l, "compact_retry") && trace_line_text_is(l, "should_retry", "1")))
		retry_note(t);
}

static int event_take(struct stalls *s, const struct trace_line *l, struct err *e)
{
	struct stall_thread *t;
	int rc = thread_take(s, l, &t, e);

	if (rc || !t)
		return rc;
	for (size_t m = 0; m < STALL_MECHANISMS; m++) {
		if (trace_line_is(l, strchr(mechanisms[m].begin, ':') + 1)) {
			stall_begin(t, m, l);
			return 0;
		}
		if (trace_line_is(l, strchr(mechanisms[m].end, ':') + 1))
			return stall_end(t, m, l, e);
	}
	aside_take(t, l);
	return 0;
}

/* Where events are missing, the next end may be another stall's. */
static void open_close(struct stalls *s)
{
	for (size_t i = 0; i < s->n; i++) {
		struct stall_thread *t = s->threads[i];

		for (size_t m = 0; m < STALL_MECHANISMS; m++) {
			t->lists[m].unpaired += t->state->open[m].is_open;
			t->state->open[m].is_open = false;
		}
		t->state->retrying = false;
		t->state->compact_order = NO_ORDER;
	}
}

int stalls_line(struct stalls *s, const char *line, struct err *e)
{
	struct trace_line l;

	switch (trace_line_read(line, &l)) {
	case TRACE_EVENT:
		return event_take(s, &l, e);
	case TRACE_LOST:
		s->left_out.gaps++;
		open_close(s);
		return 0;
	case TRACE_OTHER:
		s->left_out.lines++;
		return 0;
	default:
		return 0;
	}
}

static int us_compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static uint64_t thread_total_us(const struct stall_thread *t)
{
	uint64_t total = 0;

	for (size_t m = 0; m < STALL_MECHANISMS; m++)
		total += t->lists[m].total_us;
	return total;
}

static int thread_compare(const void *a, const void *b)
{
	const struct stall_thread *x = *(struct stall_thread *const *)a;
	const struct stall_thread *y = *(struct stall_thread *const *)b;
	uint64_t x_us = thread_total_us(x), y_us = thread_total_us(y);

	if (x->background != y->background)
		return x->background - y->background;
	return x_us != y_us ? (x_us < y_us) - (x_us > y_us) : tid_compare(x, y);
}

void stalls_end(struct stalls *s)
{
	open_close(s);
	for (size_t i = 0; i < s->n; i++)
		for (size_t m = 0; m < STALL_MECHANISMS; m++) {
			struct stall_list *l = &s->threads[i]->lists[m];

			if (l->n)
				qsort(l->us, l->n, sizeof(*l->us), us_compare);
		}
	qsort(s->threads, s->n, sizeof(*s->threads), thread_compare);
}

/* Reads up to a newline; false at the end. What does not fit into @line is passed over. */
static bool line_read(FILE *f, char line[static STALL_LINE_MAX], bool *ret_whole)
{
	if (!fgets(line, STALL_LINE_MAX, f))
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

int stalls_read(FILE *f, const json_t *events, struct stalls **ret, struct err *e)
{
	cleanup_stalls struct stalls *s = NULL;
	char line[STALL_LINE_MAX];
	bool whole;
	int rc = stalls_new(events, &s, e);

	while (!rc && line_read(f, line, &whole)) {
		/* The head's list of events is ours, and may be of any length. */
		if (!whole && *line != '#')
			s->left_out.lines++;
		else
			rc = stalls_line(s, line, e);
	}
	if (!rc && ferror(f))
		rc = err_set(e, EIO, "cannot read the trace");
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
		thread_free(s->threads[i]);
	free(s);
}
