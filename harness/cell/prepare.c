/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include "cell/prepare.h"
#include "image/kernel.h"
#include "image/tool.h"
#include "lib/cleanup.h"
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
