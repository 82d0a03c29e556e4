/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include "lib/cleanup.h"
#include "lib/ranges.h"
#include "topology/admit.h"
#include "topology/rules.h"

#define MIB (UINT64_C(1) << 20)
#define HUGEPAGE_1G (UINT64_C(1) << 30)
#define HOST_NODES_MAX 64

uint64_t topology_bytes(const struct topology *t)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < t->n_nodes; i++)
		bytes += t->nodes[i].bytes + t->nodes[i].extra_bytes;
	return bytes;
}

/* The media that @n asks for; none where it leaves that to QEMU. */
static unsigned media_features(const struct topology_node *n)
{
	static const unsigned media[] = {
		[MEDIA_AUTO] = 0,
		[MEDIA_PERSISTENT] = 1U << VM_CXL_PERSISTENT,
		[MEDIA_VOLATILE] = 1U << VM_CXL_VOLATILE,
	};

	return n->kind == NODE_CXL ? media[n->media] : 0;
}

static unsigned kind_features(const struct topology_node *n)
{
	static const unsigned kinds[NODE_KIND_COUNT] = {
		[NODE_CXL] = 1U << VM_CXL_MACHINE,
		[NODE_TIER] = 1U << VM_HMAT,
	};

	return kinds[n->kind];
}

static unsigned device_features(const struct topology_device *d)
{
	return d->kind == DEVICE_NVME ? 1U << VM_NVME : 0;
}

unsigned topology_features(const struct topology *t)
{
	unsigned all = t->disk == DISK_NVME ? 1U << VM_NVME : 0;

	for (size_t i = 0; i < t->n_nodes; i++)
		all |= kind_features(&t->nodes[i]) | media_features(&t->nodes[i]);
	for (size_t i = 0; i < t->n_devices; i++)
		all |= device_features(&t->devices[i]);
	return all;
}

/* Refuses what stands at @pointer ("": the clock) where it @needs a feature that QEMU lacks. */
static int features_check(const struct rule_target *r, const struct vm_features *f, unsigned needs,
			  const char *pointer)
{
	for (int i = 0; i < VM_FEATURE_COUNT; i++) {
		if (!(needs >> i & 1) || f->has[i])
			continue;
		rule_broken(r, pointer, "%s: needs '%s' (%s), which QEMU %s lacks",
			    *pointer ? strrchr(pointer, '/') + 1 : "clock", vm_feature_table[i].name,
			    vm_feature_table[i].what, f->version);
		r->e->code = EOPNOTSUPP;
		return -EOPNOTSUPP;
	}
	return 0;
}

static int node_supported(const struct rule_target *r, const struct vm_features *f, size_t i)
{
	const struct topology_node *n = &r->t->nodes[i];
	char at[POINTER_SIZE];
	int rc = features_check(r, f, kind_features(n), rule_at(at, "nodes", i, "kind"));

	/* Where either media will do, only a QEMU without both of them lacks something. */
	if (!rc && n->kind == NODE_CXL && n->media == MEDIA_AUTO && !f->has[VM_CXL_VOLATILE])
		rc = features_check(r, f, 1U << VM_CXL_PERSISTENT, at);
	if (!rc)
		rc = features_check(r, f, media_features(n), rule_at(at, "nodes", i, "media"));
	return rc;
}

static int qemu_supports(const struct rule_target *r, enum guest_clock clock,
			 const struct vm_features *f)
{
	char at[POINTER_SIZE];
	int rc = clock == CLOCK_VIRTUAL ? features_check(r, f, 1U << VM_ICOUNT, "") : 0;

	if (!rc && r->t->disk == DISK_NVME)
		rc = features_check(r, f, 1U << VM_NVME, "/disk");
	for (size_t i = 0; i < r->t->n_nodes && !rc; i++)
		rc = node_supported(r, f, i);
	for (size_t i = 0; i < r->t->n_devices && !rc; i++)
		rc = features_check(r, f, device_features(&r->t->devices[i]),
				    rule_at(at, "devices", i, "kind"));
	return rc;
}

