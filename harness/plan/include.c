/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include "lib/cleanup.h"
#include "plan/include.h"
#include "plan/load.h"

/* A workload that is being made of others. */
struct maker {
	const struct spec *spec;
	json_t *workload;
	json_t *owners;		/* parameter -> the included workload it is from */
};

static int parameters_take(struct maker *m, const json_t *other, const char *pointer,
			   struct err *e)
{
	json_t *mine = json_object_get(m->workload, "parameters"), *p;
	const char *name;

	json_object_foreach(json_object_get(other, "parameters"), name, p) {
		const char *owner = json_str(m->owners, name);

		if (owner)
			return spec_error(m->spec, pointer, e, "'%s' and '%s' both have a parameter "
					  "'%s'; declare it here, for both", owner,
					  json_str(other, "workload"), name);
		if (json_object_get(mine, name))
			continue;
		json_object_set(mine, name, p);
		json_object_set(m->owners, name, json_object_get(other, "workload"));
	}
	return 0;
}

static int include_one(const struct search *s, struct maker *m, size_t i, const char *name,
		       json_t *list, struct err *e)
{
	cleanup_json json_t *loaded = json_object();
	const char *image = json_str(m->workload, "image");
	cleanup_spec struct spec *spec = NULL;
	char pointer[64];

	snprintf(pointer, sizeof(pointer), "/include/%zu", i);
	int rc = plan_load_file(s, m->spec, SPEC_WORKLOAD, name, pointer, loaded, &spec, e);
	if (rc)
		return rc;
	const json_t *other = json_object_get(loaded, name);
	const char *wanted = json_str(other, "image");

	if (json_array_size(json_object_get(other, "include")))
		return spec_error(m->spec, pointer, e, "'%s' is made of others itself; include those",
				  name);
	if (image && wanted && strcmp(image, wanted))
		return spec_error(m->spec, pointer, e, "'%s' needs the image '%s', beside '%s'", name,
				  wanted, image);
	if (wanted)
		json_object_set_new(m->workload, "image", json_string(wanted));
	json_strings_merge(json_object_get(m->workload, "trace"), json_object_get(other, "trace"));
	json_array_append_new(list, json_pack("{s:s, s:o, s:O, s:O}", "name", name, "folder",
					      plan_folder_of(spec), "programs",
					      json_object_get(other, "programs"), "shared",
					      json_object_get(other, "shared")));
	return parameters_take(m, other, pointer, e);
}

int include_load(const struct search *s, const struct spec *spec, json_t *workload,
		 struct err *e)
{
	cleanup_json json_t *owners = json_object(), *list = json_array();
	struct maker m = { .spec = spec, .workload = workload, .owners = owners };
	const json_t *name;
	size_t i;
	int rc = 0;

	json_array_foreach(json_object_get(spec_doc(spec), "include"), i, name) {
		rc = include_one(s, &m, i, json_string_value(name), list, e);
		if (rc)
			return rc;
	}
	return json_object_set(workload, "include", list) ?
		err_set(e, ENOMEM, "out of memory for %s", spec_path(spec)) : 0;
}
