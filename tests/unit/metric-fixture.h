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

/* Two groups, of which the daemon that takes policies is in "server". */
static inline json_t *workload_make(void)
{
	return json_of("{\"groups\":[\"server\",\"load\"],\"daemons\":["
		       "{\"name\":\"d\",\"group\":\"server\",\"policy\":true},"
		       "{\"name\":\"e\",\"group\":\"load\",\"policy\":false}]}");
}

#endif
