/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_METRIC_FIXTURE_H
#define RAMRIG_METRIC_FIXTURE_H

/* What the tests of metrics and of their sources share; cmocka.h comes first. */
#include "lib/cleanup.h"
#include "lib/json.h"
#include "result/metric.h"

#define SECOND 1000000000LL

static const struct window whole = { 0, 10 * SECOND };

static inline json_t *json_of(const char *text)
{
	json_error_t je;
	json_t *j = json_loads(text, 0, &je);

	if (!j)
		fail_msg("%s", je.text);
	return j;
}

/* Samples @step_ns apart, from 1 s on, of the columns and rows given as JSON. */
static inline struct samples *samples_every(long long step_ns, const char *columns, const char *rows)
{
	cleanup_json json_t *c = json_of(columns), *r = json_of(rows);
	struct samples *s = NULL;
	struct err e = {};
	json_t *row;
	size_t i;

	assert_int_equal(samples_new(c, &s, &e), 0);
	json_array_foreach(r, i, row) {
		json_int_t at = (json_int_t)(SECOND + (long long)i * step_ns);
		cleanup_json json_t *sample = json_pack("{s:I, s:O}", "t_ns", at, "v", row);

		if (samples_append(s, sample, &e))
			fail_msg("%s", e.msg);
	}
	return s;
}

/* Two groups, of which the daemon that takes policies is in "server". */
static inline json_t *workload_make(void)
{
	return json_of("{\"groups\":[\"server\",\"load\"],\"daemons\":["
		       "{\"name\":\"d\",\"group\":\"server\",\"policy\":true},"
		       "{\"name\":\"e\",\"group\":\"load\",\"policy\":false}]}");
}

#endif
