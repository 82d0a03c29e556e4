/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include "lib/cleanup.h"
#include "proto/protocol.h"
#include "vm/domain-parts.h"

typedef xmlTextWriterPtr writer;

#define QEMU_NS "http://libvirt.org/schemas/domain/qemu/1.0"

static void write_boot(writer w, const struct domain_spec *d)
{
	xml_open(w, "os");
	xml_open(w, "type");
	xml_attr(w, "arch", d->arch->name);
	xml_attr(w, "machine", d->arch->machine);
	xmlTextWriterWriteString(w, BAD_CAST "hvm");
	xml_close(w);
	xml_text(w, "kernel", d->kernel);
	xml_text(w, "initrd", d->initrd);
	xml_text(w, "cmdline", d->cmdline);
	xml_close(w);
	xml_open(w, "features");
	xml_text(w, "acpi", NULL);
	xml_text(w, "apic", NULL);
	xml_close(w);
}

/*
 * On the virtual clock the guest's wall clock starts at a fixed time and runs
 * on that clock, too: two boots of one seed then run the same instructions.
 */
static void write_clock(writer w, const struct domain_spec *d)
{
	if (d->clock == CLOCK_HOST) {
		xml_flag(w, "clock", "offset", "utc");
		return;
	}
	xml_open(w, "clock");
	xml_attr(w, "offset", "absolute");
	xml_attr(w, "start", VIRTUAL_CLOCK_START);
	xml_open(w, "timer");
	xml_attr(w, "name", "rtc");
	xml_attr(w, "track", "guest");
	xml_close(w);
	xml_close(w);
}

static void write_root_disk(writer w, const struct domain_spec *d)
{
	if (d->topology->disk != DISK_VIRTIO)
		return;	/* libvirt 9.0 has no NVMe device: see write_nvme() */
	xml_open(w, "disk");
	xml_attr(w, "type", "file");
	xml_attr(w, "device", "disk");
	xml_open(w, "driver");
	xml_attr(w, "name", "qemu");
	xml_attr(w, "type", "qcow2");
	/* The overlay dies with the guest: nobody needs its writes to be safe. */
	xml_attr(w, "cache", "unsafe");
	xml_close(w);
	xml_flag(w, "source", "file", d->root_overlay);
	xml_open(w, "target");
	xml_attr(w, "dev", "vda");
	xml_attr(w, "bus", "virtio");
	xml_close(w);
	xml_text(w, "serial", ROOT_DISK_SERIAL);
	xml_close(w);
}

static void write_ports(writer w, const struct domain_spec *d)
{
	xml_open(w, "controller");
	xml_attr(w, "type", "virtio-serial");
	xml_attr(w, "index", "0");
	xml_close(w);

	xml_open(w, "channel");
	xml_attr(w, "type", "unix");
	xml_open(w, "source");
	xml_attr(w, "mode", "bind");
	xml_attr(w, "path", d->agent_socket);
	xml_close(w);
	xml_open(w, "target");
	xml_attr(w, "type", "virtio");
	xml_attr(w, "name", PROTOCOL_PORT);
	xml_close(w);
	xml_close(w);

	xml_open(w, "serial");
	xml_attr(w, "type", "file");
	xml_flag(w, "source", "path", d->console_log);
	xml_open(w, "target");
	xml_attr(w, "type", d->arch->serial_model);
	xml_attr(w, "port", "0");
	xml_close(w);
	xml_close(w);

	if (d->interactive) {
		xml_open(w, "console");
		xml_attr(w, "type", "pty");
		xml_open(w, "target");
		xml_attr(w, "type", "virtio");
		xml_attr(w, "port", "1");
		xml_close(w);
		xml_close(w);
	}
}

static void write_devices(writer w, const struct domain_spec *d)
{
	xml_open(w, "devices");
	xml_text(w, "emulator", d->emulator);
	write_root_disk(w, d);
	xml_open(w, "controller");
	xml_attr(w, "type", "usb");
	xml_attr(w, "model", "none");
	xml_close(w);
	write_ports(w, d);
	xml_flag(w, "memballoon", "model", "none");
	xml_close(w);
}

