/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <sys/param.h>
#include "daemons/lib/knob.h"
#include "daemons/senpai/senpai-memory.h"
#include "lib/cleanup.h"
#include "lib/text.h"

#define TEXT_BYTES 16384 /* of memory.stat, which is the longest */

struct field {
	const char *key;
	uint64_t *into; /* added to */
};

/* Adds up what @text says of each field, at most INT64_MAX. */
static int fields_read(const char *text, const char *file, uint64_t unit,
		       const struct field *fields, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		uint64_t v;

		if (text_number(text, fields[i].key, &v))
			return err_set(e, EINVAL, "%s says nothing of '%s'", file, fields[i].key);
		v = MIN(v, INT64_MAX / unit) * unit;
		*fields[i].into = MIN(*fields[i].into + v, INT64_MAX);
	}
	return 0;
}

int memory_parse_stat(const char *stat, struct memory *ret, struct err *e)
{
	uint64_t file = 0, anon = 0;
	const struct field fields[] = {
		{ "active_file", &file },
		{ "inactive_file", &file },
		{ "active_anon", &anon },
		{ "inactive_anon", &anon },
	};
	int rc = fields_read(stat, "memory.stat", 1, fields, ARRAY_SIZE(fields), e);

	if (rc)
		return rc;
	ret->file = file;
	ret->anon = anon;
	return 0;
}

int memory_parse_root(const char *meminfo, struct memory *ret, struct err *e)
{
	uint64_t file = 0, anon = 0, total = 0, free = 0;
	const struct field fields[] = {
		{ "MemTotal", &total },	     { "MemFree", &free },	{ "Active(file)", &file },
		{ "Inactive(file)", &file }, { "Active(anon)", &anon }, { "Inactive(anon)", &anon },
	};
	int rc = fields_read(meminfo, "/proc/meminfo", 1024, fields, ARRAY_SIZE(fields), e);

	if (rc)
		return rc;
	ret->current = total - MIN(free, total);
	ret->file = file;
	ret->anon = anon;
	return 0;
}

static bool nearly_full(uint64_t free, uint64_t total, double reserve_percent)
{
	return total && (double)free < (double)total * reserve_percent / 100;
}

static int swap_parse(const char *meminfo, double reserve_percent, struct memory *m, struct err *e)
{
	uint64_t total = 0, free = 0;
	const struct field fields[] = { { "SwapTotal", &total }, { "SwapFree", &free } };
	int rc = fields_read(meminfo, "/proc/meminfo", 1024, fields, ARRAY_SIZE(fields), e);

	if (rc)
		return rc;
	m->swap_free = free;
	m->swap_full = nearly_full(free, total, reserve_percent);
	return 0;
}

/* The cgroup's own share of swap. A kernel without swap accounting has no such files. */
static int swap_limit(int fd, double reserve_percent, struct memory *m, struct err *e)
{
	uint64_t max, used;
	int rc = knob_number(fd, "memory.swap.max", &max, e);

	if (rc == -ENOENT || (!rc && max == UINT64_MAX))
		return 0;
	if (!rc)
		rc = knob_number(fd, "memory.swap.current", &used, e);
	if (rc)
		return rc;
	uint64_t left = max - MIN(used, max);
	m->swap_free = MIN(m->swap_free, left);
	m->swap_full |= nearly_full(left, max, reserve_percent);
	return 0;
}

static int cgroup_read(int fd, double reserve_percent, struct memory *m, struct err *e)
{
	char stat[TEXT_BYTES];
	uint64_t min, low;
	int rc = knob_number(fd, "memory.current", &m->current, e);

	if (!rc)
		rc = text_read_at(fd, "memory.stat", stat, sizeof(stat), e);
	if (!rc)
		rc = memory_parse_stat(stat, m, e);
	if (!rc)
		rc = knob_number(fd, "memory.min", &min, e);
	if (!rc)
		rc = knob_number(fd, "memory.low", &low, e);
	if (rc)
		return rc;
	m->current = MIN(m->current, INT64_MAX);
	m->protect = MIN(MAX(min, low), INT64_MAX);
	return swap_limit(fd, reserve_percent, m, e);
}

int memory_read(const struct place *p, double reserve_percent, struct memory *ret, struct err *e)
{
	char meminfo[TEXT_BYTES];
	struct memory m = { 0 };
	int rc = text_read_at(p->root_fd, "proc/meminfo", meminfo, sizeof(meminfo), e);

	if (!rc)
		rc = swap_parse(meminfo, reserve_percent, &m, e);
	if (!rc)
		rc = p->is_root ? memory_parse_root(meminfo, &m, e)
				: cgroup_read(p->cgroup_fd, reserve_percent, &m, e);
	if (!rc)
		*ret = m;
	return rc;
}

int memory_read_current(const struct place *p, uint64_t *ret, struct err *e)
{
	char meminfo[TEXT_BYTES];
	struct memory m;

	if (!p->is_root)
		return knob_number(p->cgroup_fd, "memory.current", ret, e);
	int rc = text_read_at(p->root_fd, "proc/meminfo", meminfo, sizeof(meminfo), e);
	if (!rc)
		rc = memory_parse_root(meminfo, &m, e);
	if (!rc)
		*ret = m.current;
	return rc;
}

int pressure_read(const struct place *p, const char *what, struct psi *ret, struct err *e)
{
	char name[64];

	snprintf(name, sizeof(name), p->is_root ? "proc/pressure/%s" : "%s.pressure", what);
	return psi_read(p->is_root ? p->root_fd : p->cgroup_fd, name, ret, e);
}

uint64_t memory_bottom(const struct memory *m, uint64_t floor)
{
	uint64_t anon = m->swap_full ? 0 : MIN(m->anon, m->swap_free);
	uint64_t reclaimable = MIN(m->file + anon, m->current);
	uint64_t left = m->current - reclaimable;

	return MAX(m->protect, left + MIN(floor, INT64_MAX - left));
}
