/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cell/bring-up-parts.h"
#include "cell/bring-up.h"
#include "lib/cleanup.h"

/* A zram writes back to devices of the kinds before it. */
static const enum device_kind device_order[] = { DEVICE_TIMED, DEVICE_NVME, DEVICE_ZRAM };

/* What the guest did not answer says nothing of a device. */
static int name_device(const struct guest *g, const struct topology_device *d, int rc,
		       struct err *e)
{
	if (!rc || !link_answered(g->link))
		return rc;
	return err_prefix(e, "%s %s: ", device_kind_names[d->kind], d->name);
}

static int devices_up(struct guest *g, const struct topology *t, enum device_kind kind,
		      struct err *e)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < t->n_devices; i++) {
		if (t->devices[i].kind == kind)
			rc = name_device(g, &t->devices[i], bring_up_device(g, t, i, e), e);
	}
	return rc;
}

static int cxl_up(struct guest *g, const struct topology *t, struct err *e)
{
	int rc = topology_nodes_of(t, NODE_CXL) ? bring_up_cxl_begin(g, e) : 0;

	if (rc && link_answered(g->link))
		return err_prefix(e, "CXL nodes: ");
	for (size_t i = 0; !rc && i < t->n_nodes; i++) {
		if (t->nodes[i].kind != NODE_CXL)
			continue;
		rc = bring_up_cxl_node(g, t, i, e);
		if (rc && link_answered(g->link))
			rc = err_prefix(e, "CXL node %zu: ", i);
	}
	return rc;
}

int bring_up(struct guest *g, const struct topology *t, struct err *e)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < ARRAY_SIZE(device_order); i++)
		rc = devices_up(g, t, device_order[i], e);
	/* Last: what the devices allocate is to lie in DRAM. */
	return rc ? rc : cxl_up(g, t, e);
}
