/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include "topology/rules.h"
#include "topology/topology.h"

int topology_check(const json_t *doc, char *pointer, struct err *e)
{
	if (json_array_size(json_object_get(doc, "nodes")) > TOPOLOGY_NODES_MAX) {
		if (pointer)
			snprintf(pointer, POINTER_SIZE, "/nodes");
		return err_set(e, EINVAL, "a topology has at most %d nodes", TOPOLOGY_NODES_MAX);
	}
	return 0;
}
