/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>
#include "lib/cleanup.h"
#include "lib/file.h"
#include "report/repeat.h"

#define HASH_SHOWN 16	/* hexadecimal digits of a hash that tell files apart */

/* Takes @is, a new string that may be NULL. What stands there already is not said twice. */
static void fact_add(json_t *facts, const char *what, char *is)
{
	const json_t *fact;
	cleanup_free char *text = is;
	size_t i;

	if (!text)
		return;
	json_array_foreach(facts, i, fact)
		if (!strcmp(json_str(fact, "what"), what) && !strcmp(json_str(fact, "is"), text))
			return;
	json_array_append_new(facts, json_pack("{s:s, s:s}", "what", what, "is", text));
}

static char *copy_or_null(const char *text)
{
	return text ? path_format("%s", text) : NULL;
}

/* "6.12.117-1, 6.12.117+deb12-amd64, 0123456789abcdef" of what is known. */
static char *kernel_text(const json_t *kernel)
{
	static const char *const keys[] = { "package", "version", "release", "hash" };
	char *text = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		const char *v = json_str(kernel, keys[i]);
		int most = strcmp(keys[i], "hash") ? -1 : HASH_SHOWN;
		char *longer;

		if (!v)
			continue;
		longer = path_format("%s%s%.*s", text ? text : "", text ? ", " : "", most, v);
		free(text);
		text = longer;
	}
	return text;
}

static void plan_facts(json_t *facts, const json_t *plan)
{
	const json_t *image = json_object_get(plan, "image");
	const char *name;
	json_t *kernel;

	fact_add(facts, "ramrig", copy_or_null(json_str(plan, "ramrig")));
	fact_add(facts, "plan made", copy_or_null(json_str(plan, "created")));
	json_object_foreach(json_object_get(plan, "kernels"), name, kernel) {
		cleanup_free char *what = path_format("kernel %s", name);

		fact_add(facts, what, kernel_text(kernel));
	}
	if (json_str(image, "hash"))
		fact_add(facts, "image", path_format("%s, %.*s", json_str_or(image, "name", "-"),
						     HASH_SHOWN, json_str(image, "hash")));
}

static void cell_facts(json_t *facts, const json_t *doc)
{
	const json_t *versions = json_object_get(doc, "versions");
	const json_t *host = json_object_get(doc, "host");

	fact_add(facts, "kernel's release", copy_or_null(json_str(doc, "release")));
	fact_add(facts, "QEMU", copy_or_null(json_str(versions, "qemu")));
	fact_add(facts, "libvirt", copy_or_null(json_str(versions, "libvirt")));
	if (json_str(host, "kernel"))
		fact_add(facts, "host", path_format("%lld CPUs, %.1f GiB, %s",
						    (long long)json_int_or(host, "cpus", 0),
						    (double)json_int_or(host, "memory_bytes", 0) /
							    0x1p30,
						    json_str(host, "kernel")));
}

static char *command_text(const json_t *plan)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	const char *scale = json_str(plan, "workload_scale");
	double limit = json_number_value(json_object_get(plan, "limit_ratio"));

	if (!out)
		return path_format("-");
	fprintf(out, "ramrig run %s --pairs %lld --seed %lld --clock %s",
		json_str(plan, "experiment"), (long long)json_int_or(plan, "pairs", 0),
		(long long)json_int_or(plan, "seed", 0), json_str_or(plan, "clock", "host"));
	if (json_int_or(plan, "scale", 1) != 1)
		fprintf(out, " --scale %lld", (long long)json_int_or(plan, "scale", 1));
	if (scale && strcmp(scale, "ci"))
		fprintf(out, " --workload-scale %s", scale);
	if (limit > 0)
		fprintf(out, " --limit-ratio %g", limit);
	if (json_is_true(json_object_get(plan, "diagnostic")))
		fputs(" --diagnostic", out);
	fclose(out);
	return text;
}

json_t *repeat_make(const struct report *r)
{
	const json_t *plan = r->result->plan;
	cleanup_free char *command = command_text(plan);
	json_t *facts = json_array();

	plan_facts(facts, plan);
	for (size_t i = 0; i < r->result->n_cells; i++)
		if (r->result->cells[i].doc)
			cell_facts(facts, r->result->cells[i].doc);
	return json_pack("{s:s, s:o}", "command", command, "facts", facts);
}
