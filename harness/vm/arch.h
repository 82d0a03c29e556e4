/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_ARCH_H
#define RAMRIG_ARCH_H

/*
 * The account that QEMU, libvirt's driver and every probe run as where ramrig
 * is root: libvirt's view of /dev/kvm and QEMU's must be one account's view.
 */
#define RAMRIG_RUN_USER "nobody"

/* What differs between machine architectures; everything else asks this table. */
struct arch {
	const char *name;	/* as uname -m and libvirt say */
	const char *debian;	/* as dpkg says */
	const char *emulator;	/* QEMU's program */
	const char *machine;	/* QEMU's -machine */
	const char *console;	/* the kernel's console= for the first serial port */
	const char *serial_model; /* libvirt's target type of that port */
	const char *cmdline;	/* what every guest needs on its kernel command line */
};

/* The architecture this program runs on; never NULL (unsupported ones do not build). */
const struct arch *arch_here(void);

#endif
