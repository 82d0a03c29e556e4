/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include "lib/cleanup.h"
#include "result/metric.h"
#include "spec/nearest.h"
#include "spec/rules.h"
#include "spec/schema.h"

static const char *const workload_steps[] = { "warmup", "measure", "verify", NULL };

/* Programs that run at once are told apart by their names. */
static int step_check(const struct spec *s, const json_t *doc, const char *step, struct err *e)
{
	const json_t *programs = json_object_get(doc, step), *item;
	char pointer[64];
	size_t i;

	json_array_foreach(programs, i, item) {
		snprintf(pointer, sizeof(pointer), "/%s/%zu", step, i);
		if (!json_str(item, "name") && json_array_size(programs) > 1)
			return spec_error(s, pointer, e, "has no name; programs that run at once "
					  "each need one");
		snprintf(pointer, sizeof(pointer), "/%s/%zu/group", step, i);
		if (rules_reference(s, json_object_get(doc, "groups"), "group", json_str(item, "group"),
				    pointer, e))
			return -e->code;
	}
	return 0;
}

/* "from: web.rps" names a program that measures; it is needed where there are several. */
static int figure_source_check(const struct spec *s, const json_t *doc, const json_t *figure,
			       size_t i, struct err *e)
{
	const json_t *programs = json_object_get(doc, "measure");
	const char *from = json_str(figure, "from");
	char pointer[64], program[80];
	size_t len = from ? strcspn(from, ".") : 0;

	snprintf(pointer, sizeof(pointer), "/figures/%zu/%s", i, from ? "from" : "name");
	if (!from && json_array_size(programs) < 2)
		return 0;
	if (!from)
		return spec_error(s, pointer, e, "which of the measuring programs prints '%s'? say "
				  "'from: PROGRAM.KEY'", json_str(figure, "name"));
	if (!len || len >= sizeof(program) || !from[len] || !from[len + 1])
		return spec_error(s, pointer, e, "from: '%.60s' is not PROGRAM.KEY", from);
	snprintf(program, sizeof(program), "%.*s", (int)len, from);
	return rules_reference(s, programs, "measuring program", program, pointer, e);
}

/* What `open_with` of the figure @f names is a number that an experiment sets. */
static int loop_check(const struct spec *s, const json_t *doc, const json_t *f, size_t i,
		      struct err *e)
{
	const char *name = json_str(f, "open_with"), *loop = json_str(f, "loop");
	const json_t *p = name ? json_object_get(json_object_get(doc, "parameters"), name) : NULL;
	bool elsewhere = !p && json_array_size(json_object_get(doc, "include"));
	char pointer[64];

	if (!name)
		return 0;
	snprintf(pointer, sizeof(pointer), "/figures/%zu/open_with", i);
	if (!loop || strcmp(loop, "closed"))
		return spec_error(s, pointer, e, "only what is 'loop: closed' can be opened");
	if (!elsewhere && (!p || strcmp(json_str(p, "unit"), "count")))
		return spec_error(s, pointer, e, "'%s' is no parameter of this workload whose unit is "
				  "count", name);
	return 0;
}

/* Every item of the list @key is about a figure that there is. */
static int limits_check(const struct spec *s, const json_t *doc, const char *key, struct err *e)
{
	const json_t *item;
	char pointer[64];
	size_t i;

	json_array_foreach(json_object_get(doc, key), i, item) {
		snprintf(pointer, sizeof(pointer), "/%s/%zu/figure", key, i);
		if (rules_reference(s, json_object_get(doc, "figures"), "figure",
				    json_str(item, "figure"), pointer, e))
			return -e->code;
	}
	return 0;
}

static int figures_check(const struct spec *s, const json_t *doc, struct err *e)
{
	const json_t *item;
	char pointer[64];
	size_t i;

	json_array_foreach(json_object_get(doc, "figures"), i, item) {
		snprintf(pointer, sizeof(pointer), "/figures/%zu/name", i);
		if (metric_find(json_str(item, "name"), NULL))
			return spec_error(s, pointer, e, "'%s' is a metric that ramrig makes from "
					  "samples; call the figure something else",
					  json_str(item, "name"));
		if (figure_source_check(s, doc, item, i, e) || loop_check(s, doc, item, i, e))
			return -e->code;
	}
	return limits_check(s, doc, "check", e) ? -e->code : limits_check(s, doc, "warn", e);
}

static int parameter_unknown(const struct spec *s, const json_t *parameters, const char *name,
			     const char *pointer, struct err *e)
{
	struct nearest near = { .written = name };
	const char *known;
	char hint[100];
	json_t *p;

	json_object_foreach((json_t *)parameters, known, p)
		nearest_offer(&near, known);
	return spec_error(s, pointer, e, "there is no parameter '%s' in this file%s", name,
			  nearest_hint(&near, hint, sizeof(hint)));
}

/* The value that a "when" asks for is one that its parameter can have, and written as that is. */
static int expects_convert(const struct spec *s, json_t *doc, struct err *e)
{
	const json_t *parameters = json_object_get(doc, "parameters"), *one;
	char pointer[64];
	size_t i;

	json_array_foreach(json_object_get(doc, "expects"), i, one) {
		json_t *when = json_object_get(one, "when"), *v;
		const char *name = when ? json_str(when, "parameter") : "";
		const json_t *p = json_object_get(parameters, name);

		if (!when)
			continue;
		snprintf(pointer, sizeof(pointer), "/expects/%zu/when/parameter", i);
		if (!p)
			return parameter_unknown(s, parameters, name, pointer, e);
		snprintf(pointer, sizeof(pointer), "/expects/%zu/when/is", i);
		if (parameter_parse(json_str(p, "unit"), json_str(when, "is"), &v, e))
			return spec_error(s, pointer, e, "value of '%s': %s", name, e->msg);
		if (json_object_set_new(when, "is", v))
			return err_set(e, ENOMEM, "out of memory for %s", spec_path(s));
	}
	return 0;
}

int rules_workload(const struct spec *s, json_t *doc, struct err *e)
{
	const json_t *groups = json_object_get(doc, "groups"), *item;
	char pointer[64];
	size_t i;

	json_array_foreach(json_object_get(doc, "daemons"), i, item) {
		snprintf(pointer, sizeof(pointer), "/daemons/%zu/group", i);
		if (rules_reference(s, groups, "group", json_str(item, "group"), pointer, e))
			return -e->code;
	}
	json_array_foreach(json_object_get(doc, "limited"), i, item) {
		snprintf(pointer, sizeof(pointer), "/limited/%zu", i);
		if (rules_reference(s, groups, "group", json_string_value(item), pointer, e))
			return -e->code;
	}
	for (i = 0; workload_steps[i]; i++)
		if (step_check(s, doc, workload_steps[i], e))
			return -e->code;
	if (rules_names(s, doc, "shared", "in workloads/lib", e) || figures_check(s, doc, e) ||
	    expects_convert(s, doc, e))
		return -e->code;
	return rules_parameters(s, doc, e);
}
