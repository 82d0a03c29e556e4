/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_SOLO_H
#define RAMRIG_SOLO_H

#include <stdint.h>
#include "lib/json.h"
#include "result/outcome.h"
#include "vm/supervise.h"

/*
 * One guest of a topology, in no experiment and no result's folder: that of
 * `ramrig shell`, `topology check` and `topology measure`.
 */
struct solo_opts {
	const char *kernel;	/* a name, or a path */
	const char *modules;	/* folder of a bzImage's modules, or NULL */
	const char *image;
	const char *clock;	/* "host" or "virtual" */
	const char *connect;	/* libvirt URI */
	const char *programs;	/* folder that the guest has as /workload, or NULL */
};

/*
 * A plan of one cell without policies and measured window, on a checked
 * @topology; prepare_plan() makes what it names. A new object.
 */
json_t *solo_plan(const struct solo_opts *o, json_t *topology);

/*
 * Boots that cell's guest in a work folder of its own with the worker @fn.
 * Sets *ret_status to the worker's exit code. -ECANCELED when a signal asked to
 * stop.
 */
int solo_run(const json_t *plan, supervise_fn fn, int *ret_status, struct err *e);

/*
 * The same for a worker that writes a result; see execute_stage(). As in a run,
 * an infra error is tried again, twice. The caller decrefs *ret_result.
 */
int solo_result(const json_t *plan, supervise_fn fn, json_t **ret_result, struct err *e);

/*
 * What is said of such a guest, out of its result: { "topology", "kernel", "release",
 * "outcome", "charged_to", "reason", "warnings", "reports", "conformance", "seconds" }.
 * A new object.
 */
json_t *solo_report(const json_t *result, int64_t took_ms);

enum outcome solo_outcome(const json_t *report);

#endif
