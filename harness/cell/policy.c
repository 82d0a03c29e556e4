/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include "cell/guest-admin.h"
#include "cell/policy.h"
#include "cell/swap.h"
#include "lib/cleanup.h"
#include "lib/clock.h"
#include "result/proof.h"

#define SETTLE_STEP_MS 250
#define NS_PER_MS 1000000LL

bool policy_process_attribute(const json_t *policies, const char *name)
{
	const json_t *p;
	size_t i;

	json_array_foreach(policies, i, p) {
		if (json_is_true(json_object_get(json_object_get(p, "process"), name)))
			return true;
	}
	return false;
}

static int check_needs(struct cell *c, const json_t *policy, struct err *e)
{
	const json_t *files = json_object_get(json_object_get(policy, "needs"), "files"), *file;
	size_t i;

	json_array_foreach(files, i, file) {
		int rc = guest_call(c->guest, "read",
				    json_pack("{s:s, s:i}", "path", json_string_value(file),
					      "max_bytes", 4096),
				    NULL, e);

		if (rc == -ENOENT)
			return err_set(e, ENOENT, "policy %s needs %s, which this kernel lacks",
				       json_str(policy, "policy"), json_string_value(file));
		if (rc)
			return rc;
	}
	return 0;
}

static int write_file(struct cell *c, const char *policy, const json_t *w, struct err *e)
{
	int rc = guest_write(c->guest, json_str(w, "file"), json_str(w, "value"), e);

	if (rc == -ENOENT && json_is_true(json_object_get(w, "optional")))
		return 0;
	if (rc && link_answered(c->guest->link))
		return err_prefix(e, "policy %s: ", policy);
	return rc;
}

static int write_files(struct cell *c, const json_t *policy, struct err *e)
{
	const json_t *w;
	size_t i;
	int rc = 0;

	json_array_foreach(json_object_get(policy, "write"), i, w) {
		rc = write_file(c, json_str(policy, "policy"), w, e);
		if (rc)
			break;
	}
	return rc;
}

int cell_policies_apply(struct cell *c, struct err *e)
{
	const json_t *policy;
	size_t i;
	int rc = 0;

	json_array_foreach(c->policies, i, policy) {
		rc = check_needs(c, policy, e);
		if (rc)
			return rc;
	}
	rc = cell_swap_on(c, e);
	if (rc)
		return rc;
	json_array_foreach(c->policies, i, policy) {
		rc = write_files(c, policy, e);
		if (rc)
			break;
	}
	return rc;
}

int cell_policies_settle(struct cell *c, struct err *e)
{
	int64_t guest_ms = settle_timeout_ms(c->policies);
	int64_t wall_end = clock_now_ms() + guest_wall_ms(c->guest, guest_ms);
	int64_t begin_ns = samples_last_ns(c->samples);
	int64_t guest_end = begin_ns + guest_ms * NS_PER_MS;
	char waiting[200];

	while (!settle_reached(c->policies, c->workload, c->samples, begin_ns, waiting)) {
		if (samples_last_ns(c->samples) >= guest_end || !clock_left_ms(wall_end)) {
			cell_warn(c, "the policies did not settle within %lld s: %s",
				  (long long)guest_ms / 1000, waiting);
			return 0;
		}
		int rc = link_wait(c->guest->link, clock_now_ms() + SETTLE_STEP_MS, e);
		if (rc || c->samples_rc)
			return rc;	/* what is wrong with samples is the step's to say */
	}
	return 0;
}
