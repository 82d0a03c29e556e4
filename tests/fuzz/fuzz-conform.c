/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a guest says of its hardware, the input being each of its files, its
 * kernel's log and what its tools list: as many rows come out as for a guest
 * that says nothing, each with all that a row has.
 */
#include <stdint.h>
#include "cell/conform.h"
#include "lib/cleanup.h"

#define ROUNDS_MAX 4

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct topology hardware = {
	.name = "all",
	.cpus = 2,
	.n_nodes = 3,
	.nodes = {
		{ .kind = NODE_DRAM, .bytes = 1 << 30, .latency_ns = 80, .bandwidth = 100000000000 },
		{ .kind = NODE_TIER, .bytes = 1 << 29, .latency_ns = 250, .bandwidth = 30000000000 },
		{ .kind = NODE_CXL, .bytes = 1 << 29, .expanders = 2 },
	},
	.n_devices = 3,
	.devices = {
		{ .kind = DEVICE_ZRAM, .name = "fast", .bytes = 1 << 26, .algorithm = "lz4" },
		{ .kind = DEVICE_NVME, .name = "flash", .bytes = 1 << 30 },
		{ .kind = DEVICE_TIMED, .name = "slow", .bytes = 1 << 26, .latency_ns = 100000 },
	},
};

/* A text, or for some paths the names that its lines are. */
static json_t *file_of(const char *path, const char *text)
{
	const char *last = strrchr(path, '/');
	json_t *names;

	if (strcmp(last, "/memory_tiering") && strcmp(last, "/initiators"))
		return json_string(text);
	names = json_array();
	while (*text) {
		size_t len = strcspn(text, "\n");

		json_array_append_new(names, json_stringn(text, len));
		text += len + (text[len] == '\n');
	}
	return names;
}

static size_t compare(const struct conform_seen *seen)
{
	cleanup_json json_t *rows = json_array();
	json_t *row;
	size_t i;

	conform_compare(&hardware, CLOCK_HOST, seen, rows);
	json_array_foreach(rows, i, row)
		if (!json_str(row, "what") || !json_str(row, "declared") || !json_str(row, "seen") ||
		    !*json_str(row, "seen") || !json_is_boolean(json_object_get(row, "ok")))
			abort();
	return json_array_size(rows);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_free char *text = strndup((const char *)data, size);
	cleanup_json json_t *files = json_object();
	char zram[] = "/dev/zram0", nvme[] = "/dev/nvme0n1", timed[] = "/dev/timed-slow";
	char *disks[] = { zram, nvme, timed };
	struct conform_seen seen = { .files = files, .disks = disks };
	size_t rows = compare(&seen);

	seen.cxl = seen.log = text;
	for (int i = 0; i < ROUNDS_MAX; i++) {
		cleanup_json json_t *missing = conform_missing(&hardware, CLOCK_HOST, &seen);
		const char *path;
		json_t *unused;

		json_object_foreach(missing, path, unused) {
			/* What is no UTF-8 never comes through the link. */
			if (json_object_set_new(files, path, file_of(path, text)))
				json_object_set_new(files, path, json_null());
		}
	}
	if (compare(&seen) != rows)
		abort();
	return 0;
}
