/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_DOMAIN_H
#define RAMRIG_DOMAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lib/err.h"
#include "topology/topology.h"
#include "vm/accel.h"
#include "vm/arch.h"
#include "vm/probe.h"

/* How a guest's time passes; the fixed icount rate of the virtual clock. */
enum guest_clock { CLOCK_HOST, CLOCK_VIRTUAL };
#define VIRTUAL_CLOCK_ICOUNT "shift=2,sleep=on"	/* 4 ns an instruction */
#define VIRTUAL_CLOCK_START "1767225600"		/* 2026-01-01, in seconds since the epoch */

/* Serial number by which the agent finds the root disk, whatever its name. */
#define ROOT_DISK_SERIAL "ramrig-root"

/* Serial number of expander @k of node @i, by which the guest's memdevs are told apart. */
#define CXL_SERIAL(i, k) ((unsigned)(i) * 0x1000 + (unsigned)(k) + 1)

/* What "auto" means with this QEMU: persistent where it has that. */
enum cxl_media domain_cxl_media(const struct topology_node *n, const struct vm_features *f);

/* Host bridges of a node; 0 for one that is not CXL. CXL_BRIDGES_MAX in all. */
unsigned domain_cxl_bridges(const struct topology_node *n);

/* Everything the domain's XML is made of. Paths are the host's. */
struct domain_spec {
	const char *name;
	const struct arch *arch;
	const char *emulator;		/* path of QEMU's program */
	enum accel accel;
	enum guest_clock clock;
	unsigned vcpus;
	const struct topology *topology;
	const struct vm_features *features;	/* of this QEMU; NULL: the topology needs none */
	const char *const *device_images;	/* raw files, one a device of the topology; NULL but for nvme */
	const char *kernel, *initrd, *cmdline;
	const char *root_overlay;	/* qcow2 */
	const char *console_log;	/* written by QEMU from the first byte */
	const char *agent_socket;	/* made by QEMU */
	bool interactive;		/* a virtio console beside the serial port */
	uint32_t seed;			/* of QEMU's own generator */
};

/*
 * Writes the libvirt domain for @d. Pure: equal specs give equal bytes.
 * The caller frees *ret.
 */
int domain_xml(const struct domain_spec *d, char **ret, struct err *e);

#endif
