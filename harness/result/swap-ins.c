/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <limits.h>
#include <string.h>
#include "result/metric.h"
#include "result/swap-ins.h"
#include "result/trace-line.h"

#define EVENT_NAME (strchr(SWAP_INS_EVENT, ':') + 1)
#define NS_IN_US 1000.0

struct reading {
	const json_t *areas;
	json_int_t highest;	/* of their priorities */
	struct swap_ins *to;
};

static json_int_t priority_of(const json_t *area)
{
	return json_int_or(area, "priority", INT_MIN);
}

/* The kind of an area, or DEVICE_KIND_COUNT; @area may be NULL. */
static size_t kind_of(const json_t *area)
{
	const char *name = json_str_or(area, "kind", "");
	size_t kind = 0;

	while (kind < DEVICE_KIND_COUNT && strcmp(device_kind_names[kind], name))
		kind++;
	return kind;
}

/* A trace_take_fn. */
static int line_take(void *arg, enum trace_kind kind, const struct trace_line *l, struct err *e)
{
	struct reading *r = arg;
	const json_t *area = NULL;
	uint64_t type, ns, age_ms;

	r->to->left_out += kind == TRACE_OTHER;
	if (kind != TRACE_EVENT || !trace_line_is(l, EVENT_NAME))
		return 0;
	if (trace_line_number(l, "type", &type))
		area = json_array_get(r->areas, type);
	if (kind_of(area) == DEVICE_KIND_COUNT || !trace_line_number(l, "ns", &ns)) {
		r->to->left_out++;
		return 0;
	}
	bool soon = trace_line_number(l, "age_ms", &age_ms) && age_ms <= SWAP_INS_SOON_MS;

	r->to->soon += soon;
	r->to->soon_fast += soon && priority_of(area) == r->highest;
	return times_add(&r->to->ns[kind_of(area)], ns, e);
}

int swap_ins_read(FILE *f, const json_t *areas, struct swap_ins *ret, struct err *e)
{
	struct reading r = { .areas = areas, .highest = INT_MIN, .to = ret };
	const json_t *area;
	size_t type;

	*ret = (struct swap_ins){ 0 };
	json_array_foreach(areas, type, area) {
		if (priority_of(area) > r.highest)
			r.highest = priority_of(area);
		if (kind_of(area) < DEVICE_KIND_COUNT)
			ret->on[kind_of(area)] = true;
	}
	int rc = trace_read(f, line_take, &r, e);

	for (size_t k = 0; k < DEVICE_KIND_COUNT; k++)
		times_sort(&ret->ns[k]);
	return rc;
}

/* What the table's ways of reading ask for: times of one kind of device or of all. */
struct figures {
	const struct times *ns;
	uint64_t soon, soon_fast;
};

/* False where it has no value: the median of no swap-ins. */
static bool value_of(enum metric_how how, const void *of, double *ret)
{
	const struct figures *f = of;

	switch (how) {
	case METRIC_SWAP_INS:
		*ret = (double)f->ns->n;
		return true;
	case METRIC_SWAP_IN_P50:
		*ret = (double)times_percentile(f->ns, 50) / NS_IN_US;
		return f->ns->n;
	case METRIC_SWAP_IN_P99:
		*ret = (double)times_percentile(f->ns, 99) / NS_IN_US;
		return f->ns->n;
	case METRIC_SWAP_IN_SOON:
		*ret = f->soon ? (double)f->soon_fast / (double)f->soon : 0;
		return f->soon;
	default:
		return false;
	}
}

int swap_ins_metrics(const struct swap_ins *s, json_t *metrics, struct err *e)
{
	cleanup_times struct times all = { 0 };
	struct figures f = { &all, s->soon, s->soon_fast };
	int rc = 0;

	for (size_t k = 0; !rc && k < DEVICE_KIND_COUNT; k++)
		rc = times_join(&all, &s->ns[k], e);
	times_sort(&all);
	if (!rc)
		rc = metric_read(value_of, &f, NULL, metrics, e);
	for (size_t k = 0; !rc && k < DEVICE_KIND_COUNT; k++) {
		f.ns = &s->ns[k];
		if (s->on[k])
			rc = metric_read(value_of, &f, device_kind_names[k], metrics, e);
	}
	return rc;
}

void swap_ins_free(struct swap_ins *s)
{
	for (size_t k = 0; k < DEVICE_KIND_COUNT; k++)
		times_free(&s->ns[k]);
}
