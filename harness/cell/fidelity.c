/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <string.h>
#include "cell/fidelity.h"
#include "lib/cleanup.h"
#include "lib/file.h"

char *fidelity_node(const struct topology_node *n, enum accel accel)
{
	bool kvm = accel == ACCEL_KVM;
	const char *how = NULL;

	switch (n->kind) {
	case NODE_CXL:
		how = "device-emulated";
		break;
	case NODE_TIER:
		how = kvm && n->host_nodes ? "host-bound" : "table-only";
		break;
	default:
		how = kvm ? "host-bound" : "not-modelled";
		break;
	}
	return path_format("%s: %s", node_kind_names[n->kind], how);
}

static char *throttle_text(const struct topology_device *d)
{
	double mb = (double)d->bandwidth / 1e6;

	if (d->iops && d->bandwidth)
		return path_format("throttled by the host's clock to %" PRIu64 " IOPS and %g MB/s",
				   d->iops, mb);
	if (d->iops)
		return path_format("throttled by the host's clock to %" PRIu64 " IOPS", d->iops);
	if (d->bandwidth)
		return path_format("throttled by the host's clock to %g MB/s", mb);
	return path_format("not throttled");
}

char *fidelity_device(const struct topology_device *d, enum accel accel)
{
	cleanup_free char *throttle = NULL;

	switch (d->kind) {
	case DEVICE_NVME:
		throttle = throttle_text(d);
		return path_format("nvme: device-emulated, %s", throttle);
	case DEVICE_TIMED:
		return path_format("timed: device-emulated, %g us on the guest's clock",
				   d->latency_ns / 1e3);
	default:
		return path_format("zram: %s", accel == ACCEL_KVM ? "host-bound" : "not-modelled");
	}
}

json_t *fidelity_nodes(const struct topology *t, enum accel accel)
{
	json_t *nodes = json_object();

	for (size_t i = 0; i < t->n_nodes; i++) {
		cleanup_free char *number = path_format("%zu", i);
		cleanup_free char *how = fidelity_node(&t->nodes[i], accel);

		json_object_set_new(nodes, number, json_string(how));
	}
	return nodes;
}

/* Whether pages are swapped to @d, or written back to it. */
static bool takes_pages(const struct topology_device *d, const json_t *policies)
{
	const json_t *policy, *entry;
	size_t i, k;

	json_array_foreach(policies, i, policy) {
		const json_t *needs = json_object_get(policy, "needs");

		if (d->is_backing && json_is_true(json_object_get(needs, "backing")))
			return true;
		json_array_foreach(json_object_get(policy, "swap"), k, entry) {
			if (!strcmp(json_str(entry, "device"), device_kind_names[d->kind]))
				return topology_swappable(d, d->kind);
		}
	}
	return false;
}

json_t *fidelity_swaps(const struct topology *t, enum accel accel, const json_t *policies)
{
	json_t *swaps = json_object();

	for (size_t i = 0; i < t->n_devices; i++) {
		const struct topology_device *d = &t->devices[i];
		cleanup_free char *how = fidelity_device(d, accel);

		if (takes_pages(d, policies))
			json_object_set_new(swaps, d->name, json_string(how));
	}
	return swaps;
}
