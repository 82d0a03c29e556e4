/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "cell/guest-modules.h"
#include "topology-fixture.h"

#define CXL "cxl_acpi? cxl_pci? cxl_port? cxl_mem? cxl_pmem? nd_pmem? dax_pmem? device_dax? kmem?"

/* "name[options]" of each, "?" behind one a guest boots without, "??" where nobody is told. */
static char *text_of(const struct guest_modules *m)
{
	char *text = path_format("%s", "");

	assert_null(m->list[m->n].name);
	for (size_t i = 0; i < m->n; i++) {
		const struct module_want *w = &m->list[i];
		cleanup_free char *old = text;

		text = path_format("%s%s%s%s%s%s%s", old, i ? " " : "", w->name,
				   w->options ? "[" : "", w->options ? w->options : "",
				   w->options ? "]" : "",
				   &"??"[2 - w->need]);
	}
	return text;
}

static void each_part_of_a_topology_brings_its_modules_once(void **state)
{
	static const struct { const char *file, *qemu, *modules, *cmdline; } cases[] = {
		{ "topologies/dram.yaml", NULL, "virtio_blk ext4", "" },
		{ "topologies/tier-hmat.yaml", NULL, "virtio_blk ext4", "" },
		{ "topologies/zram.yaml", NULL, "virtio_blk ext4 lz4?? zram[num_devices=1]?",
		  " zram.num_devices=1" },
		{ "topologies/zram-nvme.yaml", NULL,
		  "virtio_blk ext4 lz4?? zram[num_devices=1]? nvme?", " zram.num_devices=1" },
		{ "topologies/timed.yaml", NULL, "virtio_blk ext4 null_blk[nr_devices=0]?",
		  " null_blk.nr_devices=0" },
		{ "tests/unit/data/domain/nvme.yaml", NULL,
		  "nvme ext4 lz4?? zram[num_devices=1]?", " zram.num_devices=1" },
		{ "topologies/cxl-direct.yaml", QEMU_7_2, "nvme ext4 " CXL, "" },
		{ "topologies/cxl-direct.yaml", NULL, "nvme ext4 " CXL, "" },
		{ "tests/unit/data/domain/cxl-media.yaml", QEMU_9_2, "nvme ext4 " CXL " dax_cxl?", "" },
		{ "tests/unit/data/domain/zrams.yaml", NULL,
		  "virtio_blk ext4 zstd?? zram[num_devices=3]? lzo-rle?? null_blk[nr_devices=0]?",
		  " zram.num_devices=3 null_blk.nr_devices=0" },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_topology_file struct topology_file f = { 0 };
		cleanup_features struct vm_features features = { 0 };
		struct guest_modules m;

		print_message("  %s\n", cases[i].file);
		topology_file_open(&f, cases[i].file);
		if (cases[i].qemu)
			features_read(&features, cases[i].qemu);
		guest_modules_set(&f.topology, cases[i].qemu ? &features : NULL, &m);
		cleanup_free char *modules = text_of(&m), *cmdline = guest_modules_cmdline(&m);
		assert_string_equal(modules, cases[i].modules);
		assert_string_equal(cmdline, cases[i].cmdline);
	}
}

static void the_most_that_a_topology_can_have_fits(void **state)
{
	static const char *const algorithms[] = { "lz4", "zstd", "lzo", "lzo-rle", "lz4hc", "842",
						  "deflate" };
	struct topology t = { .disk = DISK_NVME, .n_nodes = 2, .n_devices = TOPOLOGY_DEVICES_MAX };
	struct guest_modules m;
	(void)state;

	t.nodes[1] = (struct topology_node){ .kind = NODE_CXL, .media = MEDIA_VOLATILE };
	for (size_t i = 0; i < t.n_devices; i++)
		t.devices[i] = (struct topology_device){
			.kind = i ? DEVICE_ZRAM : DEVICE_TIMED,
			.algorithm = algorithms[i % ARRAY_SIZE(algorithms)],
		};
	guest_modules_set(&t, NULL, &m);
	assert_null(m.list[m.n].name);
	assert_string_equal(m.list[m.n - 1].name, "dax_cxl");
	assert_string_equal(m.zram_options, "num_devices=15");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_part_of_a_topology_brings_its_modules_once),
		cmocka_unit_test(the_most_that_a_topology_can_have_fits),
	};

	return cmocka_run_group_tests_name("guest-modules", tests, NULL, NULL);
}
