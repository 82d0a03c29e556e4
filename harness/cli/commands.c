/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stddef.h>
#include "cli/command.h"

extern const struct command cmd_bundle, cmd_bundle_show, cmd_bundle_unpack, cmd_replay;
extern const struct command cmd_bisect, cmd_cache_list, cmd_cache_prune, cmd_cell, cmd_compare,
	cmd_claims_run, cmd_claims_show,
	cmd_complete, cmd_docs, cmd_doctor, cmd_figures, cmd_history_add, cmd_history_check,
	cmd_history_confirm, cmd_history_list, cmd_history_show, cmd_image_build, cmd_image_list,
	cmd_kernel_build, cmd_kernel_fetch, cmd_kernel_list, cmd_kernel_new, cmd_kernel_show,
	cmd_report, cmd_run, cmd_series, cmd_shell, cmd_stalls, cmd_topology_check, cmd_topology_list,
	cmd_topology_measure, cmd_topology_show, cmd_sweep, cmd_try;

const struct command *const commands[] = {
	&cmd_run,
	&cmd_compare,
	&cmd_report,
	&cmd_figures,
	&cmd_series,
	&cmd_stalls,
	&cmd_sweep,
	&cmd_bundle,
	&cmd_bundle_show,
	&cmd_bundle_unpack,
	&cmd_replay,
	&cmd_try,
	&cmd_bisect,
	&cmd_claims_show,
	&cmd_claims_run,
	&cmd_history_add,
	&cmd_history_list,
	&cmd_history_show,
	&cmd_history_check,
	&cmd_history_confirm,
	&cmd_shell,
	&cmd_doctor,
	&cmd_image_build,
	&cmd_image_list,
	&cmd_kernel_new,
	&cmd_kernel_build,
	&cmd_kernel_fetch,
	&cmd_kernel_list,
	&cmd_kernel_show,
	&cmd_topology_list,
	&cmd_topology_show,
	&cmd_topology_check,
	&cmd_topology_measure,
	&cmd_cache_list,
	&cmd_cache_prune,
	&cmd_cell,
	&cmd_complete,
	&cmd_docs,
	NULL
};
