/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>
#include "lib/cleanup.h"
#include "lib/file.h"
#include "plan/include.h"
#include "plan/load.h"
#include "plan/parameters.h"

static int files_check(const struct spec *workload, const char *folder, const char *key,
		       search_file_fn find, struct err *e)
{
	const json_t *name;
	size_t i;

	json_array_foreach(json_object_get(spec_doc(workload), key), i, name) {
		cleanup_free char *found = NULL;
		char pointer[64];

		snprintf(pointer, sizeof(pointer), "/%s/%zu", key, i);
		if (find(folder, json_string_value(name), &found, e))
			return spec_error(workload, pointer, e, "%s", e->msg);
	}
	return 0;
}

/* The workload at @path has all it needs beside its folder; what is missing is an error at its place. */
static int workload_check(const struct spec *workload, const char *path, struct err *e)
{
	cleanup_free char *folder = path_format("%.*s", (int)(strrchr(path, '/') - path), path);
	int rc = files_check(workload, folder, "programs", search_guest_program, e);

	return rc ? rc : files_check(workload, folder, "shared", search_shared_file, e);
}

int plan_load_file(const struct search *s, const struct spec *from, enum spec_kind kind,
		   const char *name, const char *pointer, json_t *map, struct spec **ret_spec,
		   struct err *e)
{
	cleanup_spec struct spec *spec = NULL;
	cleanup_free char *path = NULL;

	int rc = search_find(s, kind, name, &path, e);
	if (rc)
		return spec_error(from, pointer, e, "%s", e->msg);
	rc = spec_load(kind, path, &spec, e);
	if (!rc && kind == SPEC_WORKLOAD)
		rc = workload_check(spec, path, e);
	if (rc)
		return rc;
	if (json_object_set_new(map, name, json_deep_copy(spec_doc(spec))))
		return err_set(e, ENOMEM, "out of memory for %s", path);
	if (ret_spec)
		*ret_spec = take_ptr(spec);
	return 0;
}

json_t *plan_folder_of(const struct spec *spec)
{
	const char *path = spec_path(spec);

	return json_stringn(path, (size_t)(strrchr(path, '/') - path));
}

int plan_load_topologies(const struct search *s, const struct spec *experiment,
			 const struct topology_wish *w, json_t **ret, struct err *e)
{
	cleanup_json json_t *map = json_object();
	const json_t *item;
	size_t i;

	json_array_foreach(json_object_get(spec_doc(experiment), "topologies"), i, item) {
		const char *name = json_string_value(item);
		cleanup_free char *path = NULL;
		char pointer[64];
		json_t *doc;

		snprintf(pointer, sizeof(pointer), "/topologies/%zu", i);
		if (search_find(s, SPEC_TOPOLOGY, name, &path, e))
			return spec_error(experiment, pointer, e, "%s", e->msg);
		int rc = topology_load(s, path, w, &doc, e);
		if (rc)
			return rc;
		if (json_object_set_new(map, name, doc))
			return err_set(e, ENOMEM, "out of memory for %s", path);
	}
	*ret = take_ptr(map);
	return 0;
}

int plan_load_workloads(const struct search *s, const struct spec *experiment, const char *scale,
			json_t **ret, struct err *e)
{
	cleanup_json json_t *map = json_object();
	json_t *item;
	size_t i;

	json_array_foreach(json_object_get(spec_doc(experiment), "workloads"), i, item) {
		const char *name = json_str(item, "name");
		cleanup_spec struct spec *spec = NULL;
		char pointer[64];

		snprintf(pointer, sizeof(pointer), "/workloads/%zu/name", i);
		int rc = plan_load_file(s, experiment, SPEC_WORKLOAD, name, pointer, map, &spec, e);
		if (rc)
			return rc;
		json_t *workload = json_object_get(map, name);

		json_object_set_new(workload, "folder", plan_folder_of(spec));
		rc = include_load(s, spec, workload, e);
		if (rc)
			return rc;
		const struct parameter_place place = { .file = experiment, .pointer = pointer,
						       .kind = "workload", .name = name };

		snprintf(pointer, sizeof(pointer), "/workloads/%zu", i);
		rc = parameters_set(&place, workload, json_object_get(item, "parameters"), scale, e);
		if (rc)
			return rc;
	}
	*ret = take_ptr(map);
	return 0;
}

