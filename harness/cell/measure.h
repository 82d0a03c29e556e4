/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_MEASURE_H
#define RAMRIG_MEASURE_H

#include "cell/cell.h"

/*
 * What a guest's hardware is like, measured in the guest: task_measure, a cell's
 * task, has each memory node measured by our probe (harness/probes/memory.c) and
 * each device that can be swapped to by fio (cell/fio.h), and puts into the
 * result
 *
 *   "measured": {
 *     "nodes": [ { "node", "cpu", "bytes", "pages", "pages_on_node",
 *                  "load_ns": { "median", "least", "most", "amount" },
 *                  "copy_bytes_per_s": { the same } } ],
 *     "devices": [ { "name", "span_bytes", "passes": what fio_read() gives } ] }
 *
 * The guest must have the probe as /workload/memory.
 */

/*
 * Pure: the probe's answer about node @node, which comes from a guest. -EPROTO
 * for anything that is none; -EIO where memory lay elsewhere than on that node.
 * The caller decrefs *ret.
 */
int measure_read_node(const char *output, size_t node, json_t **ret, struct err *e);

#endif
