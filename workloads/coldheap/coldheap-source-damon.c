/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "lib/cleanup.h"
#include "lib/text.h"
#include "workloads/coldheap/coldheap-pagemap.h"
#include "workloads/coldheap/coldheap-source.h"
#include "workloads/lib/now.h"

#define KDAMONDS    "/sys/kernel/mm/damon/admin/kdamonds"
#define NUMBERS_MAX 64
#define PATH_LEN    256
#define BUSY_NS	    10000000000LL
#define RETRY_NS    20000000
#define BATCH	    512

/* The file @name of @folder as a number; 0 where it has gone meanwhile. */
static uint64_t number_of(const char *folder, const char *name)
{
	char path[PATH_LEN + 64], text[32];
	struct err gone;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return text_read(path, text, sizeof(text), &gone) ? 0 : strtoull(text, NULL, 10);
}

static bool reads(const char *folder, const char *name, const char *word)
{
	char path[PATH_LEN + 64], text[32];
	struct err absent;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return !text_read(path, text, sizeof(text), &absent) &&
	       !strncmp(text, word, strlen(word)) && text[strlen(word)] == '\n';
}

/* The kernel serves one command at a time, and answers EBUSY meanwhile. */
static int regions_update(const char *kdamond, struct err *e)
{
	static const char command[] = "update_schemes_tried_regions";
	const struct timespec pause = { .tv_nsec = RETRY_NS };
	int64_t deadline = now_ns() + BUSY_NS;
	char path[PATH_LEN];

	snprintf(path, sizeof(path), "%.200s/state", kdamond);
	cleanup_close int fd = open(path, O_WRONLY | O_CLOEXEC);

	while (fd >= 0 && write(fd, command, sizeof(command) - 1) < 0) {
		if (errno != EBUSY || now_ns() > deadline)
			return err_set(e, errno, "cannot ask DAMON for its regions: %s: %m", path);
		nanosleep(&pause, NULL);
	}
	return fd < 0 ? err_set(e, errno, "cannot ask DAMON for its regions: %s: %m", path) : 0;
}

static int regions_read(const char *scheme, struct score_region *room, size_t *n, struct err *e)
{
	char folder[PATH_LEN], region[PATH_LEN + 300];

	snprintf(folder, sizeof(folder), "%.200s/tried_regions", scheme);
	DIR *dir = opendir(folder);

	if (!dir)
		return err_set(e, errno, "cannot read %s: %m", folder);
	for (const struct dirent *d; (d = readdir(dir)) && *n < SOURCE_REGIONS_MAX;) {
		if (!isdigit((unsigned char)*d->d_name))
			continue;
		snprintf(region, sizeof(region), "%s/%s", folder, d->d_name);
		struct score_region r = { number_of(region, "start"), number_of(region, "end"),
					  number_of(region, "nr_accesses") };

		if (r.end > r.start)
			room[(*n)++] = r;
	}
	closedir(dir);
	return 0;
}

/* Adds what its schemes "stat" have. */
static int kdamond_read_once(const char *kdamond, struct score_region *room, size_t *n, bool *found,
			     struct err *e)
{
	bool updated = false;
	int rc = 0;

	for (unsigned s = 0; s < NUMBERS_MAX && !rc; s++) {
		char scheme[PATH_LEN];

		snprintf(scheme, sizeof(scheme), "%.100s/contexts/0/schemes/%u", kdamond, s);
		if (access(scheme, F_OK))
			break;
		if (!reads(scheme, "action", "stat"))
			continue;
		*found = true;
		if (!updated)
			rc = regions_update(kdamond, e);
		updated = true;
		if (!rc)
			rc = regions_read(scheme, room, n, e);
	}
	return rc;
}

/*
 * The kernel waits for two aggregations for the regions, and where it was too busy to get
 * through one it shows none. That is no answer, and it is asked again.
 */
static int kdamond_read(const char *kdamond, struct score_region *room, size_t *n, bool *found,
			struct err *e)
{
	int64_t deadline = now_ns() + BUSY_NS;
	bool ours = false;
	size_t before = *n;
	int rc;

	do
		rc = kdamond_read_once(kdamond, room, n, &ours, e);
	while (!rc && ours && *n == before && now_ns() < deadline);
	*found |= ours;
	if (!rc && ours && *n == before)
		rc = err_set(e, ETIMEDOUT, "%s tells of no region within 10 s", kdamond);
	return rc;
}

int source_damon_read(struct score_region *room, size_t *ret_n, struct err *e)
{
	bool found = false;
	int rc = 0;

	*ret_n = 0;
	for (unsigned k = 0; k < NUMBERS_MAX && !rc; k++) {
		char kdamond[PATH_LEN];

		snprintf(kdamond, sizeof(kdamond), KDAMONDS "/%u", k);
		if (access(kdamond, F_OK))
			break;
		if (reads(kdamond, "state", "on"))
			rc = kdamond_read(kdamond, room, ret_n, &found, e);
	}
	if (!rc && !found)
		rc = err_set(e, ENOENT, "no kdamond with a scheme 'stat' is on");
	if (!rc)
		score_regions_sort(room, *ret_n);
	return rc;
}

/* Pages @first and on of the heap, as many as there are @entries. */
static int batch_score(const struct heap *h, const struct score_region *r, size_t n, uint64_t first,
		       const uint64_t *entries, size_t n_entries, struct score *s, struct err *e)
{
	for (size_t i = 0; i < n_entries; i++) {
		bool present = entries[i] & PAGEMAP_PRESENT, hot;
		uint64_t frame = PAGEMAP_FRAME(entries[i]);

		if (present && !frame)
			return err_set(e, EPERM, "/proc/self/pagemap shows no frames; be root");
		bool found = present && score_regions_hot(r, n, frame * PAGE_BYTES);

		hot = layout_part(&h->layout, first + i) == PART_HOT;
		s->hot += hot;
		s->found += found;
		s->both += hot && found;
	}
	return 0;
}

int source_damon_score(const struct heap *h, const struct score_region *r, size_t n,
		       struct score *ret, struct err *e)
{
	cleanup_close int pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	struct score s = { 0 };
	int rc = 0;

	for (uint64_t first = 0; first < h->layout.pages && !rc; first += BATCH) {
		uint64_t entries[BATCH], left = h->layout.pages - first;
		size_t n_entries = left < BATCH ? left : BATCH;
		ssize_t bytes = (ssize_t)(n_entries * sizeof(*entries));
		off_t at = (off_t)((uintptr_t)&h->pages[first] / PAGE_BYTES * sizeof(*entries));

		if (pread(pagemap, entries, (size_t)bytes, at) != bytes)
			return err_set(e, EIO, "cannot read /proc/self/pagemap: %m");
		rc = batch_score(h, r, n, first, entries, n_entries, &s, e);
	}
	if (!rc)
		*ret = s;
	return rc;
}
