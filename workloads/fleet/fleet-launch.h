/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FLEET_LAUNCH_H
#define FLEET_LAUNCH_H

#include "workloads/fleet/fleet-config.h"

/*
 * Starts the instances, and stays for as long as they run.
 *
 * Containers are cgroups below the launcher's own one, c0, c1, ...; instances are
 * dealt to them in turn. By the kernel's rule (admin-guide/cgroup-v2, "No Internal
 * Process Constraint") the launcher leaves its own cgroup for "launcher" beside
 * them. With 0 containers everything stays where it is.
 *
 * Prints "fleet is ready" once every instance has its data and listens, after
 * lines of what the containers hold and how many mappings instances have; writes their process ids to
 * @pids_path, one a line. Returns the reason why it could not start, or why it is
 * over: -ECHILD where an instance ended. The instances die with the launcher.
 */
int fleet_launch(const struct fleet_config *c, const char *pids_path, struct err *e);

/*
 * Prints the mappings of the processes in @pids_path against the limit, as the end
 * of a JSON object: "maps_max": 25, "maps_share": 0.000381}
 */
int fleet_maps_print(const char *pids_path, struct err *e);

#endif
