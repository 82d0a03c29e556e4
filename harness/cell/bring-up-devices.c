/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include "cell/bring-up-parts.h"
#include "cell/bring-up.h"
#include "cell/guest-admin.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#define MIB (1ULL << 20)
#define NS_PER_MS 1000000
#define FILL_MIB_MS 100		/* measured under TCG: 5 */

/* A file below a device's folder, and what it is to read. */
struct setting {
	const char *file;
	uint64_t value;
};

static int settings_write(struct guest *g, const char *dir, const struct setting *s, size_t n,
			  struct err *e)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < n; i++) {
		cleanup_free char *path = path_format("%s/%s", dir, s[i].file);
		cleanup_free char *value = path_format("%" PRIu64, s[i].value);

		rc = guest_write(g, path, value, e);
	}
	return rc;
}

/* The module that configfs may be comes with null_blk, long after the agent mounted the rest. */
static int configfs_mount(struct guest *g, struct err *e)
{
	cleanup_json json_t *listing = NULL;
	int rc = guest_call(g, "read", json_pack("{s:s}", "path", NULLB), &listing, e);

	if (rc != -ENOENT)
		return rc;
	return guest_call(g, "mount",
			  json_pack("{s:s, s:s, s:s, s:s}", "serial", "", "source", "configfs",
				    "target", "/sys/kernel/config", "type", "configfs"),
			  NULL, e);
}

static int folder_make(struct guest *g, const char *path, struct err *e)
{
	return guest_call(g, "mkdir", json_pack("{s:s}", "path", path), NULL, e);
}

/* Kernels before 5.19 name the disk by its number, and not by its folder in configfs. */
static int timed_disk(struct guest *g, const char *dir, const char *name, char **ret, struct err *e)
{
	cleanup_free char *size = path_format("/sys/block/%s/size", name);
	cleanup_free char *index = path_format("%s/index", dir);
	cleanup_free char *text = NULL;
	int rc = guest_read(g, size, &text, e);

	if (!rc)
		*ret = path_format("/dev/%s", name);
	if (rc != -ENOENT)
		return rc;
	rc = guest_read(g, index, &text, e);
	if (!rc)
		*ret = path_format("/dev/nullb%lu", strtoul(text, NULL, 10));
	return rc;
}

/*
 * Requests as large as dd can make them: each takes the declared latency, and
 * the kernel has 64 of them in flight.
 */
static int timed_fill(struct guest *g, const struct topology_device *d, const char *disk,
		      struct err *e)
{
	cleanup_free char *of = path_format("of=%s", disk);
	cleanup_free char *count = path_format("count=%" PRIu64, d->bytes);
	int64_t mib_ms = FILL_MIB_MS + d->latency_ns / NS_PER_MS / 2;
	const char *argv[] = { "dd", "if=/dev/zero", of, count, "bs=16M", "iflag=count_bytes",
			       "oflag=direct", "status=none", NULL };

	return guest_run_for(g, argv, TOOL_MS + (int64_t)(d->bytes / MIB) * mib_ms, NULL, e);
}

static int timed_up(struct guest *g, const struct topology_device *d, char **ret, struct err *e)
{
	/* With a word in front: a device "null" must not become /dev/null. */
	cleanup_free char *name = path_format(TIMED_WORD "%s", d->name);
	cleanup_free char *dir = path_format(NULLB "/%s", name);
	const struct setting settings[] = {
		{ "size", d->bytes / MIB },
		{ "blocksize", 4096 },
		{ "memory_backed", 1 },
		{ "discard", 0 },
		{ "irqmode", 2 },	/* completions by timer */
		{ "completion_nsec", d->latency_ns },
		{ "power", 1 },
	};
	cleanup_free char *disk = NULL;
	int rc = configfs_mount(g, e);

	if (!rc)
		rc = folder_make(g, dir, e);
	if (!rc)
		rc = settings_write(g, dir, settings, ARRAY_SIZE(settings), e);
	if (!rc)
		rc = timed_disk(g, dir, name, &disk, e);
	if (!rc)
		rc = timed_fill(g, d, disk, e);
	if (!rc)
		*ret = take_ptr(disk);
	return rc;
}

/* What the guest answers becomes a program's argument and part of paths. */
static bool is_disk(const char *path)
{
	const char *name = path ? path + strlen("/dev/") : "";

	if (!path || strncmp(path, "/dev/", strlen("/dev/")) || !*name || strlen(name) > 32)
		return false;
	while (isalnum((unsigned char)*name) || (*name == '-' || *name == '_'))
		name++;
	return !*name;
}

static int nvme_up(struct guest *g, const struct topology_device *d, char **ret, struct err *e)
{
	cleanup_json json_t *answer = NULL;
	int rc = guest_call(g, "disk",
			    json_pack("{s:s, s:i}", "serial", d->name, "timeout_ms",
				      (int)g->verb_ms / 2),
			    &answer, e);

	if (rc)
		return rc;
	const char *device = json_str(answer, "device");
	if (!is_disk(device))
		return err_set(e, EIO, "the agent says that its disk is '%s'", device ? device : "");
	*ret = path_format("%s", device);
	return 0;
}

static int zram_up(struct guest *g, const struct topology *t, const struct topology_device *d,
		   char **ret, struct err *e)
{
	cleanup_free char *dir = path_format("/sys/block/zram%u", d->index);
	cleanup_free char *algorithm = path_format("%s/comp_algorithm", dir);
	cleanup_free char *backing = path_format("%s/backing_dev", dir);
	cleanup_free char *limit_file = path_format("%s/mem_limit", dir);
	cleanup_free char *limit = path_format("%" PRIu64, d->memory_limit);
	const struct setting size = { "disksize", d->bytes };
	int rc = 0;

	if (d->backing)
		rc = guest_write(g, backing, g->disks[d->backing - t->devices], e);
	if (!rc)
		rc = guest_write(g, algorithm, d->algorithm, e);
	if (!rc)
		rc = settings_write(g, dir, &size, 1, e);
	if (!rc && d->memory_limit)
		rc = guest_write_only(g, limit_file, limit, e);
	if (!rc)
		*ret = path_format("/dev/zram%u", d->index);
	return rc;
}

int bring_up_device(struct guest *g, const struct topology *t, size_t i, struct err *e)
{
	const struct topology_device *d = &t->devices[i];
	char *disk = NULL;
	int rc;

	switch (d->kind) {
	case DEVICE_TIMED:
		rc = timed_up(g, d, &disk, e);
		break;
	case DEVICE_NVME:
		rc = nvme_up(g, d, &disk, e);
		break;
	default:
		rc = zram_up(g, t, d, &disk, e);
		break;
	}
	if (rc)
		return rc;
	free(g->disks[i]);
	g->disks[i] = disk;
	return 0;
}
