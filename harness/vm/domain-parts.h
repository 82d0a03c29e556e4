/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_DOMAIN_PARTS_H
#define RAMRIG_DOMAIN_PARTS_H

#include "vm/domain.h"
#include "vm/xml.h"

/* The parts of a domain that domain_xml() is put together from, in its order. */

/* <memory>, <memoryBacking>, <vcpu>, <cputune>, <numatune> */
void domain_write_memory(xmlTextWriterPtr w, const struct domain_spec *d);

/* <cpu> with its NUMA cells, distances and HMAT */
void domain_write_cpu(xmlTextWriterPtr w, const struct domain_spec *d);

/* QEMU's own arguments for host bridges, switches and expanders: libvirt 9.0 knows no CXL. */
void domain_write_cxl(xmlTextWriterPtr w, const struct domain_spec *d);

/*
 * Slots on pcie.0 that are ours: libvirt gives its own devices those from the
 * lowest up, with their places written out, so the upper half is free. 0x1f is
 * the chipset's.
 */
enum {
	SLOT_ROOT_DISK = 0x10,
	SLOT_HOST_BRIDGE = 0x11,	/* CXL_BRIDGES_MAX of them */
	SLOT_NVME = 0x19,		/* eight disks a slot */
};

#endif
