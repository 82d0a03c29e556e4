/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <libxml/xmlwriter.h>
#include <string.h>
#include "lib/cleanup.h"
#include "proto/protocol.h"
#include "vm/domain.h"

#define QEMU_NS "http://libvirt.org/schemas/domain/qemu/1.0"

/*
 * xmlwriter's calls fail only when memory runs out, and then every later one
 * fails too: the last one tells for all.
 */
typedef xmlTextWriterPtr writer;

static void open_tag(writer w, const char *name)
{
	xmlTextWriterStartElement(w, BAD_CAST name);
}

static void close_tag(writer w)
{
	xmlTextWriterEndElement(w);
}

static void attribute(writer w, const char *name, const char *value)
{
	xmlTextWriterWriteAttribute(w, BAD_CAST name, BAD_CAST value);
}

static void number(writer w, const char *name, uint64_t value)
{
	xmlTextWriterWriteFormatAttribute(w, BAD_CAST name, "%" PRIu64, value);
}

static void text_tag(writer w, const char *name, const char *text)
{
	xmlTextWriterWriteElement(w, BAD_CAST name, BAD_CAST text);
}

/* <NAME KEY='VALUE'/> */
static void flag_tag(writer w, const char *name, const char *key, const char *value)
{
	open_tag(w, name);
	attribute(w, key, value);
	close_tag(w);
}

static void write_memory(writer w, const struct domain_spec *d)
{
	uint64_t total = 0;

	for (size_t i = 0; i < d->topology->n_nodes; i++)
		total += d->topology->nodes[i].bytes + d->topology->nodes[i].extra_bytes;
	open_tag(w, "memory");
	attribute(w, "unit", "b");
	xmlTextWriterWriteFormatString(w, "%" PRIu64, total);
	close_tag(w);
	open_tag(w, "vcpu");
	xmlTextWriterWriteFormatString(w, "%u", d->vcpus);
	close_tag(w);
}

static void write_boot(writer w, const struct domain_spec *d)
{
	open_tag(w, "os");
	open_tag(w, "type");
	attribute(w, "arch", d->arch->name);
	attribute(w, "machine", d->arch->machine);
	xmlTextWriterWriteString(w, BAD_CAST "hvm");
	close_tag(w);
	text_tag(w, "kernel", d->kernel);
	text_tag(w, "initrd", d->initrd);
	text_tag(w, "cmdline", d->cmdline);
	close_tag(w);
	open_tag(w, "features");
	text_tag(w, "acpi", NULL);
	text_tag(w, "apic", NULL);
	close_tag(w);
}

static void write_cpu(writer w, const struct domain_spec *d)
{
	unsigned first = 0;

	open_tag(w, "cpu");
	attribute(w, "mode", d->accel == ACCEL_KVM ? "host-passthrough" : "maximum");
	attribute(w, "check", "none");
	open_tag(w, "numa");
	for (size_t i = 0; i < d->topology->n_nodes; i++) {
		unsigned n = topology_node_cpus(d->topology, i, d->vcpus);

		open_tag(w, "cell");
		number(w, "id", i);
		if (n == 1)
			number(w, "cpus", first);
		else if (n > 1)
			xmlTextWriterWriteFormatAttribute(w, BAD_CAST "cpus", "%u-%u", first,
							  first + n - 1);
		first += n;
		number(w, "memory", d->topology->nodes[i].bytes + d->topology->nodes[i].extra_bytes);
		attribute(w, "unit", "b");
		close_tag(w);
	}
	close_tag(w);
	close_tag(w);
}

/*
 * On the virtual clock the guest's wall clock starts at a fixed time and runs
 * on that clock, too: two boots of one seed then run the same instructions.
 */
static void write_clock(writer w, const struct domain_spec *d)
{
	if (d->clock == CLOCK_HOST) {
		flag_tag(w, "clock", "offset", "utc");
		return;
	}
	open_tag(w, "clock");
	attribute(w, "offset", "absolute");
	attribute(w, "start", VIRTUAL_CLOCK_START);
	open_tag(w, "timer");
	attribute(w, "name", "rtc");
	attribute(w, "track", "guest");
	close_tag(w);
	close_tag(w);
}

static void write_root_disk(writer w, const struct domain_spec *d)
{
	if (d->topology->disk != DISK_VIRTIO)
		return;	/* libvirt 9.0 has no NVMe device: see write_qemu_args() */
	open_tag(w, "disk");
	attribute(w, "type", "file");
	attribute(w, "device", "disk");
	open_tag(w, "driver");
	attribute(w, "name", "qemu");
	attribute(w, "type", "qcow2");
	/* The overlay dies with the guest: nobody needs its writes to be safe. */
	attribute(w, "cache", "unsafe");
	close_tag(w);
	flag_tag(w, "source", "file", d->root_overlay);
	open_tag(w, "target");
	attribute(w, "dev", "vda");
	attribute(w, "bus", "virtio");
	close_tag(w);
	text_tag(w, "serial", ROOT_DISK_SERIAL);
	close_tag(w);
}

