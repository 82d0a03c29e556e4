/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include "cell/policy-daemon.h"
#include "cell/policy.h"
#include "lib/cleanup.h"
#include "lib/clock.h"
#include "lib/file.h"
#include "proto/protocol.h"
#include "spec/placeholder.h"

#define START_MS 60000	/* on the guest's clock: DAMON and cgroups may be slow to set up */
#define READY "\"event\":\"start\""
#define CGROUP_ROOT "/sys/fs/cgroup"

static const char *program_of(const json_t *daemon)
{
	return json_string_value(json_array_get(json_object_get(daemon, "run"), 0));
}

bool policy_has_daemon(const json_t *policies, const char *name)
{
	const json_t *policy, *d;
	size_t i, k;

	json_array_foreach(policies, i, policy)
		json_array_foreach(json_object_get(policy, "daemons"), k, d)
			if (!strcmp(program_of(d), name))
				return true;
	return false;
}

json_t *policy_daemon_names(const json_t *policies)
{
	json_t *names = json_array();
	const json_t *policy, *d;
	size_t i, k;

	json_array_foreach(policies, i, policy)
		json_array_foreach(json_object_get(policy, "daemons"), k, d)
			if (!json_array_has(names, program_of(d)))
				json_array_append_new(names, json_string(program_of(d)));
	return names;
}

/* Below CGROUP_ROOT, as the daemons name it. */
static void argument_add(json_t *argv, const char *text, const json_t *groups, const char *disk)
{
	cleanup_free char *with_disk = disk ? placeholder_fill_one(text, "disk", disk) :
					      path_format("%s", text);
	const json_t *group;
	size_t i;

	if (!strstr(with_disk, "{group}")) {
		json_array_append_new(argv, json_string(with_disk));
		return;
	}
	json_array_foreach(groups, i, group) {
		cleanup_free char *below = path_format("%s/%s", PROTOCOL_CGROUP + strlen(CGROUP_ROOT "/"),
						       json_string_value(group));
		cleanup_free char *filled = placeholder_fill_one(with_disk, "group", below);

		json_array_append_new(argv, json_string(filled));
	}
}

json_t *policy_daemon_argv(const json_t *daemon, const json_t *workload, const char *disk)
{
	cleanup_json json_t *groups = policy_groups(workload);
	json_t *argv = json_array();
	const json_t *arg;
	size_t i;

	json_array_foreach(json_object_get(daemon, "run"), i, arg) {
		if (i)
			argument_add(argv, json_string_value(arg), groups, disk);
		else
			json_array_append_new(argv, json_sprintf(POLICY_DAEMON_DIR "/%s",
								 json_string_value(arg)));
	}
	return argv;
}

/* The first zram that writes back, as the guest names it. */
static const char *backed_disk(const struct cell *c)
{
	for (size_t i = 0; i < c->topology->n_devices; i++)
		if (c->topology->devices[i].backing)
			return c->guest->disks[i];
	return NULL;
}

static int daemon_start(struct cell *c, const char *policy, const json_t *d, struct err *e)
{
	const char *name = json_str(d, "name");
	cleanup_json json_t *answer = NULL;
	json_t *params = json_pack("{s:s, s:o, s:s, s:s, s:i, s:i}", "name", name, "argv",
				   policy_daemon_argv(d, c->workload, backed_disk(c)), "cgroup", name,
				   "ready", READY, "timeout_ms", START_MS, "output_max",
				   PROTOCOL_OUTPUT_MAX);
	int rc = link_call(c->guest->link, "daemon-start", params,
			   clock_now_ms() + guest_wall_ms(c->guest, START_MS), &answer, e);

	if (rc && link_answered(c->guest->link))
		return err_prefix(e, "policy %s: ", policy);
	if (!rc)
		json_array_append_new(c->daemons, json_pack("{s:I, s:s, s:b}", "job",
							    json_int_or(answer, "job", 0), "name", name,
							    "policy", true));
	return rc;
}

int cell_policy_daemons_start(struct cell *c, struct err *e)
{
	cleanup_json json_t *sweeper = json_pack("{s:s, s:[s]}", "name", "sweeper", "run", SWEEPER);
	const json_t *policy, *d;
	size_t i, k;
	int rc = c->sweeps ? daemon_start(c, "with heat", sweeper, e) : 0;

	json_array_foreach(c->policies, i, policy)
		json_array_foreach(json_object_get(policy, "daemons"), k, d)
			if (!rc)
				rc = daemon_start(c, json_str(policy, "policy"), d, e);
	return rc;
}

bool policy_daemon_lines_sum(const char *output, const char *key, double *ret)
{
	double sum = 0;
	bool any = false;

	for (size_t len; *output; output += len + (output[len] == '\n')) {
		len = strcspn(output, "\n");
		cleanup_json json_t *line = json_loadb(output, len, 0, NULL);
		const json_t *v = json_object_get(line, key);

		if (!json_is_number(v))
			continue;
		sum += json_number_value(v);
		any = true;
	}
	*ret = sum;
	return any;
}

int policy_daemon_sum(struct cell *c, const char *daemon, const char *key, json_t *sums,
		      struct err *e)
{
	cleanup_free char *name = path_format("%s.%s", daemon, key);
	const json_t *d;
	double sum;
	size_t i;

	json_array_foreach(c->daemons, i, d) {
		cleanup_json json_t *answer = NULL;

		if (strcmp(json_str(d, "name"), daemon))
			continue;
		/* It has printed that it started, so this is answered at once. */
		int rc = guest_call(c->guest, "job-wait",
				    json_pack("{s:O, s:i, s:s}", "job", json_object_get(d, "job"),
					      "timeout_ms", 0, "until", READY),
				    &answer, e);
		const char *output = json_str(answer, "output");

		if (rc)
			return rc;
		if (output && policy_daemon_lines_sum(output, key, &sum))
			json_object_set_new(sums, name, json_real(sum));
	}
	return 0;
}