/*
 * One controller each: its serial number is the device's name. Eight functions
 * fill a slot. QEMU's identifiers begin with a letter, which a name need not.
 */
static void write_namespace(writer w, const struct topology_device *dev, const char *image,
			    unsigned n)
{
	const struct { const char *option; uint64_t value; } throttles[] = {
		{ "iops-total", dev->iops },
		{ "iops-total-max", dev->iops_burst },
		{ "bps-total", dev->bandwidth },
		{ "bps-total-max", dev->bandwidth_burst },
	};

	xml_qemu_arg(w, "-drive");
	xml_qemu_arg_begin(w);
	xml_qemu_arg_part(w, "if=none,id=disk-%s,format=raw,cache=unsafe,discard=unmap,file=", dev->name);
	xml_qemu_arg_path(w, image);
	for (size_t i = 0; i < ARRAY_SIZE(throttles); i++)
		if (throttles[i].value)
			xml_qemu_arg_part(w, ",throttling.%s=%" PRIu64, throttles[i].option,
					  throttles[i].value);
	xml_qemu_arg_end(w);
	xml_qemu_arg(w, "-device");
	xml_qemu_arg(w, "nvme,drive=disk-%s,bus=pcie.0,addr=0x%x.%u,multifunction=on,serial=%s", dev->name,
		     SLOT_NVME + n / 8, n % 8, dev->name);
}

static void write_nvme(writer w, const struct domain_spec *d)
{
	const struct topology *t = d->topology;
	unsigned n = 0;

	if (t->disk == DISK_NVME) {
		xml_qemu_arg(w, "-drive");
		xml_qemu_arg_begin(w);
		xml_qemu_arg_part(w, "if=none,id=root,format=qcow2,cache=unsafe,file=");
		xml_qemu_arg_path(w, d->root_overlay);
		xml_qemu_arg_end(w);
		xml_qemu_arg(w, "-device");
		xml_qemu_arg(w, "nvme,drive=root,bus=pcie.0,addr=0x%x,serial=" ROOT_DISK_SERIAL,
			     SLOT_ROOT_DISK);
	}
	for (size_t i = 0; i < t->n_devices; i++) {
		if (t->devices[i].kind == DEVICE_NVME)
			write_namespace(w, &t->devices[i], d->device_images[i], n++);
	}
}

static void write_qemu_args(writer w, const struct domain_spec *d)
{
	xml_open(w, "qemu:commandline");
	xml_qemu_arg(w, "-seed");
	xml_qemu_arg(w, "%" PRIu32, d->seed);
	if (d->clock == CLOCK_VIRTUAL) {
		xml_qemu_arg(w, "-icount");
		xml_qemu_arg(w, VIRTUAL_CLOCK_ICOUNT);
	}
	write_nvme(w, d);
	domain_write_cxl(w, d);
	xml_close(w);
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
	xml_open(w, "domain");
	xml_attr(w, "type", d->accel == ACCEL_KVM ? "kvm" : "qemu");
	xml_attr(w, "xmlns:qemu", QEMU_NS);
	xml_text(w, "name", d->name);
	domain_write_memory(w, d);
	write_boot(w, d);
	domain_write_cpu(w, d);
	write_clock(w, d);
	xml_text(w, "on_poweroff", "destroy");
	xml_text(w, "on_reboot", "destroy");
	xml_text(w, "on_crash", "destroy");
	write_devices(w, d);
	write_qemu_args(w, d);
	xml_close(w);
	if (xmlTextWriterFlush(w) < 0)
		return err_set(e, ENOMEM, "out of memory for the domain's XML");
	char *xml = strdup((const char *)xmlBufferContent(buf));
	if (!xml)
		return err_set(e, ENOMEM, "out of memory for the domain's XML");
	*ret = xml;
	return 0;
}
