/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "cell/guest-admin.h"
#include "cell/policy-daemon.h"
#include "cell/policy.h"
#include "cell/swap.h"
#include "lib/cleanup.h"
#include "lib/clock.h"
#include "lib/file.h"
#include "lib/text.h"
#include "proto/protocol.h"
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

const char *policy_process_word(const json_t *policies, const char *name)
{
	const json_t *p;
	size_t i;

	json_array_foreach(policies, i, p) {
		const char *word = json_str(json_object_get(p, "process"), name);

		if (word)
			return word;
	}
	return NULL;
}

json_t *policy_groups(const json_t *workload)
{
	cleanup_json json_t *wanted = json_array();
	json_t *list = json_array(), *item;
	size_t i;

	json_array_foreach(json_object_get(workload, "daemons"), i, item)
		if (json_is_true(json_object_get(item, "policy")))
			json_array_append(wanted, json_object_get(item, "group"));
	json_array_extend(wanted, json_object_get(workload, "limited"));
	json_array_foreach(json_object_get(workload, "groups"), i, item)
		if (json_array_has(wanted, json_string_value(item)))
			json_array_append(list, item);
	return list;
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

/* The value that is written: as it stands, or so many percent of a line of /proc/meminfo, in KiB. */
static int value_of(struct cell *c, const json_t *w, char **ret, struct err *e)
{
	const char *key = json_str(w, "percent_of"), *value = json_str(w, "value");
	cleanup_free char *text = NULL;
	uint64_t kib;
	char *end;

	if (!key) {
		*ret = path_format("%s", value);
		return 0;
	}
	double percent = strtod(value, &end);
	int rc = guest_read(c->guest, "/proc/meminfo", &text, e);

	if (rc)
		return rc;
	if (*end || end == value || percent < 0 || percent > 100)
		return err_set(e, EINVAL, "'%s' is not 0 to 100 percent", value);
	if (text_number(text, key, &kib))
		return err_set(e, EPROTO, "/proc/meminfo has no %s", key);
	*ret = path_format("%.0f", (double)kib * percent / 100);
	return 0;
}

static int write_file(struct cell *c, const char *policy, const json_t *w, struct err *e)
{
	const char *file = json_str(w, "file"), *reads = json_str(w, "reads");
	cleanup_free char *value = NULL;
	int rc = value_of(c, w, &value, e);

	if (rc)
		return rc;
	rc = json_is_true(json_object_get(w, "write_only")) ?
		guest_write_only(c->guest, file, value, e) :
		guest_write_as(c->guest, file, value, reads ? reads : value, e);
	if (rc == -ENOENT && json_is_true(json_object_get(w, "optional")))
		return 0;
	if (rc && link_answered(c->guest->link))
		return err_prefix(e, "policy %s: ", policy);
	return rc;
}

static int write_files(struct cell *c, const char *when, struct err *e)
{
	const json_t *policy, *w;
	size_t i, k;
	int rc = 0;

	json_array_foreach(c->policies, i, policy)
		json_array_foreach(json_object_get(policy, "write"), k, w)
			if (!rc && !strcmp(json_str_or(w, "when", "start"), when))
				rc = write_file(c, json_str(policy, "policy"), w, e);
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
	return rc ? rc : write_files(c, "start", e);
}

int cell_policies_measure(struct cell *c, struct err *e)
{
	return write_files(c, "measure", e);
}

static int group_write(struct cell *c, const char *policy, const char *group, const json_t *w,
		       struct err *e)
{
	cleanup_free char *path = path_format("%s/%s/%s", PROTOCOL_CGROUP, group,
					      json_str(w, "file"));
	int rc = guest_write(c->guest, path, json_str(w, "value"), e);

	return rc && link_answered(c->guest->link) ? err_prefix(e, "policy %s: ", policy) : rc;
}

/* Whether @policies write to cgroups, or have daemons, which may ask for them as they start. */
static bool want_groups(const json_t *policies)
{
	const json_t *policy;
	size_t i;

	json_array_foreach(policies, i, policy)
		if (json_array_size(json_object_get(policy, "cgroups")) ||
		    json_array_size(json_object_get(policy, "daemons")))
			return true;
	return false;
}

static int groups_make(struct cell *c, const json_t *groups, struct err *e)
{
	const json_t *group;
	size_t i;
	int rc = 0;

	json_array_foreach(groups, i, group) {
		cleanup_free char *folder = path_format("%s/%s", PROTOCOL_CGROUP,
							json_string_value(group));

		if (!rc)
			rc = guest_call(c->guest, "mkdir", json_pack("{s:s}", "path", folder), NULL, e);
		rc = rc == -EEXIST ? 0 : rc;
	}
	return rc;
}

int cell_policies_group(struct cell *c, struct err *e)
{
	cleanup_json json_t *groups = policy_groups(c->workload);
	const json_t *policy, *w, *group;
	size_t i, k, n;
	int rc = want_groups(c->policies) ? groups_make(c, groups, e) : 0;

	json_array_foreach(c->policies, i, policy)
		json_array_foreach(json_object_get(policy, "cgroups"), k, w)
			json_array_foreach(groups, n, group)
				if (!rc)
					rc = group_write(c, json_str(policy, "policy"),
							 json_string_value(group), w, e);
	return rc;
}

/* A file that is not there, or a daemon that said nothing, is absent: the check has then failed. */
static int fact_add(struct cell *c, const json_t *check, json_t *files, json_t *sums, struct err *e)
{
	const char *file = json_str(check, "file"), *daemon = json_str(check, "daemon");
	cleanup_free char *text = NULL;
	int rc = 0;

	if (file) {
		rc = guest_read(c->guest, file, &text, e);
		if (!rc)
			json_object_set_new(files, file, json_stringn(text, strcspn(text, "\n")));
	} else if (daemon) {
		rc = policy_daemon_sum(c, daemon, json_str(check, "sum"), sums, e);
	}
	return rc && link_answered(c->guest->link) ? 0 : rc;
}

int cell_policies_facts(struct cell *c, json_t **ret, struct err *e)
{
	cleanup_json json_t *files = json_object(), *sums = json_object();
	const json_t *policy, *check;
	size_t i, k;
	int rc = 0;

	json_array_foreach(c->policies, i, policy)
		json_array_foreach(json_object_get(policy, "proof"), k, check)
			if (!rc)
				rc = fact_add(c, check, files, sums, e);
	if (!rc)
		*ret = json_pack("{s:O, s:O}", "files", files, "sums", sums);
	return rc;
}

/* Between warm-up and window only daemons are there. */
static bool has_what_settles(const json_t *workload)
{
	const json_t *d;
	size_t i;

	json_array_foreach(json_object_get(workload, "daemons"), i, d)
		if (json_is_true(json_object_get(d, "policy")))
			return true;
	return false;
}

int cell_policies_settle(struct cell *c, struct err *e)
{
	int64_t guest_ms = settle_timeout_ms(c->policies);
	int64_t wall_end = clock_now_ms() + guest_wall_ms(c->guest, guest_ms);
	int64_t begin_ns = samples_last_ns(c->samples);
	int64_t guest_end = begin_ns + guest_ms * NS_PER_MS;
	char waiting[200];

	if (!has_what_settles(c->workload))
		return 0;
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
