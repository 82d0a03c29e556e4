/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>
#include "lib/cleanup.h"
#include "lib/file.h"
#include "report/parts.h"
#include "topology/draw.h"

#define HOSTS_TOLD 3	/* different values of one fact; of more it is said how many */

/* What topology_read() takes for granted of a checked file: the plan may be anybody's. */
static bool is_drawable(const json_t *doc)
{
	const json_t *nodes = json_object_get(doc, "nodes"), *device;
	size_t i;

	json_array_foreach(json_object_get(doc, "devices"), i, device) {
		if (!json_str(device, "name"))
			return false;
	}
	return json_str(doc, "topology") && json_str(doc, "summary") && json_array_size(nodes);
}

static char *drawing_of(const json_t *doc, bool is_virtual)
{
	struct draw_opts o = {
		.summary = json_str(doc, "summary"),
		.clock = is_virtual ? CLOCK_VIRTUAL : CLOCK_HOST,
		.utf8 = true,
	};
	struct topology t;
	struct err e;

	if (!is_drawable(doc))
		return path_format("The plan does not describe it.");
	if (topology_read(doc, &t, NULL, &e))
		return path_format("It cannot be drawn: %s.", e.msg);
	return topology_draw(&t, &o);
}

json_t *part_topologies(const struct report *r)
{
	const json_t *plan = r->result->plan;
	bool is_virtual = !strcmp(json_str_or(plan, "clock", "host"), "virtual");
	json_t *all = json_array(), *doc;
	const char *name;

	json_object_foreach(json_object_get(plan, "topologies"), name, doc)
		json_array_append_new(all, json_pack("{s:s, s:o}", "name", name, "text",
						     part_text(drawing_of(doc, is_virtual))));
	return all;
}

/* As a shell takes it for one word: a path may hold anything. */
static void word_print(FILE *out, const char *value)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "-_./+:,@";

	if (*value && !value[strspn(value, plain)]) {
		fputs(value, out);
		return;
	}
	fputc('\'', out);
	for (; *value; value++) {
		if (*value == '\'')
			fputs("'\\'", out);
		fputc(*value, out);
	}
	fputc('\'', out);
}

static void option_print(FILE *out, const char *option, const char *value)
{
	fprintf(out, " %s ", option);
	word_print(out, value);
}

/* A plan does not tell whether its kernel is the experiment's own. Of several all are. */
static void kernel_print(FILE *out, const json_t *kernels)
{
	const char *name, *modules;
	json_t *k;

	if (json_object_size(kernels) != 1)
		return;
	json_object_foreach((json_t *)kernels, name, k) {
		modules = strchr(name, '/') ? json_str(k, "modules") : NULL;
		option_print(out, "--kernel", name);
		if (modules)
			option_print(out, "--modules", modules);
	}
}

static json_t *command_of(const json_t *plan)
{
	const json_t *ratio = json_object_get(plan, "limit_ratio");
	const char *clock = json_str(plan, "clock"), *size = json_str(plan, "workload_scale");
	json_int_t scale = json_int_or(plan, "scale", 0);
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return json_null();
	fputs("ramrig run ", out);
	word_print(out, json_str(plan, "experiment"));
	if (json_is_true(json_object_get(plan, "sequential")))
		fputs(" --sequential", out);
	else
		fprintf(out, " --pairs %lld", (long long)json_int_or(plan, "pairs", 0));
	fprintf(out, " --seed %lld", (long long)json_int_or(plan, "seed", 0));
	if (clock)
		option_print(out, "--clock", clock);
	if (scale)
		fprintf(out, " --scale %lld", (long long)scale);
	if (size)
		option_print(out, "--workload-scale", size);
	kernel_print(out, json_object_get(plan, "kernels"));
	if (json_is_number(ratio))
		fprintf(out, " --limit-ratio %g", json_number_value(ratio));
	if (json_is_true(json_object_get(plan, "diagnostic")))
		fputs(" --diagnostic", out);
	fclose(out);
	return part_text(text);
}

/* @text is freed. */
static void fact_add(json_t *facts, const char *what, char *text)
{
	json_array_append_new(facts, json_pack("[s, o]", what, part_text(text)));
}

static void fact_of_plan(json_t *facts, const char *what, const json_t *map, const char *key)
{
	const char *text = json_str(map, key);

	if (text && *text)
		fact_add(facts, what, path_format("%s", text));
}

/*
 * The different values that cells, of @kernel or (NULL) of any, have at the key @key of @object of
 * theirs or (NULL) of themselves: mostly one.
 */
