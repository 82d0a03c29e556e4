/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include "lib/cleanup.h"
#include "lib/file.h"
#include "vm/domain-parts.h"

/*
 * QEMU 7.2 decodes one region a host bridge and one a switch, so each CXL node
 * has its own fixed memory window and its own host bridges. Names: node 1's
 * bridges are hb1.0, hb1.1, its devices cxl1.0, cxl1.1.
 */
#define LSA_BYTES (1U << 20)	/* where a persistent device keeps its labels */
#define BUS_FIRST 0x20		/* libvirt's own root ports take those from 1 up */
#define BUS_STEP 0x10		/* a root port, a switch and its four devices fit in */

enum cxl_media domain_cxl_media(const struct topology_node *n, const struct vm_features *f)
{
	if (n->media != MEDIA_AUTO)
		return n->media;
	return f && !f->has[VM_CXL_PERSISTENT] && f->has[VM_CXL_VOLATILE] ? MEDIA_VOLATILE
									  : MEDIA_PERSISTENT;
}

unsigned domain_cxl_bridges(const struct topology_node *n)
{
	return n->kind == NODE_CXL ? (n->behind_switch ? 1 : n->expanders) : 0;
}

/* The windows: what the firmware's CEDT tells the kernel. */
static void write_windows(xmlTextWriterPtr w, const struct topology *t)
{
	unsigned window = 0;

	xml_qemu_arg(w, "-machine");
	xml_qemu_arg_begin(w);
	xml_qemu_arg_part(w, "cxl=on");
	for (size_t i = 0; i < t->n_nodes; i++) {
		unsigned bridges = domain_cxl_bridges(&t->nodes[i]);

		if (!bridges)
			continue;
		for (unsigned b = 0; b < bridges; b++)
			xml_qemu_arg_part(w, ",cxl-fmw.%u.targets.%u=hb%zu.%u", window, b, i, b);
		xml_qemu_arg_part(w, ",cxl-fmw.%u.size=%" PRIu64
				  ",cxl-fmw.%u.interleave-granularity=%d", window,
				  t->nodes[i].bytes, window, CXL_GRANULARITY);
		window++;
	}
	xml_qemu_arg_end(w);
}

/* Names of properties: "memdev" was the persistent one before QEMU had volatile devices. */
static const char *memory_property(const struct domain_spec *d, enum cxl_media media)
{
	if (media == MEDIA_VOLATILE)
		return "volatile-memdev";
	return d->features && d->features->has[VM_CXL_VOLATILE] ? "persistent-memdev" : "memdev";
}

static void write_expander(xmlTextWriterPtr w, const struct domain_spec *d, size_t i, unsigned k,
			   const char *bus)
{
	const struct topology_node *n = &d->topology->nodes[i];
	enum cxl_media media = domain_cxl_media(n, d->features);

	xml_qemu_arg(w, "-object");
	xml_qemu_arg(w, "memory-backend-ram,id=cxl-mem%zu.%u,share=on,size=%" PRIu64, i, k,
		     n->bytes / n->expanders);
	if (media == MEDIA_PERSISTENT) {
		xml_qemu_arg(w, "-object");
		xml_qemu_arg(w, "memory-backend-ram,id=cxl-lsa%zu.%u,share=on,size=%u", i, k,
			     LSA_BYTES);
	}
	xml_qemu_arg(w, "-device");
	xml_qemu_arg_begin(w);
	xml_qemu_arg_part(w, "cxl-type3,bus=%s,id=cxl%zu.%u,sn=%u,%s=cxl-mem%zu.%u", bus, i, k,
			  CXL_SERIAL(i, k), memory_property(d, media), i, k);
	if (media == MEDIA_PERSISTENT)
		xml_qemu_arg_part(w, ",lsa=cxl-lsa%zu.%u", i, k);
	xml_qemu_arg_end(w);
}

static void write_bridge(xmlTextWriterPtr w, size_t i, unsigned b, unsigned total)
{
	xml_qemu_arg(w, "-device");
	xml_qemu_arg(w, "pxb-cxl,id=hb%zu.%u,bus=pcie.0,addr=0x%x,bus_nr=0x%x", i, b,
		     SLOT_HOST_BRIDGE + total, BUS_FIRST + BUS_STEP * total);
	xml_qemu_arg(w, "-device");
	xml_qemu_arg(w, "cxl-rp,id=rp%zu.%u,bus=hb%zu.%u,port=0,chassis=%u,slot=0", i, b, i, b,
		     BUS_FIRST + BUS_STEP * total);
}

static void write_switch(xmlTextWriterPtr w, const struct domain_spec *d, size_t i, unsigned total)
{
	xml_qemu_arg(w, "-device");
	xml_qemu_arg(w, "cxl-upstream,id=us%zu,bus=rp%zu.0", i, i);
	for (unsigned k = 0; k < d->topology->nodes[i].expanders; k++) {
		cleanup_free char *port = path_format("ds%zu.%u", i, k);

		xml_qemu_arg(w, "-device");
		xml_qemu_arg(w, "cxl-downstream,id=%s,bus=us%zu,port=%u,chassis=%u,slot=%u", port, i,
			     k, BUS_FIRST + BUS_STEP * total, k + 1);
		write_expander(w, d, i, k, port);
	}
}

void domain_write_cxl(xmlTextWriterPtr w, const struct domain_spec *d)
{
	const struct topology *t = d->topology;
	unsigned total = 0;

	if (!topology_nodes_of(t, NODE_CXL))
		return;
	write_windows(w, t);
	for (size_t i = 0; i < t->n_nodes; i++) {
		const struct topology_node *n = &t->nodes[i];

		for (unsigned b = 0; b < domain_cxl_bridges(n); b++, total++) {
			cleanup_free char *port = path_format("rp%zu.%u", i, b);

			write_bridge(w, i, b, total);
			if (n->behind_switch)
				write_switch(w, d, i, total);
			else
				write_expander(w, d, i, b, port);
		}
	}
}
