/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include "result/metric.h"
#include "result/swap-ins.h"
#include "result/trace-line.h"

#define EVENT_NAME (strchr(SWAP_INS_EVENT, ':') + 1)
#define NS_IN_US 1000.0

struct reading {
	const json_t *kinds;
	struct swap_ins *to;
};

/* The kind of the device that has swap type @type, or DEVICE_KIND_COUNT. */
static size_t kind_of(const json_t *kinds, size_t type)
{
	const char *name = json_string_value(json_array_get(kinds, type));
	size_t kind = 0;

	while (kind < DEVICE_KIND_COUNT && (!name || strcmp(device_kind_names[kind], name)))
		kind++;
	return kind;
}

/* A trace_take_fn. */
static int line_take(void *arg, enum trace_kind kind, const struct trace_line *l, struct err *e)
{
	struct reading *r = arg;
	uint64_t type, ns, age_ms;
	size_t device;

	r->to->left_out += kind == TRACE_OTHER;
	if (kind != TRACE_EVENT || !trace_line_is(l, EVENT_NAME))
		return 0;
	if (!trace_line_number(l, "type", &type) || !trace_line_number(l, "ns", &ns) ||
	    (device = kind_of(r->kinds, type)) == DEVICE_KIND_COUNT) {
		r->to->left_out++;
		return 0;
	}
	r->to->soon[device] += trace_line_number(l, "age_ms", &age_ms) && age_ms <= SWAP_INS_SOON_MS;
	return times_add(&r->to->ns[device], ns, e);
}

int swap_ins_read(FILE *f, const json_t *kinds, struct swap_ins *ret, struct err *e)
{
	struct reading r = { .kinds = kinds, .to = ret };

	*ret = (struct swap_ins){ 0 };
	for (size_t type = 0; type < json_array_size(kinds); type++)
		if (kind_of(kinds, type) < DEVICE_KIND_COUNT)
			ret->on[kind_of(kinds, type)] = true;
	int rc = trace_read(f, line_take, &r, e);

	for (size_t k = 0; k < DEVICE_KIND_COUNT; k++)
		times_sort(&ret->ns[k]);
	return rc;
}

/* What the table's ways of reading ask for, of one kind of device or of all. */
struct figures {
	const struct times *ns;
	uint64_t soon, soon_of_all;
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
		*ret = f->soon_of_all ? (double)f->soon / (double)f->soon_of_all : 0;
		return f->soon_of_all;
	default:
		return false;
	}
}

int swap_ins_metrics(const struct swap_ins *s, json_t *metrics, struct err *e)
{
	cleanup_times struct times all = { 0 };
	uint64_t soon = 0;
	int rc = 0;

	for (size_t k = 0; !rc && k < DEVICE_KIND_COUNT; k++) {
		rc = times_join(&all, &s->ns[k], e);
		soon += s->soon[k];
	}
	times_sort(&all);
	for (size_t k = 0; !rc && k < DEVICE_KIND_COUNT; k++) {
		struct figures f = { &s->ns[k], s->soon[k], soon };

		if (s->on[k])
			rc = metric_read(value_of, &f, device_kind_names[k], metrics, e);
	}
	return rc ? rc : metric_read(value_of, &(struct figures){ &all, soon, soon }, NULL, metrics, e);
}

void swap_ins_free(struct swap_ins *s)
{
	for (size_t k = 0; k < DEVICE_KIND_COUNT; k++)
		times_free(&s->ns[k]);
}
