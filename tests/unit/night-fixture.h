/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_TEST_NIGHT_FIXTURE_H
#define RAMRIG_TEST_NIGHT_FIXTURE_H

/* Results of nights, made by code; cmocka.h comes first. */
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/json.h"
#include "result/result.h"

/* A night of one arm, "na", of nginx on dram: only in what is given it differs from others. */
struct made_night {
	unsigned number;		/* of the night, from 1: its date */
	double rps;			/* of its boots, a little more and less */
	unsigned boots;			/* 0: 3 */
	const char *hash;		/* of its kernel, first letter; NULL: "a" */
	const char *cpu, *accelerator, *clock, *kernel, *proof, *outcome;	/* NULL: as usual */
	const char *duration;		/* parameter of the workload; NULL: "10000" */
};

#define OR(value, usual) ((value) ? (value) : (usual))

static inline void made_save(const json_t *j, const char *path)
{
	struct err e;

	if (json_save_path(j, path, &e))
		fail_msg("%s", e.msg);
}

static inline json_t *made_plan(const struct made_night *n)
{
	const char *kernel = OR(n->kernel, "testbed");
	json_t *cells = json_array();

	for (unsigned i = 1; i <= OR(n->boots, 3); i++)
		json_array_append_new(cells, json_pack("{s:i, s:i, s:s, s:s, s:s, s:s, s:s}", "n", (int)i,
						       "pair", (int)i, "kernel", kernel, "topology",
						       "dram", "workload", "nginx", "arm", "na", "seed",
						       "1"));
	json_t *plan = json_pack(
		"{s:i, s:s, s:o, s:s, s:s, s:i, s:i, s:s, s:i, s:f, s:i, s:{}, s:{s:s}, s:{s:{}}, "
		"s:{s:{s:s, s:{s:{s:s, s:s}}}}, s:[{s:s, s:b, s:[], s:n}], s:[{s:s, s:s, s:s, s:s, s:f}], "
		"s:i, s:o}",
		"schema", 1, "ramrig", "0.1.0", "created", json_sprintf("2026-11-%02uT22:00:00Z", n->number),
		"experiment", "nightly", "clock", OR(n->clock, "host"), "scale", 1, "seed", 1,
		"workload_scale", "ci", "pairs", (int)OR(n->boots, 3), "alpha", 0.05, "sample_hz", 2,
		"policies", "image", "hash", "00", "topologies", "dram", "workloads", "nginx", "folder",
		"/x", "parameters", "duration", "value", OR(n->duration, "10000"), "help", "how long",
		"arms", "name", "na", "base", 1, "policies", "kernel", "metrics", "name", "rps", "unit",
		"1/s", "better", "more", "scale", "ratio", "margin", 0.02, "family", 1, "cells", cells);

	assert_non_null(plan);
	json_object_set_new(plan, "kernels",
			    json_pack("{s:{s:s, s:s, s:s, s:s}}", kernel, "name", kernel, "release", "6.12.1",
				      "hash", OR(n->hash, "a"), "bzimage", "/nowhere/bzImage"));
	return plan;
}

static inline json_t *made_cell(const struct made_night *n, unsigned i)
{
	double rps = n->rps * (1 + 0.001 * ((double)(i % 3) - 1));
	json_t *cell = json_pack(
		"{s:i, s:i, s:i, s:s, s:s, s:s, s:s, s:s, s:s, s:{s:s, s:i, s:I, s:s}, s:{s:s, s:s, s:s}, "
		"s:{s:s, s:s, s:i, s:{s:s}, s:{}}, s:{s:{s:f, s:s, s:s, s:s, s:s}, s:{s:f, s:s, s:s, s:s, "
		"s:s}}, s:{s:s, s:[]}}",
		"schema", 1, "n", (int)i, "pair", (int)i, "kernel", OR(n->kernel, "testbed"), "topology",
		"dram", "workload", "nginx", "arm", "na", "outcome", OR(n->outcome, "ok"), "reason", "",
		"host", "model", OR(n->cpu, "Some CPU"), "cpus", 2, "memory_bytes",
		(json_int_t)25769803776, "kernel", "6.1.0", "versions", "ramrig", "0.1.0", "qemu",
		n->number < 3 ? "7.2.1" : "7.2.2", "libvirt", "9.0.0", "fidelity", "accelerator",
		OR(n->accelerator, "tcg"), "clock", OR(n->clock, "host"), "cpus", 2, "nodes", "0",
		"dram: not-modelled", "swaps", "metrics", "rps", "value", rps, "unit", "1/s", "better",
		"more", "scale", "ratio", "kind", "measured", "mem_used", "value", 5e8, "unit", "bytes",
		"better", "less", "scale", "ratio", "kind", "derived", "proof", "status",
		OR(n->proof, "none"), "checks");

	assert_non_null(cell);
	return cell;
}

/* Writes the night's result to the folder @dir. */
static inline void made_write(const char *dir, const struct made_night *n)
{
	cleanup_free char *plan_path = path_format("%s/plan.json", dir);
	cleanup_json json_t *plan = made_plan(n);
	struct err e;

	assert_int_equal(dir_make(dir, 0755, &e), 0);
	made_save(plan, plan_path);
	for (unsigned i = 1; i <= OR(n->boots, 3); i++) {
		cleanup_free char *folder = path_format("%s/cells/%04u", dir, i);
		cleanup_free char *path = path_format("%s/result.json", folder);
		cleanup_json json_t *cell = made_cell(n, i);

		assert_int_equal(dir_make(folder, 0755, &e), 0);
		made_save(cell, path);
	}
}

#endif
