/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <sys/stat.h>
#include "cell/guest-modules.h"
#include "cell/initrd.h"
#include "cell/policy-daemon.h"
#include "cell/programs.h"
#include "image/initramfs.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/hash.h"
#include "plan/policies.h"

static json_t *arm_policies(const struct initrd_opts *o)
{
	return policies_of_arm(o->plan, json_str_or(o->cell, "arm", ""));
}

/* Paths of the daemons' programs, as a new array. */
static int daemons_find(const struct initrd_opts *o, const json_t *policies, json_t **ret,
			struct err *e)
{
	cleanup_json json_t *names = policy_daemon_names(policies), *paths = json_array();
	const json_t *name;
	size_t i;

	if (o->sweeps && !json_array_has(names, SWEEPER))
		json_array_append_new(names, json_string(SWEEPER));
	json_array_foreach(names, i, name) {
		cleanup_free char *path = NULL;
		int rc = programs_find(o->plan, o->dir, json_string_value(name), &path, e);

		if (rc)
			return rc;
		json_array_append_new(paths, json_string(path));
	}
	*ret = take_ptr(paths);
	return 0;
}

/* The plan names the workload's programs as they lie beside it. NULL: it has none. */
static char *workload_dir(const struct initrd_opts *o)
{
	const json_t *workload = json_object_get(json_object_get(o->plan, "workloads"),
						 json_str(o->cell, "workload"));
	const char *folder = json_str(workload, "folder");

	return folder && !o->bare ? path_format("%s/%s", o->dir, folder) : NULL;
}

int initrd_write(const struct initrd_opts *o, const char *path, struct initrd *ret, struct err *e)
{
	cleanup_json json_t *policies = arm_policies(o), *daemons = NULL;
	cleanup_free char *agent = NULL, *programs = workload_dir(o);
	struct guest_modules modules;
	struct initrd i = { 0 };
	int rc = programs_find(o->plan, o->dir, PROGRAM_AGENT, &agent, e);

	if (!rc)
		rc = daemons_find(o, policies, &daemons, e);
	if (rc)
		return rc;
	guest_modules_set(o->topology, o->features, &modules);
	guest_modules_add(&modules, policies);
	struct initramfs_opts io = {
		.kernel = o->kernel,
		.agent = agent,
		.modules = modules.list,
		.daemons = daemons,
		.workload_dir = programs,
	};

	rc = initramfs_write(&io, path, &i.modules, &i.missing, e);
	if (!rc && chmod(path, 0644))
		rc = err_set(e, errno, "cannot open %s to QEMU's account: %m", path);
	if (!rc)
		rc = file_sha256(path, i.hash, e);
	if (rc)
		initrd_clear(&i);
	else
		*ret = i;
	return rc;
}

int initrd_modules(const struct initrd_opts *o, struct modules *m, struct err *e)
{
	cleanup_json json_t *policies = arm_policies(o), *missing = json_array();
	struct guest_modules wanted;

	guest_modules_set(o->topology, o->features, &wanted);
	guest_modules_add(&wanted, policies);
	return initramfs_modules(o->kernel, wanted.list, m, NULL, missing, e);
}

void initrd_clear(struct initrd *i)
{
	json_decref(i->modules);
	json_decref(i->missing);
	*i = (struct initrd){ 0 };
}
