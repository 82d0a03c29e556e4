/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef OOM_CONFIG_H
#define OOM_CONFIG_H

#include <stdint.h>
#include "workloads/oom/oom-variant.h"

/* The parameters of workload.yaml, by their names there. */
struct oom_config {
	enum variant variant;
	uint64_t growth;	/* bytes a second, of all contestants together */
	uint64_t limit;		/* bytes, of the variant "memcg" */
	uint64_t alike;		/* % of the pages are the same in all contestants */
	uint64_t compressible;	/* % of each page */
	uint64_t rate;		/* requests a second to the service */
	uint64_t service_memory;	/* bytes */
	uint64_t after, patience;	/* ms */
};

/* Reads and checks them. -EINVAL with a sentence that names the parameter. */
int oom_config_read(struct oom_config *ret, struct err *e);

#endif
