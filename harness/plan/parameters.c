/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdbool.h>
#include <string.h>
#include "plan/parameters.h"
#include "spec/nearest.h"
#include "spec/rules.h"

static int parameter_unknown(const struct parameter_place *at, const char *pointer,
			     const char *name, json_t *parameters, struct err *e)
{
	struct nearest near = { .written = name };
	const char *known;
	json_t *unused;
	char hint[100];

	json_object_foreach(parameters, known, unused)
		nearest_offer(&near, known);
	return spec_error(at->file, pointer, e, "%s '%s' has no parameter '%s'%s", at->kind, at->name,
			  name, nearest_hint(&near, hint, sizeof(hint)));
}

int parameters_set(const struct parameter_place *at, json_t *doc, const json_t *wanted,
		   const char *scale, struct err *e)
{
	bool full = !strcmp(scale, "full");
	json_t *parameters = json_object_get(doc, "parameters"), *p, *v;
	const char *name;

	json_object_foreach(parameters, name, p) {
		json_t *at_full = full ? json_object_get(p, "full") : NULL;

		json_object_set(p, "value", at_full ? at_full : json_object_get(p, "default"));
	}
	json_object_foreach((json_t *)wanted, name, v) {
		char pointer[192];
		json_t *value;

		snprintf(pointer, sizeof(pointer), "%s/parameters/%s", at->pointer, name);
		p = json_object_get(parameters, name);
		if (!p)
			return parameter_unknown(at, pointer, name, parameters, e);
		if (parameter_parse(json_str(p, "unit"), json_string_value(v), &value, e))
			return spec_error(at->file, pointer, e, "parameter '%s': %s", name, e->msg);
		json_object_set_new(p, "value", value);
	}
	return 0;
}
