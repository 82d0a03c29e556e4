/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include "lib/cleanup.h"
#include "workloads/fragment/fragment-index.h"
#include "lib/text.h"

#define TEXT_MAX 65536

static const char *const file_names[2] = { "unusable_index", "extfrag_index" };

static const char *line_next(const char *line)
{
	line = strchr(line, '\n');
	return line ? line + 1 : "";
}

int index_zone_find(const char *zoneinfo, struct zone_index *ret, struct err *e)
{
	struct zone_index now = { 0 }, best = { 0 };
	uint64_t managed, most = 0;

	for (const char *line = zoneinfo; *line; line = line_next(line)) {
		sscanf(line, "Node %u, zone %15s", &now.node, now.zone);
		if (sscanf(line, " managed %" SCNu64, &managed) != 1 || managed <= most)
			continue;
		most = managed;
		best = now;
	}
	if (!*best.zone)
		return err_set(e, EINVAL, "/proc/zoneinfo names no zone with managed pages");
	*ret = best;
	return 0;
}

/* The numbers behind "Node 0, zone    DMA32" in @text; how many, or 0. */
static unsigned values_parse(const char *text, const struct zone_index *z,
			     double values[INDEX_ORDERS_MAX])
{
	for (const char *line = text; *line; line = line_next(line)) {
		unsigned node, n = 0;
		char zone[16];
		int used;

		if (sscanf(line, "Node %u, zone %15s%n", &node, zone, &used) != 2 ||
		    node != z->node || strcmp(zone, z->zone))
			continue;
		for (const char *at = line + used; n < INDEX_ORDERS_MAX; at += used, n++)
			if (sscanf(at, "%*[ ]%lf%n", &values[n], &used) != 1)
				break;
		return n;
	}
	return 0;
}

int index_parse(const char *unusable, const char *extfrag, struct zone_index *ret, struct err *e)
{
	struct zone_index z = *ret;

	z.orders = values_parse(unusable, &z, z.unusable);
	if (!z.orders || values_parse(extfrag, &z, z.extfrag) != z.orders)
		return err_set(e, EINVAL, "the kernel's fragmentation indices for node %u, zone %s "
			       "cannot be read", z.node, z.zone);
	for (unsigned i = 0; i < z.orders; i++)
		if (z.extfrag[i] < 0)
			z.extfrag[i] = NAN;
	*ret = z;
	return 0;
}

static int files_read(const char *folder, char (*texts)[TEXT_MAX], struct err *e)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < ARRAY_SIZE(file_names); i++) {
		char path[256];

		snprintf(path, sizeof(path), "%s/%s", folder, file_names[i]);
		rc = text_read(path, texts[i], TEXT_MAX, e);
	}
	if (rc == -ENOENT)
		return err_set(e, EOPNOTSUPP, "the kernel has no %s; it needs CONFIG_DEBUG_FS and "
			       "CONFIG_COMPACTION", INDEX_FOLDER);
	return rc;
}

int index_read(const char *folder, const char *when, struct zone_index *ret, struct err *e)
{
	static char texts[2][TEXT_MAX], zoneinfo[8 * TEXT_MAX];
	struct zone_index z;
	int rc = files_read(folder, texts, e);

	if (!rc)
		rc = text_read("/proc/zoneinfo", zoneinfo, sizeof(zoneinfo), e);
	if (!rc)
		rc = index_zone_find(zoneinfo, &z, e);
	if (!rc)
		rc = index_parse(texts[0], texts[1], &z, e);
	if (rc)
		return rc;
	for (size_t i = 0; i < ARRAY_SIZE(file_names); i++)
		printf("%s %s:\n%s", file_names[i], when, texts[i]);
	*ret = z;
	return 0;
}

int index_save(const char *folder, struct err *e)
{
	static char texts[2][TEXT_MAX];
	int rc = files_read(INDEX_FOLDER, texts, e);

	if (rc)
		return rc;
	if (mkdir(folder, 0755) && errno != EEXIST)
		return err_set(e, errno, "cannot make folder %s: %m", folder);
	for (size_t i = 0; i < ARRAY_SIZE(file_names); i++) {
		char path[256];

		snprintf(path, sizeof(path), "%s/%s", folder, file_names[i]);
		cleanup_fclose FILE *f = fopen(path, "we");

		if (!f || fputs(texts[i], f) == EOF || fflush(f))
			return err_set(e, errno, "cannot write %s: %m", path);
	}
	return 0;
}
