/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include "cell/policy-daemon.h"
#include "cell/programs.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/hash.h"
#include "plan/policies.h"
#include "spec/search.h"

/* Whether the sweeper runs depends on the host's accelerator, too, which a plan does not know. */
static json_t *names_of(const json_t *plan)
{
	cleanup_json json_t *policies = policies_of_plan(plan);
	json_t *names = policy_daemon_names(policies);
	const json_t *policy;
	size_t i;

	json_array_insert_new(names, 0, json_string(PROGRAM_AGENT));
	json_array_foreach(policies, i, policy)
		if (json_str(policy, "heat") && !json_array_has(names, SWEEPER))
			json_array_append_new(names, json_string(SWEEPER));
	return names;
}

static int keep(const char *name, const char *dir, json_t *kept, struct err *e)
{
	cleanup_free char *from = NULL, *to = path_format("%s/" PROGRAMS_FOLDER "/%s", dir, name);
	char hash[65];
	int rc = search_program(name, &from, e);

	if (!rc)
		rc = file_copy(from, to, 0755, e);
	if (!rc)
		rc = file_sha256(to, hash, e);
	if (!rc)
		json_object_set_new(kept, name, json_string(hash));
	return rc;
}

int programs_keep(json_t *plan, const char *dir, struct err *e)
{
	cleanup_json json_t *names = names_of(plan), *kept = json_object();
	cleanup_free char *folder = path_format("%s/" PROGRAMS_FOLDER, dir);
	int rc = dir_make(folder, 0755, e);
	const json_t *name;
	size_t i;

	json_array_foreach(names, i, name)
		if (!rc)
			rc = keep(json_string_value(name), dir, kept, e);
	if (!rc)
		json_object_set(plan, "programs", kept);
	return rc;
}

int programs_find(const json_t *plan, const char *dir, const char *name, char **ret, struct err *e)
{
	const json_t *kept = json_object_get(plan, "programs");
	cleanup_free char *path = path_format("%s/" PROGRAMS_FOLDER "/%s", dir, name);

	if (!kept)
		return search_program(name, ret, e);
	if (!json_str(kept, name) || access(path, R_OK))
		return err_set(e, ENOENT, "the result keeps no program %s: %s is not there", name,
			       path);
	*ret = take_ptr(path);
	return 0;
}
