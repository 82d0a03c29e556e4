/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include "lib/cleanup.h"
#include "result/metric.h"
#include "result/stalls.h"

static json_t *orders_json(const struct stall_list *l)
{
	json_t *j = json_object();
	char key[8];

	for (unsigned i = 0; i < STALL_ORDERS_MAX; i++) {
		if (!l->orders[i])
			continue;
		snprintf(key, sizeof(key), "%u", i);
		json_object_set_new(j, key, json_integer((json_int_t)l->orders[i]));
	}
	return j;
}

static void counts_add(json_t *row, const struct stall_list *l)
{
	json_object_update_new(row, json_pack("{s:I, s:I, s:I, s:I, s:I, s:o, s:I}",
		"p50_us", (json_int_t)times_percentile(&l->us, 50),
		"p99_us", (json_int_t)times_percentile(&l->us, 99),
		"max_us", (json_int_t)l->us.v[l->us.n - 1], "total_us", (json_int_t)l->total_us,
		"succeeded", (json_int_t)l->succeeded, "orders", orders_json(l),
		"no_order", (json_int_t)l->no_order));
}

static json_t *row_json(const struct stall_thread *t, enum stall_mechanism m)
{
	const struct stall_list *l = &t->lists[m];
	json_t *row = json_pack("{s:o, s:i, s:b, s:s, s:I, s:I, s:I}", "task",
				json_sentence(t->name), "tid", t->tid, "background", t->background,
				"mechanism", stall_mechanism_names[m], "count", (json_int_t)l->us.n,
				"unpaired", (json_int_t)l->unpaired, "pages", (json_int_t)l->pages);

	if (l->us.n)
		counts_add(row, l);
	if (m == STALL_RECLAIM)
		json_object_update_new(row, json_pack("{s:I, s:I, s:I}", "allocations",
						      (json_int_t)l->allocations, "retries",
						      (json_int_t)l->retries, "retries_max",
						      (json_int_t)l->retries_max));
	return row;
}

static json_t *mechanisms_json(const struct stalls *s)
{
	json_t *list = json_array();

	for (size_t m = 0; m < STALL_MECHANISMS; m++)
		if (stalls_traced(s, m))
			json_array_append_new(list, json_string(stall_mechanism_names[m]));
	return list;
}

json_t *stalls_json(const struct stalls *s)
{
	struct stalls_left_out left = stalls_left_out(s);
	json_t *threads = json_array();

	for (size_t i = 0; i < stalls_threads(s); i++) {
		const struct stall_thread *t = stalls_thread(s, i);

		for (size_t m = 0; m < STALL_MECHANISMS; m++)
			if (stalls_traced(s, m) && (t->lists[m].us.n || t->lists[m].unpaired))
				json_array_append_new(threads, row_json(t, m));
	}
	return json_pack("{s:o, s:o, s:I, s:I, s:I}", "mechanisms", mechanisms_json(s), "threads",
			 threads, "lines_left_out", (json_int_t)left.lines, "events_left_out",
			 (json_int_t)left.events, "gaps", (json_int_t)left.gaps);
}

/* All stalls by one mechanism that somebody waited for, sorted. */
static int stalls_gather(const struct stalls *s, enum stall_mechanism m, struct times *ret,
			 struct err *e)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < stalls_threads(s); i++) {
		const struct stall_thread *t = stalls_thread(s, i);

		if (!t->background)
			rc = times_join(ret, &t->lists[m].us, e);
	}
	times_sort(ret);
	return rc;
}

/* False where it has no value: the longest of no stalls. */
static bool value_of(enum metric_how how, const void *of, double *ret)
{
	const struct times *us = of;
	uint64_t total = 0;

	for (size_t i = 0; i < us->n; i++)
		total += us->v[i];
	switch (how) {
	case METRIC_STALL_COUNT:
		*ret = (double)us->n;
		return true;
	case METRIC_STALL_TIME:
		*ret = (double)total;
		return true;
	case METRIC_STALL_P99:
		*ret = (double)times_percentile(us, 99);
		return us->n;
	case METRIC_STALL_MAX:
		*ret = (double)times_percentile(us, 100);
		return us->n;
	default:
		return false;
	}
}

static int mechanism_metrics(const struct stalls *s, enum stall_mechanism m, json_t *metrics,
			     struct err *e)
{
	cleanup_times struct times us = { 0 };
	int rc = stalls_gather(s, m, &us, e);

	return rc ? rc : metric_read(value_of, &us, stall_mechanism_names[m], metrics, e);
}

int stalls_metrics(const struct stalls *s, bool whole, json_t *metrics, struct err *e)
{
	int rc = 0;

	for (size_t m = 0; !rc && whole && m < STALL_MECHANISMS; m++)
		if (stalls_traced(s, m))
			rc = mechanism_metrics(s, m, metrics, e);
	return rc;
}
