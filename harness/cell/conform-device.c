/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <string.h>
#include "cell/bring-up.h"
#include "cell/conform-parts.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#define NOTHING "nothing"
#define SECTOR 512
#define MM_STAT_LIMIT 3		/* mm_stat's field, from 0 */

/*
 * What a device declares and what it shows are put into the same words:
 * "64 MiB, lz4, rotational 0, writes back to flash". Where the words differ,
 * the device does. All are the caller's to free, NULL is nothing.
 */
struct facts {
	char *size, *rotational;
	char *algorithm, *limit, *backing;	/* zram */
	char *latency;				/* timed */
};

static void facts_clear(struct facts *f)
{
	free(f->size);
	free(f->rotational);
	free(f->algorithm);
	free(f->limit);
	free(f->backing);
	free(f->latency);
}
#define cleanup_facts __attribute__((cleanup(facts_clear)))

static char *facts_text(const struct facts *f, enum device_kind kind)
{
	const char *size = f->size ? f->size : NOTHING;
	const char *rotational = f->rotational ? f->rotational : NOTHING;

	switch (kind) {
	case DEVICE_ZRAM:
		return path_format("%s, %s, rotational %s%s%s%s%s", size,
				   f->algorithm ? f->algorithm : NOTHING, rotational,
				   f->limit ? ", limit " : "", f->limit ? f->limit : "",
				   f->backing ? ", writes back to " : "",
				   f->backing ? f->backing : "");
	case DEVICE_TIMED:
		return path_format("%s, rotational %s, %s", size, rotational,
				   f->latency ? f->latency : NOTHING);
	default:
		return path_format("%s, rotational %s", size, rotational);
	}
}

static char *latency_text(uint64_t ns)
{
	return ns % 1000 ? path_format("%" PRIu64 " ns", ns) : path_format("%" PRIu64 " us", ns / 1000);
}

static struct facts facts_declared(const struct topology_device *d)
{
	struct facts f = { .size = conform_size(d->bytes), .rotational = path_format("0") };

	if (d->kind == DEVICE_ZRAM) {
		f.algorithm = path_format("%s", d->algorithm);
		f.limit = d->memory_limit ? conform_size(d->memory_limit) : NULL;
		f.backing = d->backing ? path_format("%s", d->backing->name) : NULL;
	}
	if (d->kind == DEVICE_TIMED)
		f.latency = latency_text(d->latency_ns);
	return f;
}

/* Of "lzo [lz4] zstd" the one in brackets. */
static char *chosen(const char *choices)
{
	const char *open = choices ? strchr(choices, '[') : NULL;

	return open ? path_format("%.*s", (int)strcspn(open + 1, "]\n"), open + 1) : NULL;
}

/* The zram's limit, as mm_stat has it; NULL for none. */
static char *limit_read(const char *mm_stat)
{
	cleanup_free char *line = conform_line(mm_stat);
	char *rest = line, *field = NULL;
	uint64_t limit;

	for (int i = 0; line && i <= MM_STAT_LIMIT; i++)
		field = strtok_r(rest, " ", &rest);
	return conform_number(field, &limit) && limit ? conform_size(limit) : NULL;
}

/* A backing device by the topology's name for it; one that has none as the guest says. */
static char *backing_read(const struct conform *c, const char *text)
{
	cleanup_free char *path = conform_line(text);

	for (size_t i = 0; path && i < c->t->n_devices; i++)
		if (c->seen->disks[i] && !strcmp(c->seen->disks[i], path))
			return path_format("%s", c->t->devices[i].name);
	return path && strcmp(path, "none") ? take_ptr(path) : NULL;
}

static struct facts facts_seen(struct conform *c, const struct topology_device *d, const char *disk)
{
	const char *name = strrchr(disk, '/') ? strrchr(disk, '/') + 1 : disk;
	const char *rotational = conform_file(c, "/sys/block/%s/queue/rotational", name);
	const char *size = conform_file(c, "/sys/block/%s/size", name);
	struct facts f = { .rotational = conform_line(rotational) };
	uint64_t v;

	if (conform_number(size, &v) && v <= UINT64_MAX / SECTOR)
		f.size = conform_size(v * SECTOR);
	if (d->kind == DEVICE_ZRAM) {
		f.algorithm = chosen(conform_file(c, "/sys/block/%s/comp_algorithm", name));
		f.limit = limit_read(conform_file(c, "/sys/block/%s/mm_stat", name));
		f.backing = backing_read(c, conform_file(c, "/sys/block/%s/backing_dev", name));
	}
	if (d->kind == DEVICE_TIMED &&
	    conform_number(conform_file(c, NULLB "/" TIMED_WORD "%s/completion_nsec", d->name), &v))
		f.latency = latency_text(v);
	return f;
}

void conform_devices(struct conform *c)
{
	for (size_t i = 0; i < c->t->n_devices; i++) {
		const struct topology_device *d = &c->t->devices[i];
		const char *disk = c->seen->disks[i];
		cleanup_facts struct facts declared = facts_declared(d), seen = { 0 };
		cleanup_free char *what = path_format("%s (%s)", d->name, device_kind_names[d->kind]);
		cleanup_free char *want = facts_text(&declared, d->kind);

		if (disk)
			seen = facts_seen(c, d, disk);
		cleanup_free char *got = facts_text(&seen, d->kind);

		/* One without a size is no device, whatever else it has. */
		conform_add(c, what, want, seen.size ? got : NULL, !strcmp(want, got));
	}
}
