/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include "lib/cleanup.h"
#include "result/metric.h"
#include "spec/nearest.h"
#include "spec/placeholder.h"
#include "spec/rules.h"

/* Refuses an item of @list, which stands at @pointer, whose metric is not made from samples. */
static int metrics_check(const struct spec *s, const json_t *list, const char *pointer,
			 struct err *e)
{
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item) {
		const char *name = json_str(item, "metric");
		struct nearest near = { .written = name };
		char at[64], hint[100];

		if (!name || metric_find(name, NULL))
			continue;
		for (const struct metric_info *m = metric_table; m->name; m++)
			nearest_offer(&near, m->name);
		snprintf(at, sizeof(at), "%s/%zu/metric", pointer, i);
		return spec_error(s, at, e, "there is no metric '%s' from samples%s", name,
				  nearest_hint(&near, hint, sizeof(hint)));
	}
	return 0;
}

/* One priority for each kind of device. */
static int swaps_check(const struct spec *s, const json_t *list, struct err *e)
{
	for (size_t i = 1; i < json_array_size(list); i++) {
		const char *device = json_str(json_array_get(list, i), "device");
		char at[64];

		for (size_t k = 0; k < i; k++) {
			if (strcmp(json_str(json_array_get(list, k), "device"), device))
				continue;
			snprintf(at, sizeof(at), "/swap/%zu/device", i);
			return spec_error(s, at, e, "device: has '%s' twice; one line means all of "
					  "its kind", device);
		}
	}
	return 0;
}

/* The placeholders of @text, which stands at @pointer: parameters, or one of @others (may be NULL). */
static int placeholders_check(const struct spec *s, const json_t *doc, const char *text,
			      const char *const *others, const char *pointer, struct err *e)
{
	struct nearest near = {};
	json_t *parameters = json_object_get(doc, "parameters"), *unused;
	const char *name, *known;
	char hint[100], written[PLACEHOLDER_SIZE];
	size_t len;

	for (const char *at = text; (name = placeholder_next(&at, &len));) {
		bool found = json_object_getn(parameters, name, len);

		snprintf(written, sizeof(written), "%.*s", (int)len, name);
		near = (struct nearest){ .written = written };
		json_object_foreach(parameters, known, unused)
			nearest_offer(&near, known);
		for (const char *const *o = others; o && *o; o++) {
			found |= !strcmp(*o, written);
			nearest_offer(&near, *o);
		}
		if (!found)
			return spec_error(s, pointer, e, "'{%s}' is no parameter of this policy%s",
					  written, nearest_hint(&near, hint, sizeof(hint)));
	}
	return 0;
}

static int writes_check(const struct spec *s, const json_t *doc, const char *list,
			struct err *e)
{
	static const char *const keys[] = { "file", "value", "reads" };
	const json_t *w;
	char pointer[64];
	size_t i;

	json_array_foreach(json_object_get(doc, list), i, w) {
		for (size_t k = 0; k < ARRAY_SIZE(keys); k++) {
			const char *text = json_str(w, keys[k]);

			snprintf(pointer, sizeof(pointer), "/%s/%zu/%s", list, i, keys[k]);
			if (text && placeholders_check(s, doc, text, NULL, pointer, e))
				return -e->code;
		}
		if (json_str(w, "reads") && json_is_true(json_object_get(w, "write_only")))
			return spec_error(s, pointer, e, "a file that is 'write_only' reads nothing");
	}
	return 0;
}

static int daemons_check(const struct spec *s, const json_t *doc, struct err *e)
{
	static const char *const others[] = { "group", "disk", NULL };
	const json_t *d, *arg;
	char pointer[64];
	size_t i, k;

	json_array_foreach(json_object_get(doc, "daemons"), i, d) {
		json_array_foreach(json_object_get(d, "run"), k, arg) {
			const char *text = json_string_value(arg);

			snprintf(pointer, sizeof(pointer), "/daemons/%zu/run/%zu", i, k);
			if (!k && (strncmp(text, "ramrig-", 7) || strchr(text, '/')))
				return spec_error(s, pointer, e, "'%s' is none of ramrig's daemons, "
						  "such as ramrig-senpai; a program of your own belongs "
						  "into a workload", text);
			if (placeholders_check(s, doc, text, others, pointer, e))
				return -e->code;
		}
	}
	return 0;
}

/* What is judged and how it is judged go together. */
static int proofs_check(const struct spec *s, const json_t *doc, struct err *e)
{
	const json_t *p;
	char pointer[64];
	size_t i;

	json_array_foreach(json_object_get(doc, "proof"), i, p) {
		const char *daemon = json_str(p, "daemon");

		snprintf(pointer, sizeof(pointer), "/proof/%zu/%s", i, daemon ? "daemon" : "what");
		if (!json_str(p, "reads") != !json_str(p, "file"))
			return spec_error(s, pointer, e, "'reads' goes with 'file', and nothing else "
					  "does");
		if (!json_str(p, "sum") != !daemon)
			return spec_error(s, pointer, e, "'sum' goes with 'daemon', and 'daemon' needs "
					  "it");
		if (daemon && rules_reference(s, json_object_get(doc, "daemons"), "daemon", daemon,
					      pointer, e))
			return -e->code;
	}
	return 0;
}

static int idle_check(const struct spec *s, const json_t *doc, struct err *e)
{
	const json_t *name;
	char pointer[64];
	size_t i;

	json_array_foreach(json_object_get(doc, "may_idle"), i, name) {
		snprintf(pointer, sizeof(pointer), "/may_idle/%zu", i);
		if (rules_reference(s, json_object_get(doc, "include"), "included policy",
				    json_string_value(name), pointer, e))
			return -e->code;
	}
	return 0;
}

int rules_policy(const struct spec *s, json_t *doc, struct err *e)
{
	const json_t *conditions = json_object_get(json_object_get(doc, "settle"), "conditions");

	if (rules_parameters(s, doc, e) || swaps_check(s, json_object_get(doc, "swap"), e) ||
	    writes_check(s, doc, "write", e) || writes_check(s, doc, "cgroups", e) ||
	    daemons_check(s, doc, e) || proofs_check(s, doc, e) || idle_check(s, doc, e))
		return -e->code;
	if (metrics_check(s, conditions, "/settle/conditions", e))
		return -e->code;
	return metrics_check(s, json_object_get(doc, "proof"), "/proof", e);
}