static json_t *seen_in_cells(const struct result *r, const char *object, const char *key,
			     const char *kernel)
{
	json_t *seen = json_array();

	for (size_t i = 0; i < r->n_cells; i++) {
		const json_t *doc = r->cells[i].doc;
		json_t *v = json_object_get(object ? json_object_get(doc, object) : doc, key);
		cleanup_json json_t *list = json_array();

		if (!v || json_is_null(v) || (kernel && strcmp(kernel, r->cells[i].kernel)))
			continue;
		json_array_append(list, v);
		json_strings_merge(seen, list);
	}
	return seen;
}

/* "7.2.22", "a, b, c and 2 more"; whole numbers as they are; the caller frees it. */
static char *seen_text(const json_t *seen)
{
	size_t n = json_array_size(seen), i;
	char *text = path_format("%s", "");
	const json_t *v;

	json_array_foreach(seen, i, v) {
		cleanup_free char *before = text;
		cleanup_free char *one = json_is_string(v) ?
						 path_format("%s", json_string_value(v)) :
						 json_dumps(v, JSON_ENCODE_ANY);

		if (i == HOSTS_TOLD) {
			text = path_format("%s and %zu more", before, n - i);
			return text;
		}
		text = path_format("%s%s%s", before, i ? ", " : "", one ? one : "?");
	}
	return text;
}

static void fact_of_cells(json_t *facts, const char *what, const struct result *r,
			  const char *object, const char *key)
{
	cleanup_json json_t *seen = seen_in_cells(r, object, key, NULL);

	if (json_array_size(seen))
		fact_add(facts, what, seen_text(seen));
}

static void fact_of_memory(json_t *facts, const struct result *r)
{
	cleanup_json json_t *seen = seen_in_cells(r, "host", "memory_bytes", NULL);
	const json_t *bytes = json_array_get(seen, 0);

	if (json_is_number(bytes))
		fact_add(facts, "host's memory",
			 path_format("%.1f GiB", json_number_value(bytes) / 0x1p30));
}

static void facts_of_time(json_t *facts, const struct result *r)
{
	const char *first = NULL, *last = NULL;

	for (size_t i = 0; i < r->n_cells; i++) {
		const char *at = json_str(r->cells[i].doc, "started");

		if (!at)
			continue;
		if (!first || strcmp(at, first) < 0)
			first = at;
		if (!last || strcmp(at, last) > 0)
			last = at;
	}
	if (first)
		fact_add(facts, "cells started", path_format("%s to %s", first, last));
}

static json_t *facts_of(const struct report *r)
{
	const json_t *plan = r->result->plan, *image = json_object_get(plan, "image");
	json_t *facts = json_array();

	fact_of_plan(facts, "planned", plan, "created");
	facts_of_time(facts, r->result);
	fact_add(facts, "seed", path_format("%lld", (long long)json_int_or(plan, "seed", 0)));
	fact_of_plan(facts, "clock", plan, "clock");
	fact_of_plan(facts, "scale of workloads", plan, "workload_scale");
	fact_of_plan(facts, "image", image, "name");
	fact_of_plan(facts, "image's hash", image, "hash");
	fact_of_cells(facts, "ramrig", r->result, "versions", "ramrig");
	fact_of_cells(facts, "QEMU", r->result, "versions", "qemu");
	fact_of_cells(facts, "libvirt", r->result, "versions", "libvirt");
	fact_of_cells(facts, "host's kernel", r->result, "host", "kernel");
	fact_of_cells(facts, "host's CPUs", r->result, "host", "cpus");
	fact_of_memory(facts, r->result);
	fact_of_cells(facts, "host's boot", r->result, "host", "boot_id");
	return facts;
}

static json_t *kernels_of(const struct result *r)
{
	json_t *all = json_array(), *k;
	const char *name;

	json_object_foreach(json_object_get(r->plan, "kernels"), name, k) {
		cleanup_json json_t *seen = seen_in_cells(r, NULL, "release", name);
		const char *planned = json_str(k, "release");

		json_array_append_new(
			all, json_pack("{s:s, s:o, s:s?, s:s?, s:s?}", "name", name, "release",
				       json_array_size(seen) ? part_text(seen_text(seen)) :
				       planned ? json_string(planned) : json_null(),
				       "package", json_str(k, "package"), "version",
				       json_str(k, "version"), "hash", json_str(k, "hash")));
	}
	return all;
}

json_t *part_origin(const struct report *r)
{
	return json_pack("{s:o, s:o, s:o}", "command", command_of(r->result->plan), "facts",
			 facts_of(r), "kernels", kernels_of(r->result));
}
