/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include "lib/cleanup.h"
#include "result/metric.h"
#include "spec/nearest.h"
#include "spec/rules.h"
#include "spec/schema.h"
#include "topology/topology.h"

int parameter_parse(const char *unit, const char *text, json_t **ret, struct err *e)
{
	static const struct { const char *unit; struct field field; } units[] = {
		{ "count",    { .type = FIELD_INT, .min = 0, .max = 1e15 } },
		{ "duration", { .type = FIELD_DURATION } },
		{ "size",     { .type = FIELD_SIZE } },
		{ "text",     { .type = FIELD_TEXT } },
	};

	for (size_t i = 0; i < ARRAY_SIZE(units); i++)
		if (!strcmp(units[i].unit, unit))
			return field_parse(&units[i].field, text, true, ret, e);
	return err_set(e, EINVAL, "there is no unit '%s'", unit);
}

int rules_parameters(const struct spec *s, json_t *doc, struct err *e)
{
	static const char *const keys[] = { "default", "full" };
	const char *name;
	json_t *p;

	json_object_foreach(json_object_get(doc, "parameters"), name, p)
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		const char *text = json_str(p, keys[i]);
		char pointer[128];
		json_t *v;

		snprintf(pointer, sizeof(pointer), "/parameters/%s/%s", name, keys[i]);
		if (!text)
			continue;
		if (parameter_parse(json_str(p, "unit"), text, &v, e))
			return spec_error(s, pointer, e, "%s of '%s': %s", keys[i], name, e->msg);
		if (json_object_set_new(p, keys[i], v))
			return err_set(e, ENOMEM, "out of memory for %s", spec_path(s));
	}
	return 0;
}

int rules_reference(const struct spec *s, const json_t *list, const char *what, const char *name,
		    const char *pointer, struct err *e)
{
	struct nearest near = { .written = name };
	const json_t *item;
	char hint[100];
	size_t i;

	json_array_foreach(list, i, item) {
		const char *known = json_is_object(item) ? json_str(item, "name") :
							   json_string_value(item);

		if (!known)
			continue;
		if (!strcmp(known, name))
			return 0;
		nearest_offer(&near, known);
	}
	return spec_error(s, pointer, e, "there is no %s '%s' in this file%s", what, name,
			  nearest_hint(&near, hint, sizeof(hint)));
}

int rules_names(const struct spec *s, const json_t *doc, const char *key, const char *where,
		struct err *e)
{
	const json_t *name;
	char at[64];
	size_t i;

	json_array_foreach(json_object_get(doc, key), i, name) {
		const char *text = json_string_value(name);

		snprintf(at, sizeof(at), "/%s/%zu", key, i);
		if (!*text || *text == '.' || strchr(text, '/'))
			return spec_error(s, at, e, "'%s' is no name of a file %s", text, where);
	}
	return 0;
}

static int arms_check(const struct spec *s, const json_t *arms, struct err *e)
{
	const json_t *arm;
	const char *base = NULL;
	char pointer[64];
	size_t i;

	json_array_foreach(arms, i, arm) {
		if (!json_is_true(json_object_get(arm, "base")))
			continue;
		snprintf(pointer, sizeof(pointer), "/arms/%zu/base", i);
		if (base)
			return spec_error(s, pointer, e, "'%s' is the base already; one arm is",
					  base);
		base = json_str(arm, "name");
	}
	if (!base)
		return spec_error(s, "/arms", e,
				  "no arm is the base; give one of them 'base: true'");
	return 0;
}

static int experiment_apply(const struct spec *s, json_t *doc, struct err *e)
{
	const json_t *arms = json_object_get(doc, "arms"), *arm;
	char pointer[64];
	size_t i;

	if (arms_check(s, arms, e))
		return -e->code;
	/* A kernel of its own beside several kernels: which of them would it stand against? */
	json_array_foreach(arms, i, arm) {
		snprintf(pointer, sizeof(pointer), "/arms/%zu/kernel", i);
		if (json_str(arm, "kernel") && json_array_size(json_object_get(doc, "kernels")) > 1)
			return spec_error(s, pointer, e, "an arm can have a kernel of its own only "
					  "where 'kernels' names one");
	}
	if (json_is_true(json_object_get(doc, "diagnostic")))
		return 0;
	if (!json_int_or(doc, "sample_hz", 2))
		return spec_error(s, "/sample_hz", e, "no policy can be proven without samples; "
				  "take some, or say 'diagnostic: true'");
	if (!json_array_size(json_object_get(doc, "metrics")))
		return spec_error(s, "/metrics", e, "names no key metric, so there is nothing to "
				  "judge; name one, or say 'diagnostic: true'");
	if (json_array_size(arms) < 2)
		return spec_error(s, "/arms", e, "has only the base, so there is nothing to compare; "
				  "add an arm, or say 'diagnostic: true'");
	return 0;
}

static int topology_apply(const struct spec *s, json_t *doc, struct err *e)
{
	char pointer[POINTER_SIZE];
	struct topology t;

	return topology_read(doc, &t, pointer, e) ? spec_error(s, pointer, e, "%s", e->msg) : 0;
}

static int beside_check(const struct spec *s, const json_t *doc, const char *key, struct err *e)
{
	char at[64];

	if (rules_names(s, doc, key, "beside this one", e))
		return -e->code;
	snprintf(at, sizeof(at), "/%s/0", key);
	if (json_array_size(json_object_get(doc, key)) &&
	    (json_str(doc, "package") || json_object_get(doc, "prebuilt")))
		return spec_error(s, at, e, "a kernel from a 'package', or a 'prebuilt' one, is taken "
				  "as it is; '%s' needs a 'source' or a 'base'", key);
	return 0;
}

static int kernel_apply(const struct spec *s, json_t *doc, struct err *e)
{
	const json_t *source = json_object_get(doc, "source");
	const char *config = json_str(doc, "config");

	if (json_array_size(json_object_get(doc, "exclude")) && !json_str(doc, "package"))
		return spec_error(s, "/exclude", e, "'exclude' is for a 'package'");
	if (source && !config)
		return spec_error(s, "/source", e, "a kernel from source needs 'config', such as "
				  "'config: tinyconfig'");
	if (!source && config)
		return spec_error(s, "/config", e, "only a kernel with a 'source' of its own has a "
				  "'config'; a derived one adds 'fragments'");
	if (config && (!*config || *config == '.' || strchr(config, '/')))
		return spec_error(s, "/config", e, "'%s' is no name of a file beside this one", config);
	if (source && json_str(source, "revision") && !json_str(source, "git"))
		return spec_error(s, "/source/revision", e, "only 'git' has revisions");
	if (beside_check(s, doc, "fragments", e))
		return -e->code;
	return beside_check(s, doc, "series", e);
}

int rules_apply(enum spec_kind kind, const struct spec *s, json_t *doc, struct err *e)
{
	static int (*const rules[SPEC_KIND_COUNT])(const struct spec *, json_t *, struct err *) = {
		[SPEC_KERNEL] = kernel_apply,
		[SPEC_TOPOLOGY] = topology_apply,
		[SPEC_POLICY] = rules_policy,
		[SPEC_WORKLOAD] = rules_workload,
		[SPEC_EXPERIMENT] = experiment_apply,
		[SPEC_CLAIM] = rules_claim,
	};

	return rules[kind] ? rules[kind](s, doc, e) : 0;
}
