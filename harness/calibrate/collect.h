/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_COLLECT_H
#define RAMRIG_COLLECT_H

#include "result/result.h"

/*
 * What a result of A against A tells of noise: an entry for each kernel, topology and workload.
 * Its form is in docs/statistics.md. Pure.
 */

/* What a key metric's margin is taken for where the plan has none: a share. */
#define COLLECT_MARGIN 0.005

/*
 * Sets *ret to a new array of entries, in the order of the plan, and *ret_left_out to one of texts:
 * what has none, since fewer than two of its pairs are whole ("nginx on dram (1 whole pair)").
 * -EINVAL where the arms of @r are not two of the same policies and kernel, -ENODATA where there
 * is no entry.
 */
int collect_noise(const struct result *r, json_t **ret, json_t **ret_left_out, struct err *e);

/* What an entry is kept under: "HOST | RELEASE | ..."; of the same, the newest is kept. */
char *collect_key(const json_t *entry);

/*
 * Hashes, 16 digits, of what a topology of @plan is (not its name), and of a workload with its
 * parameters and memory limits (not where it lies).
 */
char *collect_topology_hash(const json_t *plan, const char *topology);
char *collect_workload_hash(const json_t *plan, const char *workload);

#endif
