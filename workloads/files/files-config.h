/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FILES_CONFIG_H
#define FILES_CONFIG_H

#include <stdint.h>
#include "lib/err.h"

/* The parameters of workload.yaml, by their names there; percentages are 0 to 100. */
enum files_place { PLACE_DISK, PLACE_TMPFS };

struct files_config {
	uint64_t files, folders;
	uint64_t size_min, size_max;		/* bytes, multiples of 8 */
	uint64_t hot;				/* % of the files */
	uint64_t hot_rate;			/* % of the reads */
	uint64_t zipf;				/* hundredths of theta */
	uint64_t read, create;			/* % of the transactions */
	uint64_t compressible;			/* % of each 4 KiB of a file */
	uint64_t warmup_transactions, transactions;	/* the latter 0: by time */
	uint64_t duration;			/* ms */
	uint64_t seed;
	enum files_place place;
};

/* Reads and checks them. -EINVAL with a sentence that names the parameter. */
int files_config_read(struct files_config *ret, struct err *e);

/* Where the files lie: a folder of the workload's own on that file system. */
const char *files_place_path(enum files_place place);

#endif