static void write_ports(writer w, const struct domain_spec *d)
{
	open_tag(w, "controller");
	attribute(w, "type", "virtio-serial");
	attribute(w, "index", "0");
	close_tag(w);

	open_tag(w, "channel");
	attribute(w, "type", "unix");
	open_tag(w, "source");
	attribute(w, "mode", "bind");
	attribute(w, "path", d->agent_socket);
	close_tag(w);
	open_tag(w, "target");
	attribute(w, "type", "virtio");
	attribute(w, "name", PROTOCOL_PORT);
	close_tag(w);
	close_tag(w);

	open_tag(w, "serial");
	attribute(w, "type", "file");
	flag_tag(w, "source", "path", d->console_log);
	open_tag(w, "target");
	attribute(w, "type", d->arch->serial_model);
	attribute(w, "port", "0");
	close_tag(w);
	close_tag(w);

	if (d->interactive) {
		open_tag(w, "console");
		attribute(w, "type", "pty");
		open_tag(w, "target");
		attribute(w, "type", "virtio");
		attribute(w, "port", "1");
		close_tag(w);
		close_tag(w);
	}
}

static void write_devices(writer w, const struct domain_spec *d)
{
	open_tag(w, "devices");
	text_tag(w, "emulator", d->emulator);
	write_root_disk(w, d);
	open_tag(w, "controller");
	attribute(w, "type", "usb");
	attribute(w, "model", "none");
	close_tag(w);
	write_ports(w, d);
	flag_tag(w, "memballoon", "model", "none");
	close_tag(w);
}

static void qemu_arg(writer w, const char *value)
{
	open_tag(w, "qemu:arg");
	attribute(w, "value", value);
	close_tag(w);
}

static void write_qemu_args(writer w, const struct domain_spec *d)
{
	char seed[16];

	open_tag(w, "qemu:commandline");
	qemu_arg(w, "-seed");
	snprintf(seed, sizeof(seed), "%" PRIu32, d->seed);
	qemu_arg(w, seed);
	if (d->clock == CLOCK_VIRTUAL) {
		qemu_arg(w, "-icount");
		qemu_arg(w, VIRTUAL_CLOCK_ICOUNT);
	}
	if (d->topology->disk == DISK_NVME) {
		cleanup_free char *drive = NULL;

		if (asprintf(&drive, "if=none,id=root,format=qcow2,cache=unsafe,file=%s",
			     d->root_overlay) < 0)
			drive = NULL;
		qemu_arg(w, "-drive");
		qemu_arg(w, drive ? drive : "");
		qemu_arg(w, "-device");
		qemu_arg(w, "nvme,drive=root,bus=pcie.0,addr=0x10,serial=" ROOT_DISK_SERIAL);
	}
	close_tag(w);
}

static void freep_writer(writer *w)
{
	if (*w)
		xmlFreeTextWriter(*w);
}

static void freep_buffer(xmlBufferPtr *b)
{
	if (*b)
		xmlBufferFree(*b);
}

int domain_xml(const struct domain_spec *d, char **ret, struct err *e)
{
	__attribute__((cleanup(freep_buffer))) xmlBufferPtr buf = xmlBufferCreate();
	__attribute__((cleanup(freep_writer))) writer w = buf ? xmlNewTextWriterMemory(buf, 0)
							      : NULL;

	if (!w)
		return err_set(e, ENOMEM, "out of memory for the domain's XML");
	xmlTextWriterSetIndent(w, 1);
	xmlTextWriterSetIndentString(w, BAD_CAST "  ");
	open_tag(w, "domain");
	attribute(w, "type", d->accel == ACCEL_KVM ? "kvm" : "qemu");
	attribute(w, "xmlns:qemu", QEMU_NS);
	text_tag(w, "name", d->name);
	write_memory(w, d);
	write_boot(w, d);
	write_cpu(w, d);
	write_clock(w, d);
	text_tag(w, "on_poweroff", "destroy");
	text_tag(w, "on_reboot", "destroy");
	text_tag(w, "on_crash", "destroy");
	write_devices(w, d);
	write_qemu_args(w, d);
	close_tag(w);
	if (xmlTextWriterFlush(w) < 0)
		return err_set(e, ENOMEM, "out of memory for the domain's XML");
	char *xml = strdup((const char *)xmlBufferContent(buf));
	if (!xml)
		return err_set(e, ENOMEM, "out of memory for the domain's XML");
	*ret = xml;
	return 0;
}
