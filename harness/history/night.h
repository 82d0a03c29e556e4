/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_HISTORY_NIGHT_H
#define RAMRIG_HISTORY_NIGHT_H

#include "history/db.h"
#include "lib/json.h"
#include "result/result.h"

/*
 * Nights: results in the history. A result is known again by its plan's time, experiment and
 * host.
 */

/*
 * Adds @r in one transaction: every metric of every boot that is ok and whose policies acted
 * (pair 0 is none: it has no limits), and how all cells ended. A result that is there already
 * takes the place of what there was of it, so that one which was resumed can be added again;
 * *ret_again says so. @host names the machine, NULL: by its CPU, their number and its memory.
 * -ENODATA where no cell is done, -EINVAL where a kernel of the plan has no hash.
 */
int night_add(struct history *h, const struct result *r, const char *host, json_int_t *ret_night,
	      bool *ret_again, struct err *e);

/*
 * All nights by their time, a new array of { "night", "started", "experiment", "host",
 * "host_kernel", "ramrig", "qemu", "libvirt", "image", "kernels": [{ "name", "release", "hash" }],
 * "cells": { OUTCOME: n }, "unproven", "result" }.
 */
int night_list(struct history *h, json_t **ret, struct err *e);

/*
 * The kernel called @name of @night, as docs/results.md has it; *ret is NULL where it is not
 * known.
 */
int night_kernel(struct history *h, json_int_t night, const char *name, json_t **ret,
		 struct err *e);

/*
 * What differs between two nights but their kernels, as a new sentence ("QEMU 7.2.22, before
 * 7.2.19; the image"), NULL where nothing that is recorded does. The caller frees *ret.
 */
int night_differences(struct history *h, json_int_t before, json_int_t night, char **ret,
		      struct err *e);

/*
 * What @night's plan was made with: "scale", "workload_scale", "limit_ratio", "clock"; a new
 * object.
 */
int night_options(struct history *h, json_int_t night, json_t **ret, struct err *e);

#endif
