/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stddef.h>
#include "cli/command.h"

extern const struct command cmd_bisect, cmd_calibrate, cmd_cache_list, cmd_cache_prune, cmd_cell, cmd_compare,
	cmd_complete, cmd_docs, cmd_doctor, cmd_figures, cmd_image_build, cmd_image_list,
	cmd_kernel_build, cmd_kernel_fetch, cmd_kernel_list, cmd_kernel_new, cmd_kernel_show,
	cmd_run, cmd_series, cmd_shell, cmd_stalls, cmd_topology_check, cmd_topology_list,
	cmd_topology_measure, cmd_topology_show, cmd_sweep, cmd_try;

const struct command *const commands[] = {
	&cmd_run,
	&cmd_compare,
	&cmd_figures,
	&cmd_series,
	&cmd_stalls,
	&cmd_sweep,
	&cmd_try,
	&cmd_bisect,
	&cmd_calibrate,
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
