/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include "cell/prepare.h"
#include "image/kernel-config.h"
#include "image/kernel.h"
#include "image/tool.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "plan/policies.h"
#include "vm/embed.h"
#include "vm/probe.h"

int prepare_host(struct err *e)
{
	cleanup_free char *qemu = NULL, *agent = NULL;
	int rc = qemu_find(&qemu, e);

	if (!rc)
		rc = tool_require("qemu-img", e);
	if (!rc)
		rc = embed_check(e);
	return rc ? rc : search_program("ramrig-agent", &agent, e);
}

static int prepare_image(const struct search *s, json_t *plan, const struct progress *p,
			 struct err *e)
{
	json_t *slot = json_object_get(plan, "image");
	struct image image = { 0 };
	int rc = image_ensure(s, json_str(slot, "name"), p, &image, NULL, e);

	if (rc)
		return rc;
	json_object_set_new(slot, "path", json_string(image.path));
	json_object_set_new(slot, "hash", json_string(image.hash));
	image_clear(&image);
	return 0;
}

static int prepare_kernel(const struct search *s, const char *name, const char *modules,
			  const struct progress *p, json_t **ret, struct err *e)
{
	struct kernel k = { 0 };
	int rc = kernel_ensure(s, name, modules, p, &k, e);

	if (rc)
		return rc;
	*ret = kernel_to_json(&k);
	kernel_clear(&k);
	return *ret ? 0 : err_set(e, ENOMEM, "out of memory for kernel %s", name);
}

/* Of an arm that boots kernel @k of @plan. */
static int arm_needs_check(const json_t *plan, const char *arm, const struct kernel *k,
			   struct err *e)
{
	cleanup_json json_t *policies = policies_of_arm(plan, arm);
	const json_t *policy;
	const char *missing;
	size_t i;

	json_array_foreach(policies, i, policy) {
		const json_t *needs = json_object_get(policy, "needs");
		int rc = kernel_config_missing(k, json_object_get(needs, "options"), &missing, e);

		if (rc)
			return rc;
		if (missing)
			return err_set(e, EINVAL, "policy '%s' of arm '%s' needs CONFIG_%s, which is "
				       "off in kernel '%s'; choose a kernel that has it, or leave the "
				       "arm out", json_str(policy, "policy"), arm, missing, k->name);
	}
	return 0;
}

int prepare_needs(const json_t *plan, struct err *e)
{
	cleanup_json json_t *seen = json_object();
	const json_t *cell;
	size_t i;

	json_array_foreach(json_object_get(plan, "cells"), i, cell) {
		const char *kernel = json_str(cell, "kernel"), *arm = json_str(cell, "arm");
		cleanup_free char *both = path_format("%s %s", arm, kernel);
		struct kernel k = { 0 };

		if (json_object_get(seen, both))
			continue;
		json_object_set_new(seen, both, json_true());
		int rc = kernel_from_json(json_object_get(json_object_get(plan, "kernels"), kernel), &k,
					  e);

		if (!rc)
			rc = arm_needs_check(plan, arm, &k, e);
		kernel_clear(&k);
		if (rc)
			return rc;
	}
	return 0;
}

int prepare_plan(const struct search *s, json_t *plan, const struct progress *p, struct err *e)
{
	json_t *kernels = json_object_get(plan, "kernels"), *slot, *made;
	const char *key;
	void *tmp;
	int rc;

	json_object_foreach_safe(kernels, tmp, key, slot) {
		rc = prepare_kernel(s, json_str(slot, "name"), json_str(slot, "modules"), p, &made,
				    e);
		if (rc)
			return rc;
		json_object_set_new(kernels, key, made);
	}
	made = json_incref(json_object_get(kernels, REFERENCE_KERNEL));
	rc = made ? 0 : prepare_kernel(s, REFERENCE_KERNEL, NULL, p, &made, e);
	if (rc)
		return rc;
	json_object_set_new(plan, "reference", made);
	return prepare_image(s, plan, p, e);
}
