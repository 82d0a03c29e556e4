/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_DOMAIN_FIXTURE_H
#define RAMRIG_DOMAIN_FIXTURE_H

/* The guests whose domains are tested, one of each kind. Include it after cmocka.h. */
#include <glob.h>
#include <string.h>
#include "topology-fixture.h"
#include "vm/domain.h"

#define OURS "topologies/"
#define TESTS "tests/unit/data/domain/"

/* A guest whose XML is recorded in tests/golden/domain-NAME.xml. */
struct kind {
	const char *name;
	const char *topology;	/* its file */
	enum accel accel;
	enum guest_clock clock;
	bool interactive;
	bool newer;		/* a QEMU that has volatile CXL memory */
};

/* Beside every topology of ramrig's own: what those have not, and what cannot run everywhere. */
static const struct kind special_kinds[] = {
	{ .name = "kvm", .topology = OURS "dram.yaml", .accel = ACCEL_KVM },
	{ .name = "virtual", .topology = OURS "dram.yaml", .clock = CLOCK_VIRTUAL },
	{ .name = "interactive", .topology = OURS "dram.yaml", .interactive = true },
	{ .name = "nodes", .topology = TESTS "nodes.yaml" },
	{ .name = "nodes-virtual", .topology = TESTS "nodes.yaml", .clock = CLOCK_VIRTUAL },
	{ .name = "nvme", .topology = TESTS "nvme.yaml" },
	{ .name = "tiers", .topology = TESTS "tiers.yaml" },
	{ .name = "tiers-virtual", .topology = TESTS "tiers.yaml", .clock = CLOCK_VIRTUAL },
	{ .name = "cxl-wide", .topology = TESTS "cxl-wide.yaml" },
	{ .name = "cxl-newer", .topology = OURS "cxl-direct.yaml", .newer = true },
	{ .name = "cxl-media", .topology = TESTS "cxl-media.yaml", .newer = true },
	{ .name = "cxl-kvm", .topology = OURS "cxl-switch.yaml", .accel = ACCEL_KVM, .newer = true },
	{ .name = "host-bound", .topology = TESTS "host-bound.yaml", .accel = ACCEL_KVM },
	{ .name = "hugepages", .topology = TESTS "hugepages.yaml", .accel = ACCEL_KVM },
	{ .name = "pinned", .topology = TESTS "pinned.yaml", .accel = ACCEL_KVM },
};

#define TOPOLOGIES_MAX 64
static struct {
	struct kind list[TOPOLOGIES_MAX + ARRAY_SIZE(special_kinds)];
	size_t n;
	struct vm_features qemu_7_2, qemu_9_2;
	glob_t files;
	char *names[TOPOLOGIES_MAX];
} kinds;

static inline int kinds_collect(void **state)
{
	(void)state;

	features_read(&kinds.qemu_7_2, QEMU_7_2);
	features_read(&kinds.qemu_9_2, QEMU_9_2);
	assert_int_equal(glob(OURS "*.yaml", 0, NULL, &kinds.files), 0);
	assert_in_range(kinds.files.gl_pathc, 10, TOPOLOGIES_MAX);
	for (size_t i = 0; i < kinds.files.gl_pathc; i++) {
		const char *path = kinds.files.gl_pathv[i], *name = path + strlen(OURS);

		kinds.names[i] = path_format("%.*s", (int)strcspn(name, "."), name);
		kinds.list[kinds.n++] = (struct kind){ .name = kinds.names[i], .topology = path };
	}
	for (size_t i = 0; i < ARRAY_SIZE(special_kinds); i++)
		kinds.list[kinds.n++] = special_kinds[i];
	return 0;
}

static inline int kinds_drop(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(kinds.names); i++)
		free(kinds.names[i]);
	globfree(&kinds.files);
	vm_features_clear(&kinds.qemu_7_2);
	vm_features_clear(&kinds.qemu_9_2);
	return 0;
}

static inline struct domain_spec spec_of(const struct kind *k, const struct topology *t)
{
	static const char *const images[TOPOLOGY_DEVICES_MAX] = {
		"/work/run/0.raw", "/work/run/1.raw", "/work/run/2.raw", "/work/run/3.raw",
		"/work/run/4.raw", "/work/run/5.raw", "/work/run/6.raw", "/work/run/7.raw",
		"/work/run/8.raw", "/work/run/9.raw",
	};

	return (struct domain_spec){
		.name = "ramrig-0000002a",
		.arch = arch_here(),
		.emulator = "/usr/bin/qemu-system-x86_64",
		.accel = k->accel,
		.clock = k->clock,
		.vcpus = k->clock == CLOCK_VIRTUAL ? 1 : t->cpus,
		.topology = t,
		.features = k->newer ? &kinds.qemu_9_2 : &kinds.qemu_7_2,
		.device_images = images,
		.kernel = "/work/run/share-0",
		.initrd = "/work/run/initrd",
		.cmdline = "console=ttyS0 panic=-1",
		.root_overlay = "/work/run/root.qcow2",
		.console_log = "/work/run/out/console.log",
		.agent_socket = "/work/run/agent",
		.interactive = k->interactive,
		.seed = 42,
	};
}

static inline char *xml_of(const struct domain_spec *d)
{
	struct err e;
	char *xml = NULL;

	assert_int_equal(domain_xml(d, &xml, &e), 0);
	return xml;
}

static inline char *xml_of_kind(const struct kind *k)
{
	cleanup_topology_file struct topology_file f = { 0 };

	topology_file_open(&f, k->topology);
	struct domain_spec d = spec_of(k, &f.topology);

	print_message("  %s\n", k->name);
	return xml_of(&d);
}

#endif
