/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SWAPSTORM_BALANCER_H
#define SWAPSTORM_BALANCER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include "lib/err.h"

/*
 * The kernel's swap balancer, which moves pages from one swap device to another: what
 * the storm is about, and what a stock kernel does not have.
 */
enum balancer_param {
	BALANCER_ENABLED,
	BALANCER_WATERMARK,
	BALANCER_SCAN_INTERVAL,
	BALANCER_MIN_AGE,
	BALANCER_BATCH,
	BALANCER_PARAMS
};

struct balancer_params {
	char values[BALANCER_PARAMS][16];	/* as they are written */
};

bool balancer_exists(void);

/* What is set now; what cannot be read is "". */
void balancer_params_read(struct balancer_params *ret);
void balancer_params_write(const struct balancer_params *p);

/* Returns 0 or -errno. */
int balancer_set(enum balancer_param p, unsigned value);

/*
 * From now on, when it is on, it moves what is above @watermark percent, however young, as
 * often as it can, @batch pages at a time: 1 to BALANCER_BATCH_MAX.
 */
#define BALANCER_BATCH_MAX 256
void balancer_drive(unsigned watermark, unsigned batch);

/* Makes it move all that it can, or nothing. */
void balancer_rage(void);
void balancer_off(void);

/* Its thread, or 0. */
pid_t balancer_pid(void);

/* Pages since boot; all 0 on a kernel without it. */
struct balancer_counts {
	uint64_t scanned, moved, raced, failed;
};
struct balancer_counts balancer_counts_read(void);

/* Pages that came back to memory, with the kernel's knowledge of when they went. */
uint64_t refaults_read(void);

#endif
