/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "lib/cleanup.h"
#include "result/stall-thread.h"

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

/* How the names of threads begin whose work nobody waits for; and the agent, which is the rig's. */
static const char *const background[] = { "kswapd", "kcompactd", "khugepaged", "kworker/" };
#define AGENT "init"

/* What is told beside begins and ends. */
static const char *const asides[] = {
	"mm_compaction_try_to_compact_pages", "mm_compaction_migratepages", "reclaim_retry_zone",
	"compact_retry",
};

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

const char *stall_begin_event(enum stall_mechanism m)
{
	return mechanisms[m].begin;
}

const char *stall_end_event(enum stall_mechanism m)
{
	return mechanisms[m].end;
}

static bool name_is_background(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(background); i++)
		if (!strncmp(name, background[i], strlen(background[i])))
			return true;
	return !strcmp(name, AGENT);
}

static const char *event_name(const char *event)
{
	return strchr(event, ':') + 1;
}

bool stall_event_tells(const struct trace_line *l)
{
	for (size_t m = 0; m < STALL_MECHANISMS; m++)
		if (trace_line_is(l, event_name(mechanisms[m].begin)) ||
		    trace_line_is(l, event_name(mechanisms[m].end)))
			return true;
	for (size_t i = 0; i < ARRAY_SIZE(asides); i++)
		if (trace_line_is(l, asides[i]))
			return true;
	return false;
}

void stall_thread_free(struct stall_thread *t)
{
	if (!t)
		return;
	for (size_t m = 0; m < STALL_MECHANISMS; m++)
		times_free(&t->lists[m].us);
	free(t->state);
	free(t);
}

struct stall_thread *stall_thread_new(const struct trace_line *l)
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

static int list_add(struct stall_list *l, uint64_t us, uint64_t order, struct err *e)
{
	int rc = times_add(&l->us, us, e);

	if (rc)
		return rc;
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

int stall_thread_take(struct stall_thread *t, const struct trace_line *l, struct err *e)
{
	for (size_t m = 0; m < STALL_MECHANISMS; m++) {
		if (trace_line_is(l, event_name(mechanisms[m].begin))) {
			stall_begin(t, m, l);
			return 0;
		}
		if (trace_line_is(l, event_name(mechanisms[m].end)))
			return stall_end(t, m, l, e);
	}
	aside_take(t, l);
	return 0;
}

void stall_thread_break(struct stall_thread *t)
{
	for (size_t m = 0; m < STALL_MECHANISMS; m++) {
		t->lists[m].unpaired += t->state->open[m].is_open;
		t->state->open[m].is_open = false;
	}
	t->state->retrying = false;
	t->state->compact_order = NO_ORDER;
}

void stall_thread_sort(struct stall_thread *t)
{
	for (size_t m = 0; m < STALL_MECHANISMS; m++)
		times_sort(&t->lists[m].us);
}

uint64_t stall_thread_total_us(const struct stall_thread *t)
{
	uint64_t total = 0;

	for (size_t m = 0; m < STALL_MECHANISMS; m++)
		total += t->lists[m].total_us;
	return total;
}
