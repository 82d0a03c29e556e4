/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_BALANCER_DEVICE_H
#define RAMRIG_BALANCER_DEVICE_H

#include <stdbool.h>
#include <stdint.h>
#include "daemons/balancer/balancer-law.h"
#include "lib/err.h"

/*
 * One zram's files below /sys/block, as drivers/block/zram/zram_drv.c of Linux 6.12 has
 * them and Documentation/admin-guide/blockdev/zram.rst describes them. What matters here:
 *
 * - Writeback frees memory, not swap slots: the slot stays taken, and its page is read
 *   from the backing device when it is needed again, synchronously, neither cached nor
 *   read ahead (read_from_bdev()).
 * - A call writes one decompressed page after another and waits for each. It holds
 *   init_lock for reading, as do the files that are read here, and no slot's lock
 *   while it waits: swapping takes no init_lock in 6.12 and goes on. What waits for the
 *   call to end is whoever resets the device or sets mem_limit or comp_algorithm. It
 *   does not end for a signal, so writeback_limit also bounds how late SIGTERM is heard.
 * - Idle marks are of one moment: a read or a write of the slot takes its mark away, and
 *   each marking gives or takes every slot's anew.
 * - writeback_limit is used up page by page and then ends the call with EIO, as do errors
 *   of the device; the limit itself tells which. A limit that is no multiple of the
 *   kernel's page would wrap around to no limit at all.
 */
struct device {
	int dir_fd;				  /* its folder */
	uint64_t page_bytes;			  /* of the kernel */
	char backing[128];			  /* the backing device, as zram names it */
	uint64_t limit_found, limit_enable_found; /* as they were, for device_release() */
};

#define DEVICE_NONE                                                                                \
	{                                                                                          \
		.dir_fd = -1                                                                       \
	}

/* A reading, and what is only printed. */
struct device_sample {
	struct law_seen seen;  /* but for now_s and pool_size_bytes */
	uint64_t disk_bytes;   /* 0: not set up */
	uint64_t limit_bytes;  /* mem_limit; 0: none */
	uint64_t stored_bytes; /* before compression, on the backing device or not */
	uint64_t compressed_bytes;
};

/*
 * Opens zram @name ("zram0" or "/dev/zram0") below @root. -EINVAL where it is none, has no size
 * or no backing device. Close it with device_close().
 */
int device_open(struct device *d, const char *root, const char *name, struct err *e);
void device_close(struct device *d);

/* -ENOENT and -ENODEV: it was removed. A device that was reset is no error. */
int device_read(const struct device *d, struct device_sample *ret, struct err *e);

/*
 * Pure: the texts of mm_stat and bd_stat. -EINVAL for anything else, and for amounts that
 * no device can have.
 */
int device_parse(const char *mm_stat, const char *bd_stat, uint64_t page_bytes,
		 struct device_sample *ret, struct err *e);

/*
 * Asks for what only some kernels have: marking by age. It takes all idle marks away.
 * -EINVAL where the kernel was built without CONFIG_ZRAM_TRACK_ENTRY_ACTIME.
 */
int device_probe(const struct device *d, struct err *e);

/* Marks idle what was last used @age_s seconds ago or earlier, and nothing else. */
int device_mark(const struct device *d, uint64_t age_s, struct err *e);

/*
 * Writes at most @units (of 4 KiB, a multiple of the kernel's page) of marked pages
 * back; @huge: only incompressible ones. Sets *ret_end, LAW_BROKEN with a sentence in @e.
 */
void device_write_back(const struct device *d, bool huge, uint64_t units, enum law_end *ret_end,
		       struct err *e);

/*
 * Gives pages of the pool back that are free but for holes: objects that went from
 * between others free none by themselves.
 */
int device_compact(const struct device *d, struct err *e);

/* Sets writeback_limit and its switch as device_open() found them. */
int device_release(const struct device *d, struct err *e);

/*
 * Bytes of the table of slots of a zram of @disk_bytes: sizeof(struct zram_table_entry), of
 * zram_drv.h with access times and without lock debugging, for every page of it.
 */
uint64_t device_table_bytes(const struct device *d, uint64_t disk_bytes);

#endif
