/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_FIO_H
#define RAMRIG_FIO_H

#include <stdint.h>
#include "lib/err.h"
#include "lib/json.h"

/*
 * What fio is asked about a block device, and what it answers: random reads and
 * writes of 4 KiB past the page cache, at queue depths 1 and 32. Pure.
 *
 * Before them the device is filled: what was never written reads as nothing,
 * and zram would keep no byte of it.
 */
#define FIO_COMPRESS_PERCENT 50		/* how much of what is written compresses away */
#define FIO_SPAN_MAX (64ULL << 20)	/* bytes of the device that are filled and used */
#define FIO_SECONDS 3			/* of each pass */
#define FIO_RAMP_SECONDS 1		/* before it, not counted */
#define FIO_PASSES 4
#define FIO_ARGS_MAX 63

/*
 * The command that does all of it to @device, at most FIO_ARGS_MAX strings in an
 * array. A new object.
 */
json_t *fio_command(const char *device, uint64_t span_bytes);

/* How long that takes at most on an idle machine, in ms. */
int64_t fio_duration_ms(void);

/*
 * Reads what fio printed (untrusted: it comes from a guest) into a new array of
 * { "pattern": "read" or "write", "depth", "iops", "bytes_per_s", "p50_ns",
 * "p99_ns", "p999_ns" }, one for each pass. Latencies are those from a request's
 * submission to its completion. -EPROTO for anything that is not fio's answer
 * to that command; -EIO where fio met an error.
 */
int fio_read(const char *output, json_t **ret, struct err *e);

#endif
