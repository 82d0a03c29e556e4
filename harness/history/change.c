/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <math.h>
#include <string.h>
#include "compare/text.h"
#include "history/change.h"
#include "lib/cleanup.h"
#include "stats/changepoint.h"
#include "stats/summary.h"

const struct change_info change_table[CHANGE_STATUS_COUNT] = {
	[CHANGE_ALARM] = { "alarm", "worse, and a fresh A/B of the two kernels says so, too" },
	[CHANGE_OPEN] = { "open", "worse by more than the margin; no A/B was run yet" },
	[CHANGE_NOT_CONFIRMED] = { "not-confirmed", "worse, but a fresh A/B says no regression: "
				   "not the kernel" },
	[CHANGE_UNCONFIRMABLE] = { "cannot-be-confirmed",
				   "worse, and no A/B can tell: the kernel of before is gone or fails, "
				   "or the experiment is another" },
	[CHANGE_BETTER] = { "better", "an improvement; nothing is asked" },
	[CHANGE_SMALL] = { "within-margin", "worse by no more than the margin" },
	[CHANGE_UNWATCHED] = { "unwatched", "of a metric that is no key metric: it has no margin" },
};

void change_print_reference(FILE *out)
{
	fputs("| status | meaning |\n| --- | --- |\n", out);
	for (int s = 0; s < CHANGE_STATUS_COUNT; s++)
		fprintf(out, "| `%s` | %s |\n", change_table[s].name, change_table[s].meaning);
}

enum change_status change_status_from_name(const char *name)
{
	enum change_status s = 0;

	while (s < CHANGE_STATUS_COUNT && strcmp(change_table[s].name, name))
		s++;
	return s;
}

/* The values of a trend's nights, as they are (@raw) and as they are looked at (@v). */
struct values {
	size_t n;
	double *raw, *v;
	bool ratio;
	struct changepoint *found;
};

static void values_clear(struct values *s)
{
	free(s->raw);
	free(s->v);
	free(s->found);
}
#define cleanup_values __attribute__((cleanup(values_clear)))

/* False where a value has no logarithm and one is wanted. */
static bool values_fill(struct values *s, const json_t *trend)
{
	const json_t *nights = json_object_get(trend, "nights"), *night;
	size_t i;

	s->ratio = !strcmp(json_str(trend, "scale"), "ratio");
	json_array_foreach(nights, i, night) {
		s->raw[i] = json_number_value(json_object_get(night, "median"));
		if (s->ratio && s->raw[i] <= 0)
			return false;
		s->v[i] = s->ratio ? log(s->raw[i]) : s->raw[i];
	}
	return true;
}

static enum change_status status_of(const json_t *margin, double change, bool worse)
{
	if (!worse)
		return CHANGE_BETTER;
	if (!json_is_number(margin))
		return CHANGE_UNWATCHED;
	return fabs(change) > json_number_value(margin) ? CHANGE_OPEN : CHANGE_SMALL;
}

static json_int_t night_at(const json_t *trend, size_t i)
{
	return json_int_or(json_array_get(json_object_get(trend, "nights"), i), "night", 0);
}

/* The @i-th of @n changes: its levels reach to its neighbours. */
static json_t *change_pack(const json_t *trend, const struct values *s, size_t i, size_t n)
{
	const struct changepoint *c = &s->found[i];
	size_t from = i ? s->found[i - 1].at : 0, end = i + 1 < n ? s->found[i + 1].at : s->n;
	double before = summary_median(s->raw + from, c->at - from);
	double after = summary_median(s->raw + c->at, end - c->at);
	double change = s->ratio ? after / before - 1 : after - before;
	bool worse = !strcmp(json_str(trend, "better"), "more") ? change < 0 : change > 0;
	enum change_status status = status_of(json_object_get(trend, "margin"), change, worse);

	return json_pack("{s:I, s:I, s:f, s:f, s:f, s:f, s:b, s:s}", "night",
			 night_at(trend, c->at), "before_night", night_at(trend, c->at - 1),
			 "before", before, "after", after, "change", change, "p", c->p, "worse",
			 worse, "status", change_table[status].name);
}

static int find_in(json_t *trend, struct err *e)
{
	size_t n = json_array_size(json_object_get(trend, "nights")), found;
	json_t *changes = json_array();
	cleanup_values struct values s = {
		.n = n, .raw = calloc(n + 1, sizeof(double)), .v = calloc(n + 1, sizeof(double)),
		.found = calloc(n + 1, sizeof(*s.found)),
	};

	json_object_set_new(trend, "changes", changes);
	if (!s.raw || !s.v || !s.found || !changes)
		return err_set(e, ENOMEM, "out of memory for a trend of %zu nights", n);
	if (!values_fill(&s, trend))
		return 0;
	found = changepoint_find(s.v, n, CHANGEPOINT_ALPHA, s.found);
	for (size_t i = 0; i < found; i++)
		json_array_append_new(changes, change_pack(trend, &s, i, found));
	return 0;
}

int change_find(json_t *trends, struct err *e)
{
	json_t *trend;
	size_t i;

	json_array_foreach(trends, i, trend) {
		int rc = find_in(trend, e);

		if (rc)
			return rc;
	}
	return 0;
}

/* How many margins a row is worse by; below 0 where it is not, or has no margin. */
static double margins_of(const json_t *row)
{
	double margin = json_number_value(json_object_get(row, "margin"));

	if (!json_is_true(json_object_get(row, "worse")) || margin <= 0)
		return -1;
	return fabs(json_number_value(json_object_get(row, "change"))) / margin;
}

/* Puts @row behind those that are as bad: rows that are alike keep their order. */
static void insert_sorted(json_t *rows, json_t *row)
{
	size_t at = json_array_size(rows);

	while (at && margins_of(json_array_get(rows, at - 1)) < margins_of(row))
		at--;
	json_array_insert_new(rows, at, row);
}

json_t *change_rows(const json_t *trends)
{
	json_t *rows = json_array(), *change;
	const json_t *trend;
	size_t i, k;

	json_array_foreach(trends, i, trend)
	json_array_foreach(json_object_get(trend, "changes"), k, change) {
		json_t *row = json_copy((json_t *)trend);

		json_object_del(row, "nights");
		json_object_del(row, "changes");
		json_object_update(row, change);
		insert_sorted(rows, row);
	}
	return rows;
}

char *change_text(const json_t *trend, const json_t *change)
{
	cleanup_json json_t *row = json_pack("{s:O?, s:O?, s:O?}", "change",
					     json_object_get(change, "change"), "scale",
					     json_object_get(trend, "scale"), "unit",
					     json_object_get(trend, "unit"));

	return text_change(row);
}

bool change_is_open(const json_t *change)
{
	return change_status_from_name(json_str(change, "status")) == CHANGE_OPEN;
}

bool change_is_news(const json_t *change, unsigned nights)
{
	const json_t *since = json_object_get(change, "nights_since");

	return json_is_integer(since) && json_integer_value(since) < (json_int_t)nights;
}