/* Adds the kernel @name, written at @pointer of the experiment (NULL: on the command line). */
static int kernel_add(const struct search *s, const struct spec *experiment, const char *name,
		      const char *pointer, json_t *map, struct err *e)
{
	cleanup_free char *path = NULL;
	cleanup_spec struct spec *spec = NULL;
	int rc;

	if (strchr(name, '/')) {
		rc = access(name, R_OK) ? err_set(e, errno, "cannot read the kernel '%s': %m", name) : 0;
	} else {
		rc = search_find(s, SPEC_KERNEL, name, &path, e);
		if (!rc) {
			rc = spec_load(SPEC_KERNEL, path, &spec, e);
			if (rc)
				return rc;	/* has a place of its own */
		}
	}
	if (rc)
		return pointer ? spec_error(experiment, pointer, e, "%s", e->msg) : rc;
	if (json_object_set_new(map, name, json_pack("{s:s}", "name", name)))
		return err_set(e, ENOMEM, "out of memory for kernel '%s'", name);
	return 0;
}

int plan_load_kernels(const struct search *s, const struct spec *experiment,
		      const struct plan_opts *o, json_t **ret, struct err *e)
{
	cleanup_json json_t *map = json_object();
	const json_t *item;
	char pointer[64];
	int rc = 0;
	size_t i;

	if (o->versus) {
		rc = kernel_add(s, experiment, o->versus->base, NULL, map, e);
		if (!rc)
			rc = kernel_add(s, experiment, o->versus->patched, NULL, map, e);
		if (!rc)
			*ret = take_ptr(map);
		return rc;
	}
	if (o->kernel) {
		rc = kernel_add(s, experiment, o->kernel, NULL, map, e);
		if (rc)
			return rc;
		if (o->kernel_modules)
			json_object_set_new(json_object_get(map, o->kernel), "modules",
					    json_string(o->kernel_modules));
	} else {
		json_array_foreach(json_object_get(spec_doc(experiment), "kernels"), i, item) {
			snprintf(pointer, sizeof(pointer), "/kernels/%zu", i);
			rc = kernel_add(s, experiment, json_string_value(item), pointer, map, e);
			if (rc)
				return rc;
		}
	}
	json_array_foreach(json_object_get(spec_doc(experiment), "arms"), i, item) {
		const char *name = json_str(item, "kernel");

		snprintf(pointer, sizeof(pointer), "/arms/%zu/kernel", i);
		if (name && !json_object_get(map, name))
			rc = kernel_add(s, experiment, name, pointer, map, e);
		if (rc)
			return rc;
	}
	*ret = take_ptr(map);
	return 0;
}

/* The image that @experiment names, or else the only one that @workloads ask for. */
static int image_choose(const struct spec *experiment, const json_t *workloads,
			const char **ret_name, struct err *e)
{
	const char *own = json_str(spec_doc(experiment), "image"), *name, *asked_by = NULL;
	const char *chosen = own;
	json_t *w;

	json_object_foreach((json_t *)workloads, name, w) {
		const char *wanted = json_str(w, "image");

		if (own || !wanted)
			continue;
		if (chosen && strcmp(chosen, wanted))
			return spec_error(experiment, "/workloads", e, "'%s' needs the image '%s', and "
					  "'%s' the image '%s'; name one that does for both as "
					  "'image'", asked_by, chosen, name, wanted);
		chosen = wanted;
		asked_by = name;
	}
	*ret_name = chosen ? chosen : "default";
	return 0;
}

int plan_load_image(const struct search *s, const struct spec *experiment,
		    const json_t *workloads, json_t **ret, struct err *e)
{
	cleanup_json json_t *map = json_object();
	const char *name = NULL;
	int rc = image_choose(experiment, workloads, &name, e);

	if (!rc)
		rc = plan_load_file(s, experiment, SPEC_IMAGE, name,
			       json_str(spec_doc(experiment), "image") ? "/image" : "/workloads", map,
			       NULL, e);
	if (rc)
		return rc;
	*ret = json_pack("{s:s}", "name", name);
	return *ret ? 0 : err_set(e, ENOMEM, "out of memory for image '%s'", name);
}
