/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include "cell/expect.h"

static bool applies(const json_t *workload, const json_t *when)
{
	const json_t *parameters = json_object_get(workload, "parameters");

	if (!when)
		return true;
	const json_t *p = json_object_get(parameters, json_str(when, "parameter"));

	return json_equal(json_object_get(p, "value"), json_object_get(when, "is"));
}

bool expects_report(const json_t *workload, enum trouble_kind kind)
{
	const json_t *one;
	size_t i;

	json_array_foreach(json_object_get(workload, "expects"), i, one) {
		if (!strcmp(json_str(one, "report"), trouble_table[kind].name) &&
		    applies(workload, json_object_get(one, "when")))
			return true;
	}
	return false;
}

bool expects_death(const json_t *workload)
{
	return expects_report(workload, TROUBLE_OOM_PANIC);
}
