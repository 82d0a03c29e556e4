/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef OOM_REFEREE_H
#define OOM_REFEREE_H

#include "workloads/oom/oom-config.h"

/*
 * The daemon: it starts all who compete, is never killed itself (oom_score_adj
 * -1000, memory locked), and on the command "start" of workloads/lib/command.h lets
 * them grow until someone dies, and judges. One contest is all that it has.
 */
#define OOM_SOCKET "/run/oom.socket"

/* Prints "the contestants are ready", and serves until it is killed. */
int referee_serve(const struct oom_config *c, const char *socket_path, struct err *e);

#endif