/* Throttle groups of QEMU run on the host's clock, whatever the guest's does. */
static int clock_knows_throttles(const struct rule_target *r, enum guest_clock clock)
{
	static const char *const keys[] = { "iops", "bandwidth" };
	char at[POINTER_SIZE];

	for (size_t i = 0; i < r->t->n_devices && clock == CLOCK_VIRTUAL; i++) {
		const struct topology_device *d = &r->t->devices[i];

		if (!d->iops && !d->bandwidth)
			continue;
		rule_at(at, "devices", i, keys[!d->iops]);
		return rule_broken(r, at, "%s: throttles '%s' by the host's clock, so it means nothing "
				   "under the virtual clock; take a timed device, or clock: host",
				   keys[!d->iops], d->name);
	}
	return 0;
}

static int host_has_memory(const struct rule_target *r, const struct host_memory *host)
{
	uint64_t needs = topology_bytes(r->t);

	if (needs <= host->total_bytes)
		return 0;
	return rule_broken(r, "/nodes", "nodes: need %" PRIu64 " MiB%s, and this host has %" PRIu64
			   " MiB: %" PRIu64 " MiB too few; make them smaller, or scale them less",
			   needs / MIB, r->t->nodes[0].extra_bytes ? ", what timed devices hold among them"
								   : "", host->total_bytes / MIB,
			   (needs - host->total_bytes + MIB - 1) / MIB);
}

static int host_has_hugepages(const struct rule_target *r, const struct host_memory *host)
{
	uint64_t page = r->t->hugepage_bytes, bytes = 0;
	uint64_t free_pages = page == HUGEPAGE_1G ? host->free_hugepages_1g : host->free_hugepages_2m;

	if (!page)
		return 0;
	for (size_t i = 0; i < r->t->n_nodes; i++)
		if (r->t->nodes[i].kind != NODE_CXL)
			bytes += r->t->nodes[i].bytes + r->t->nodes[i].extra_bytes;
	if (bytes / page <= free_pages)
		return 0;
	return rule_broken(r, "/hugepages", "hugepages: need %" PRIu64 " of %" PRIu64 " MiB, and this "
			   "host has %" PRIu64 " free; as root, reserve more in "
			   "/sys/kernel/mm/hugepages/hugepages-%" PRIu64 "kB/nr_hugepages",
			   bytes / page, page / MIB, free_pages, page / 1024);
}

/* The nodes in @mask as the kernel would list them one by one: "0, 1, 4". */
static void nodes_name(uint64_t mask, char *buf, size_t size)
{
	size_t len = 0;

	*buf = '\0';
	for (unsigned i = 0; i < HOST_NODES_MAX && len < size; i++)
		if (mask >> i & 1)
			len += (size_t)snprintf(buf + len, size - len, "%s%u", len ? ", " : "", i);
}

static int host_has_nodes(const struct rule_target *r, const struct host_memory *host)
{
	char at[POINTER_SIZE], known[200];

	nodes_name(host->node_mask, known, sizeof(known));
	for (size_t i = 0; i < r->t->n_nodes; i++) {
		const char *list = r->t->nodes[i].host_nodes;

		for (unsigned n = 0; list && n <= ranges_last(list); n++) {
			if (!ranges_has(list, n) ||
			    (n < HOST_NODES_MAX && host->node_mask >> n & 1))
				continue;
			return rule_broken(r, rule_at(at, "nodes", i, "host_nodes"), "host_nodes: this "
					   "host has no memory node %u; it has %s", n, known);
		}
	}
	return 0;
}

static int host_has_cpus(const struct rule_target *r, const struct host_memory *host)
{
	unsigned last = r->t->pin ? ranges_last(r->t->pin) : 0;

	if (last < host->cpus)
		return 0;
	return rule_broken(r, "/pin", "pin: this host has no CPU %u; its last is %u", last,
			   host->cpus - 1);
}

int topology_admit(const struct topology *t, enum guest_clock clock, const struct host_memory *host,
		   const struct vm_features *features, char *pointer, struct err *e)
{
	static int (*const checks[])(const struct rule_target *r, const struct host_memory *host) = {
		host_has_nodes,
		host_has_cpus,
		host_has_hugepages,
		host_has_memory,
	};
	char unused[POINTER_SIZE];
	const struct rule_target r = { .t = t, .pointer = pointer ? pointer : unused, .e = e };
	int rc = clock_knows_throttles(&r, clock);

	if (!rc && features)
		rc = qemu_supports(&r, clock, features);
	for (size_t i = 0; i < ARRAY_SIZE(checks) && host && !rc; i++)
		rc = checks[i](&r, host);
	return rc;
}
