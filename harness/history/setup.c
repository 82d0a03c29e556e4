/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include "history/setup.h"
#include "image/content.h"
#include "lib/cleanup.h"
#include "plan/policies.h"

/* Keys whose value says nothing of what is measured. */
static const char *const left_out[] = { "summary", "help", "folder" };

static bool is_left_out(const char *key)
{
	for (size_t i = 0; i < ARRAY_SIZE(left_out); i++)
		if (!strcmp(key, left_out[i]))
			return true;
	return false;
}

/* Takes out of the copy @j what does not count, at every depth. */
static void strip(json_t *j)
{
	const char *key;
	json_t *value;
	void *tmp;
	size_t i;

	json_array_foreach(j, i, value)
		strip(value);
	json_object_foreach_safe(j, tmp, key, value) {
		if (is_left_out(key))
			json_object_del(j, key);
		else
			strip(value);
	}
}

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
	cleanup_json json_t *copy = json_deep_copy(all);

	strip(copy);
	cleanup_free char *text = json_dumps(copy, JSON_SORT_KEYS | JSON_COMPACT);
	struct content c;
	char hex[65];

	if (!text)
		return err_set(e, ENOMEM, "out of memory for the setup of %s on %s", workload,
			       topology);
	content_init(&c);
	content_add_text(&c, "setup", text);
	content_end(&c, hex);
	memcpy(ret, hex, SETUP_SIZE - 1);
	ret[SETUP_SIZE - 1] = '\0';
	return 0;
}
