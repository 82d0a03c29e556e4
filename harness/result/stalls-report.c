/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include "lib/cleanup.h"
#include "result/metric-name.h"
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
		"p50_us", (json_int_t)stall_percentile(l->us, l->n, 50),
		"p99_us", (json_int_t)stall_percentile(l->us, l->n, 99),
		"max_us", (json_int_t)l->us[l->n - 1], "total_us", (json_int_t)l->total_us,
		"succeeded", (json_int_t)l->succeeded, "orders", orders_json(l),
		"no_order", (json_int_t)l->no_order));
}

static json_t *row_json(const struct stall_thread *t, enum stall_mechanism m)
{
	const struct stall_list *l = &t->lists[m];
	json_t *row = json_pack("{s:o, s:i, s:b, s:s, s:I, s:I, s:I}", "task",
				json_sentence(t->name), "tid", t->tid, "background", t->background,
				"mechanism", stall_mechanism_names[m], "count", (json_int_t)l->n,
				"unpaired", (json_int_t)l->unpaired, "pages", (json_int_t)l->pages);

	if (l->n)
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
			if (stalls_traced(s, m) && (t->lists[m].n || t->lists[m].unpaired))
				json_array_append_new(threads, row_json(t, m));
	}
	return json_pack("{s:o, s:o, s:I, s:I, s:I}", "mechanisms", mechanisms_json(s), "threads",
			 threads, "lines_left_out", (json_int_t)left.lines, "events_left_out",
			 (json_int_t)left.events, "gaps", (json_int_t)left.gaps);
}

/* All stalls by one mechanism that somebody waited for, sorted. The caller frees *ret. */
static int stalls_gather(const struct stalls *s, enum stall_mechanism m, uint64_t **ret,
			 size_t *ret_n, struct err *e)
{
	cleanup_free uint64_t *all = NULL;
	size_t n = 0;

	for (size_t i = 0; i < stalls_threads(s); i++) {
		const struct stall_thread *t = stalls_thread(s, i);
		const struct stall_list *l = &t->lists[m];
		uint64_t *more;

		if (t->background || !l->n)
			continue;
		more = reallocarray(all, n + l->n, sizeof(*all));
		if (!more)
			return err_set(e, ENOMEM, "out of memory for stalls");
		all = more;
		memcpy(all + n, l->us, l->n * sizeof(*all));
		n += l->n;
	}
	stall_us_sort(all, n);
	*ret = take_ptr(all);
	*ret_n = n;
	return 0;
}

/* False where it has no value: the longest of no stalls. */
static bool value_of(enum metric_how how, const uint64_t *us, size_t n, double *ret)
{
	uint64_t total = 0;

	for (size_t i = 0; i < n; i++)
		total += us[i];
	switch (how) {
	case METRIC_STALL_COUNT:
		*ret = (double)n;
		return true;
	case METRIC_STALL_TIME:
		*ret = (double)total;
		return true;
	case METRIC_STALL_P99:
		*ret = n ? (double)stall_percentile(us, n, 99) : 0;
		return n;
	case METRIC_STALL_MAX:
		*ret = n ? (double)us[n - 1] : 0;
		return n;
	default:
		return false;
	}
}

static int mechanism_metrics(const struct stalls *s, enum stall_mechanism m, json_t *metrics,
			     struct err *e)
{
	cleanup_free uint64_t *us = NULL;
	size_t n = 0;
	int rc = stalls_gather(s, m, &us, &n, e);

	for (const struct metric_info *i = metric_table; !rc && i->name; i++) {
		char name[METRIC_NAME_SIZE];
		double v;

		if (!value_of(i->how, us, n, &v))
			continue;
		metric_expand(i->name, stall_mechanism_names[m], name);
		if (json_object_set_new(metrics, name, metric_json(i, v)))
			rc = err_set(e, ENOMEM, "out of memory for metrics of stalls");
	}
	return rc;
}

int stalls_metrics(const struct stalls *s, bool whole, json_t *metrics, struct err *e)
{
	int rc = 0;

	for (size_t m = 0; !rc && whole && m < STALL_MECHANISMS; m++)
		if (stalls_traced(s, m))
			rc = mechanism_metrics(s, m, metrics, e);
	return rc;
}
