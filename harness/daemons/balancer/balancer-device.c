/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "daemons/balancer/balancer-device.h"
#include "daemons/lib/knob.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/text.h"

#define UNIT_BYTES 4096
#define BYTES_MAX  (1ULL << 56) /* more than any memory: sums of these cannot overflow */

/* As struct zram_table_entry of drivers/block/zram/zram_drv.h. */
struct slot {
	unsigned long handle;
	unsigned int flags;
	uint32_t lock;
	int64_t ac_time;
};

/* Its text without the newline. */
static int word_read(const struct device *d, const char *name, char *buf, size_t size,
		     struct err *e)
{
	int rc = text_read_at(d->dir_fd, name, buf, size, e);

	buf[strcspn(buf, "\n")] = '\0';
	return rc;
}

static int number_write(const struct device *d, const char *name, uint64_t v, struct err *e)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, v);
	return knob_write(d->dir_fd, name, text, e);
}

static int device_check(struct device *d, const char *name, struct err *e)
{
	uint64_t disk_bytes = 0;
	int rc = word_read(d, "backing_dev", d->backing, sizeof(d->backing), e);

	if (rc == -ENOENT)
		return err_set(e, EINVAL,
			       "%s has no file backing_dev: it is no zram, or its kernel "
			       "was built without CONFIG_ZRAM_WRITEBACK",
			       name);
	if (rc)
		return rc;
	if (!strcmp(d->backing, "none"))
		return err_set(e, EINVAL,
			       "%s has no backing device to write to; write a block "
			       "device's name to /sys/block/%s/backing_dev before its disksize",
			       name, name);
	if ((rc = knob_number(d->dir_fd, "disksize", &disk_bytes, e)))
		return rc;
	if (!disk_bytes)
		return err_set(e, EINVAL,
			       "%s has no size yet; write one to "
			       "/sys/block/%s/disksize first",
			       name, name);
	if ((rc = knob_number(d->dir_fd, "writeback_limit", &d->limit_found, e)))
		return rc;
	return knob_number(d->dir_fd, "writeback_limit_enable", &d->limit_enable_found, e);
}

int device_open(struct device *d, const char *root, const char *name, struct err *e)
{
	const char *base = strncmp(name, "/dev/", 5) ? name : name + 5;
	cleanup_free char *dir = path_format("%s/sys/block/%s", root, base);

	if (!*base || *base == '.' || strchr(base, '/'))
		return err_set(e, EINVAL, "'%s' names no block device; say zram0 or /dev/zram0",
			       name);
	d->page_bytes = sysconf(_SC_PAGESIZE);
	d->dir_fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (d->dir_fd < 0)
		return err_set(e, errno, "there is no block device %s (%s: %m)", base, dir);
	return device_check(d, base, e);
}

void device_close(struct device *d)
{
	if (d->dir_fd >= 0)
		close(take_fd(d->dir_fd));
}

int device_parse(const char *mm_stat, const char *bd_stat, uint64_t page_bytes,
		 struct device_sample *ret, struct err *e)
{
	struct device_sample s = { 0 };
	uint64_t same, absent, unit = page_bytes / UNIT_BYTES;

	/* orig_data_size compr_data_size mem_used_total mem_limit mem_used_max same_pages
	 * pages_compacted huge_pages */
	if (sscanf(mm_stat,
		   "%" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %*s %" SCNu64 " %*s %" SCNu64,
		   &s.stored_bytes, &s.compressed_bytes, &s.seen.pool_bytes, &s.limit_bytes, &same,
		   &s.seen.huge) != 6 ||
	    s.stored_bytes > BYTES_MAX || s.seen.pool_bytes > BYTES_MAX ||
	    s.limit_bytes > BYTES_MAX || same > BYTES_MAX || s.seen.huge > BYTES_MAX)
		return err_set(e, EINVAL, "this is no mm_stat of a zram: '%.100s'", mm_stat);
	if (sscanf(bd_stat, "%" SCNu64 " %" SCNu64 " %" SCNu64, &s.seen.backing, &s.seen.reads,
		   &s.seen.writes) != 3 ||
	    s.seen.backing > BYTES_MAX)
		return err_set(e, EINVAL, "this is no bd_stat of a zram: '%.100s'", bd_stat);
	s.seen.huge *= unit;	/* mm_stat counts pages of the kernel, bd_stat 4 KiB */
	/* Read one after the other, they need not fit together. */
	absent = same * unit + s.seen.backing;
	s.seen.resident = s.stored_bytes / UNIT_BYTES;
	s.seen.resident -= absent < s.seen.resident ? absent : s.seen.resident;
	*ret = s;
	return 0;
}

int device_read(const struct device *d, struct device_sample *ret, struct err *e)
{
	char mm_stat[256], bd_stat[128];
	struct device_sample s;
	uint64_t disk_bytes = 0;
	int rc;

	if ((rc = knob_number(d->dir_fd, "disksize", &disk_bytes, e)) ||
	    (rc = word_read(d, "mm_stat", mm_stat, sizeof(mm_stat), e)) ||
	    (rc = word_read(d, "bd_stat", bd_stat, sizeof(bd_stat), e)) ||
	    (rc = device_parse(mm_stat, bd_stat, d->page_bytes, &s, e)))
		return rc;
	s.disk_bytes = disk_bytes;
	s.seen.initialised = disk_bytes > 0;
	*ret = s;
	return 0;
}

int device_probe(const struct device *d, struct err *e)
{
	/* An age that no slot has, so that nothing is marked by asking. */
	int rc = device_mark(d, UINT32_MAX, e);

	if (rc == -EINVAL)
		return err_set(e, EINVAL,
			       "this kernel marks no pages by age; it must be built with "
			       "CONFIG_ZRAM_TRACK_ENTRY_ACTIME or CONFIG_ZRAM_MEMORY_TRACKING");
	return rc;
}

int device_mark(const struct device *d, uint64_t age_s, struct err *e)
{
	return number_write(d, "idle", age_s, e);
}

/* What an errno of writeback means, once the call is over. */
static enum law_end write_end(const struct device *d, int rc)
{
	uint64_t left;
	struct err ignored;

	switch (rc) {
	case 0:
		return LAW_EMPTIED;
	case -ENOSPC:
		return LAW_FULL;
	case -EAGAIN:
		return LAW_TAKEN;
	case -EIO:
		if (!knob_number(d->dir_fd, "writeback_limit", &left, &ignored) && !left)
			return LAW_LIMITED;
	}
	return LAW_BROKEN;
}

void device_write_back(const struct device *d, bool huge, uint64_t units, enum law_end *ret_end,
		       struct err *e)
{
	if (number_write(d, "writeback_limit", units, e) ||
	    number_write(d, "writeback_limit_enable", 1, e))
		*ret_end = LAW_BROKEN;
	else
		*ret_end = write_end(
			d, knob_write(d->dir_fd, "writeback", huge ? "huge_idle" : "idle", e));
}

int device_compact(const struct device *d, struct err *e)
{
	return number_write(d, "compact", 1, e);
}

int device_release(const struct device *d, struct err *e)
{
	int rc = number_write(d, "writeback_limit_enable", d->limit_enable_found, e);

	return rc ? rc : number_write(d, "writeback_limit", d->limit_found, e);
}

uint64_t device_table_bytes(const struct device *d, uint64_t disk_bytes)
{
	return disk_bytes / d->page_bytes * sizeof(struct slot);
}
