/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include "history/setup.h"
#include "lib/cleanup.h"
#include "plan/counted.h"
#include "plan/policies.h"

int setup_hash(const json_t *plan, const char *topology, const char *workload, const char *arm,
	       char ret[static SETUP_SIZE], struct err *e)
{
	static const char *const of_plan[] = { "clock", "scale", "workload_scale", "limit_ratio",
					       "sample_hz", "trace", "trace_buffer" };
	cleanup_json json_t *all = json_pack("{s:O?, s:O?, s:o}", "topology",
		json_object_get(json_object_get(plan, "topologies"), topology), "workload",
		json_object_get(json_object_get(plan, "workloads"), workload), "policies",
		policies_of_arm(plan, arm));

	for (size_t i = 0; i < ARRAY_SIZE(of_plan); i++)
		json_object_set(all, of_plan[i], json_object_get(plan, of_plan[i]));
	cleanup_free char *hex = counted_hash("setup", all);

	if (!hex)
		return err_set(e, ENOMEM, "out of memory for the setup of %s on %s", workload,
			       topology);
	memcpy(ret, hex, SETUP_SIZE - 1);
	ret[SETUP_SIZE - 1] = '\0';
	return 0;
}
