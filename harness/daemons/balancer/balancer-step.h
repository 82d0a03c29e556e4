/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_BALANCER_STEP_H
#define RAMRIG_BALANCER_STEP_H

#include <jansson.h>
#include <stdint.h>
#include "daemons/balancer/balancer-device.h"
#include "daemons/balancer/balancer-law.h"
#include "daemons/balancer/balancer-options.h"
#include "daemons/lib/ticker.h"

/* The daemon's state: a device, its law, and totals for the last line. */
struct balancer {
	const struct options *options;
	struct device device;
	struct ticker ticker;
	struct law law;
	struct device_sample sample;	   /* the last reading */
	uint64_t steps, written, refaults; /* of all steps; pages in units of 4 KiB */
	uint64_t cpu_us;		   /* when the last step ended */
};

/* Reads the device for the first time and starts the law from that. */
int balancer_start(struct balancer *b, struct err *e);

/* The line "start": every setting in force. The caller owns it. */
json_t *balancer_describe(const struct balancer *b);

/*
 * One step: reads, decides, marks and writes, and describes all of it in *ret_line. An
 * error of a write is part of the line; one that is returned ends the daemon: the device
 * can't be read.
 */
int balancer_step(struct balancer *b, json_t **ret_line, struct err *e);

/* The line "stop": totals, under names of their own, so that a sum over all lines is right. */
json_t *balancer_sum_up(const struct balancer *b);

#endif
