/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_HOST_FACTS_H
#define RAMRIG_HOST_FACTS_H

#include "lib/json.h"

/*
 * What a result says of the machine it was made on: a new object { "model", "cpus",
 * "memory_bytes", "kernel", "boot_id" }; what cannot be found out is "". @cpuinfo is the file
 * that has the processor's name.
 */
json_t *host_facts(const char *cpuinfo);
#define HOST_CPUINFO "/proc/cpuinfo"

/*
 * "MODEL, 2 CPUs, 8 GiB": what makes figures of two machines differ, of the facts of a result or
 * of host_facts(). The caller frees it.
 */
char *host_signature(const json_t *facts);

#endif
