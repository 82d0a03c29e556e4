/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include "lib/cleanup.h"
#include "lib/ranges.h"
#include "vm/domain-parts.h"

/* Nodes that libvirt makes; CXL memory is a device's, and no cell. */
static bool is_cell(const struct topology_node *n)
{
	return n->kind != NODE_CXL;
}

static uint64_t cell_bytes(const struct topology_node *n)
{
	return n->bytes + n->extra_bytes;
}

/* memfd needs no hugetlbfs that QEMU's account may write to. */
static void write_backing(xmlTextWriterPtr w, uint64_t page_bytes)
{
	xml_open(w, "memoryBacking");
	xml_open(w, "hugepages");
	xml_open(w, "page");
	xml_attr_number(w, "size", page_bytes);
	xml_attr(w, "unit", "b");
	xml_close(w);
	xml_close(w);
	xml_flag(w, "source", "type", "memfd");
	xml_close(w);
}

static void write_pins(xmlTextWriterPtr w, const struct domain_spec *d)
{
	xml_open(w, "cputune");
	for (unsigned cpu = 0; cpu < d->vcpus; cpu++) {
		xml_open(w, "vcpupin");
		xml_attr_number(w, "vcpu", cpu);
		xml_attr_number(w, "cpuset", ranges_nth(d->topology->pin, cpu));
		xml_close(w);
	}
	xml_close(w);
}

static void write_binding(xmlTextWriterPtr w, const struct topology *t)
{
	bool any = false;

	for (size_t i = 0; i < t->n_nodes; i++)
		any |= t->nodes[i].host_nodes != NULL;
	if (!any)
		return;
	xml_open(w, "numatune");
	for (size_t i = 0; i < t->n_nodes; i++) {
		if (!t->nodes[i].host_nodes)
			continue;
		xml_open(w, "memnode");
		xml_attr_number(w, "cellid", i);
		xml_attr(w, "mode", "strict");
		xml_attr(w, "nodeset", t->nodes[i].host_nodes);
		xml_close(w);
	}
	xml_close(w);
}

void domain_write_memory(xmlTextWriterPtr w, const struct domain_spec *d)
{
	const struct topology *t = d->topology;
	uint64_t total = 0;

	for (size_t i = 0; i < t->n_nodes; i++)
		total += is_cell(&t->nodes[i]) ? cell_bytes(&t->nodes[i]) : 0;
	xml_open(w, "memory");
	xml_attr(w, "unit", "b");
	xmlTextWriterWriteFormatString(w, "%" PRIu64, total);
	xml_close(w);
	if (t->hugepage_bytes)
		write_backing(w, t->hugepage_bytes);
	xml_open(w, "vcpu");
	xmlTextWriterWriteFormatString(w, "%u", d->vcpus);
	xml_close(w);
	if (t->pin)
		write_pins(w, d);
	write_binding(w, t);
}

/* QEMU makes up a SLIT of 10 and 20 by itself. */
static bool needs_slit(const struct topology *t)
{
	for (size_t i = 0; i < t->n_nodes; i++)
		if (is_cell(&t->nodes[i]) && t->nodes[i].distance != DISTANCE_REMOTE)
			return true;
	return topology_has_hmat(t);
}

static void write_distances(xmlTextWriterPtr w, const struct topology *t, size_t from)
{
	xml_open(w, "distances");
	for (size_t to = 0; to < t->n_nodes && is_cell(&t->nodes[to]); to++) {
		xml_open(w, "sibling");
		xml_attr_number(w, "id", to);
		xml_attr_number(w, "value", topology_distance(t, from, to));
		xml_close(w);
	}
	xml_close(w);
}

static void write_cell(xmlTextWriterPtr w, const struct domain_spec *d, size_t i,
		       unsigned first_cpu)
{
	unsigned n = topology_node_cpus(d->topology, i, d->vcpus);

	xml_open(w, "cell");
	xml_attr_number(w, "id", i);
	if (n == 1)
		xml_attr_number(w, "cpus", first_cpu);
	else if (n > 1)
		xmlTextWriterWriteFormatAttribute(w, BAD_CAST "cpus", "%u-%u", first_cpu,
						  first_cpu + n - 1);
	xml_attr_number(w, "memory", cell_bytes(&d->topology->nodes[i]));
	xml_attr(w, "unit", "b");
	if (needs_slit(d->topology))
		write_distances(w, d->topology, i);
	xml_close(w);
}

static void write_interconnect(xmlTextWriterPtr w, const struct topology *t, size_t from, size_t to)
{
	const struct { const char *tag, *unit; uint64_t value; } figures[] = {
		{ "latency", NULL, t->nodes[to].latency_ns },
		{ "bandwidth", "KiB", topology_hmat_mib(t, to) << 10 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(figures); i++) {
		xml_open(w, figures[i].tag);
		xml_attr_number(w, "initiator", from);
		xml_attr_number(w, "target", to);
		xml_attr(w, "type", "access");
		xml_attr_number(w, "value", figures[i].value);
		if (figures[i].unit)
			xml_attr(w, "unit", figures[i].unit);
		xml_close(w);
	}
}

/*
 * How fast each node with CPUs reaches itself and the nodes without: libvirt
 * turns the HMAT on by it. What lies between two nodes with CPUs is not
 * declared (and libvirt 9.0 takes a link and its reverse for the same one).
 */
static void write_hmat(xmlTextWriterPtr w, const struct domain_spec *d)
{
	const struct topology *t = d->topology;

	xml_open(w, "interconnects");
	for (size_t from = 0; from < t->n_nodes; from++) {
		if (!topology_node_cpus(t, from, d->vcpus))
			continue;
		for (size_t to = 0; to < t->n_nodes && is_cell(&t->nodes[to]); to++)
			if (to == from || !topology_node_cpus(t, to, d->vcpus))
				write_interconnect(w, t, from, to);
	}
	xml_close(w);
}

/*
 * Without the flag "hypervisor" Linux takes its cache flush instructions for
 * good enough to commit a CXL region.
 */
static void write_flags(xmlTextWriterPtr w, const struct topology *t)
{
	if (!topology_nodes_of(t, NODE_CXL))
		return;
	xml_open(w, "feature");
	xml_attr(w, "policy", "disable");
	xml_attr(w, "name", "hypervisor");
	xml_close(w);
}

void domain_write_cpu(xmlTextWriterPtr w, const struct domain_spec *d)
{
	const struct topology *t = d->topology;
	unsigned first = 0;

	xml_open(w, "cpu");
	xml_attr(w, "mode", d->accel == ACCEL_KVM ? "host-passthrough" : "maximum");
	xml_attr(w, "check", "none");
	write_flags(w, t);
	xml_open(w, "numa");
	for (size_t i = 0; i < t->n_nodes && is_cell(&t->nodes[i]); i++) {
		write_cell(w, d, i, first);
		first += topology_node_cpus(t, i, d->vcpus);
	}
	if (topology_has_hmat(t))
		write_hmat(w, d);
	xml_close(w);
	xml_close(w);
}
