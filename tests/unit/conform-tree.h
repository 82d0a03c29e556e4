/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_CONFORM_TREE_H
#define RAMRIG_CONFORM_TREE_H

/*
 * Guests that were recorded: what they said of their hardware, as files below
 * tests/unit/data/conform/NAME, with what `cxl list` printed in "cxl" and the
 * kernel log's lines on demotion in "log". Include it after cmocka.h.
 */
#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include "cell/conform.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "spec/spec.h"

#define RECORDED "tests/unit/data/conform"
#define NODE "/sys/devices/system/node"
#define TIERING "/sys/devices/virtual/memory_tiering"
#define HMAT1 NODE "/node1/access0/initiators"
#define FILE_MAX (1 << 20)

/* A tier, and devices that back nothing. */
#define TIERED \
	"topology: devices\nsummary: x\ncpus: 2\nnodes:\n" \
	"  - {kind: dram, size: 512MiB, latency: 80ns, bandwidth: 100GB/s}\n" \
	"  - {kind: tier, size: 512MiB, latency: 250ns, bandwidth: 30GB/s}\n" \
	"devices:\n" \
	"  - {kind: zram, name: fast, size: 64MiB, algorithm: lz4}\n" \
	"  - {kind: nvme, name: flash, size: 1GiB}\n"

static const struct recorded {
	const char *name, *topology;	/* a file's name, or its text */
	const char *disks[3];
} guests[] = {
	{ "full", TIERED, { "/dev/zram0", "/dev/nvme0n1" } },
	{ "full-6-1", TIERED, { "/dev/zram0", "/dev/nvme0n1" } },
	{ "cxl-two", "topologies/cxl-two.yaml", { NULL } },
	{ "cxl-interleave", "topologies/cxl-interleave.yaml", { NULL } },
	{ "devices",
	  "topology: devices\nsummary: x\ncpus: 2\nnodes: [{kind: dram, size: 512MiB}]\ndevices:\n"
	  "  - {kind: zram, name: fast, size: 64MiB, memory_limit: 32MiB, backing: flash}\n"
	  "  - {kind: nvme, name: flash, size: 256MiB}\n"
	  "  - {kind: timed, name: slow, size: 64MiB}\n",
	  { "/dev/zram0", "/dev/nvme0n1", "/dev/timed-slow" } },
};

struct tree {
	const char *name;
	struct spec *spec;
	struct topology t;
	struct conform_seen seen;
	char *disks[TOPOLOGY_DEVICES_MAX];
};

static inline char *text_of(const char *path)
{
	struct err e;
	char *text;

	return file_read(AT_FDCWD, path, FILE_MAX, &text, NULL, &e) ? NULL : text;
}

/* As the agent answers: a text, a folder's names, or null. */
static inline json_t *file_of(const char *name, const char *path)
{
	cleanup_free char *full = path_format(RECORDED "/%s%s", name, path);
	cleanup_free char *text = text_of(full);
	struct dirent **found;
	int n = text ? -1 : scandir(full, &found, NULL, alphasort);
	json_t *names = json_array();

	for (int i = 0; i < n; i++) {
		json_array_append_new(names, json_string(found[i]->d_name));
		free(found[i]);
	}
	if (n >= 0) {
		free(found);
		return names;
	}
	json_decref(names);
	return text ? json_string(text) : json_null();
}

/* Reads what is asked for until nothing more is; returns in how many rounds. */
static inline int tree_read(struct tree *g, enum guest_clock clock)
{
	for (int rounds = 0;; rounds++) {
		cleanup_json json_t *missing = conform_missing(&g->t, clock, &g->seen);
		const char *path;
		json_t *unused;

		if (!json_object_size(missing))
			return rounds;
		json_object_foreach(missing, path, unused)
			json_object_set_new(g->seen.files, path, file_of(g->name, path));
	}
}

static inline void tree_open(struct tree *g, const struct recorded *r)
{
	cleanup_free char *cxl = path_format(RECORDED "/%s/cxl", r->name);
	cleanup_free char *log = path_format(RECORDED "/%s/log", r->name);
	struct err e = { 0 };

	*g = (struct tree){ .name = r->name };
	int rc = strchr(r->topology, '\n')
		? spec_load_text(SPEC_TOPOLOGY, "devices.yaml", r->topology, strlen(r->topology), &g->spec,
				 &e)
		: spec_load(SPEC_TOPOLOGY, r->topology, &g->spec, &e);
	if (rc || topology_read(spec_doc(g->spec), &g->t, NULL, &e))
		fail_msg("%s", e.msg);
	for (size_t i = 0; i < ARRAY_SIZE(r->disks) && r->disks[i]; i++)
		g->disks[i] = (char *)r->disks[i];
	g->seen = (struct conform_seen){
		.files = json_object(), .cxl = text_of(cxl), .log = text_of(log), .disks = g->disks,
	};
	tree_read(g, CLOCK_HOST);
}

static inline void tree_close(struct tree *g)
{
	json_decref(g->seen.files);
	free(g->seen.cxl);
	free(g->seen.log);
	spec_free(g->spec);
}

static inline void tree_open_named(struct tree *g, const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(guests); i++) {
		if (!strcmp(guests[i].name, name)) {
			tree_open(g, &guests[i]);
			return;
		}
	}
	fail_msg("no guest %s was recorded", name);
}

/* Compares, and sees that rows and count agree. The caller decrefs the rows. */
static inline json_t *rows_of(const struct tree *g, enum guest_clock clock, int *ret_differ)
{
	json_t *rows = json_array(), *row;
	int differ = 0;
	size_t i;

	*ret_differ = conform_compare(&g->t, clock, &g->seen, rows);
	json_array_foreach(rows, i, row) {
		assert_int_equal(json_object_size(row), 4);
		assert_non_null(json_str(row, "what"));
		assert_non_null(json_str(row, "declared"));
		assert_in_range(strlen(json_str(row, "seen")), 1, 200);
		assert_true(json_is_boolean(json_object_get(row, "ok")));
		differ += json_is_false(json_object_get(row, "ok"));
	}
	assert_int_equal(differ, *ret_differ);
	return rows;
}

static const char *seen_in(const json_t *rows, const char *what, bool *ret_ok)
{
	const json_t *row;
	size_t i;

	json_array_foreach(rows, i, row) {
		if (strcmp(json_str(row, "what"), what))
			continue;
		*ret_ok = json_is_true(json_object_get(row, "ok"));
		return json_str(row, "seen");
	}
	fail_msg("there is no row '%s'", what);
	return NULL;
}

#endif
