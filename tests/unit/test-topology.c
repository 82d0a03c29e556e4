/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "lib/cleanup.h"
#include "lib/file.h"
#include "topology/load.h"

#define MIB (1ULL << 20)
#define GIB (1ULL << 30)
#define DATA "tests/unit/data/host"
#define DRAM "{kind: dram, size: 1GiB, latency: 80ns, bandwidth: 100GB/s}"
#define TIER "{kind: tier, size: 1GiB, latency: 250ns, bandwidth: 30GB/s}"
#define CXL "{kind: cxl, size: 512MiB}"

/* A topology and the document whose texts it borrows. */
struct fixture {
	struct spec *spec;
	struct topology t;
};

static void fixture_clear(struct fixture *f)
{
	spec_free(f->spec);
}
#define cleanup_fixture __attribute__((cleanup(fixture_clear)))

/* Reads the topology "t" of eight CPUs with these nodes, a YAML list, and further keys. */
static void fixture_read(struct fixture *f, const char *nodes, const char *keys)
{
	cleanup_free char *text = path_format("topology: t\nsummary: x\ncpus: 8\nnodes: [%s]\n%s",
					      nodes, keys);
	struct err e = {};

	*f = (struct fixture){ 0 };
	if (spec_load_text(SPEC_TOPOLOGY, "t.yaml", text, strlen(text), &f->spec, &e) ||
	    topology_read(spec_doc(f->spec), &f->t, NULL, &e))
		fail_msg("%s\n%s", e.msg, e.excerpt);
}

static void tiers_are_those_the_kernel_computes(void **state)
{
	static const struct { const char *nodes; unsigned tiers[4], n; } cases[] = {
		{ DRAM, { 4 }, 1 },
		{ DRAM "," TIER, { 4, 46 }, 2 },	/* seen in a guest: 576 * 250 / 80 * 95368 / 28610 */
		{ DRAM "," CXL, { 4, 22 }, 2 },
		{ DRAM "," TIER "," CXL, { 4, 46, 22 }, 3 },
		{ DRAM "," TIER "," TIER, { 4, 46, 46 }, 2 },
		/* Cut after the first division, too: 18 on paper. */
		{ "{kind: dram, size: 1GiB, latency: 85ns, bandwidth: 10000MiB/s},"
		  "{kind: tier, size: 1GiB, latency: 102ns, bandwidth: 3000MiB/s}", { 4, 17 }, 2 },
		{ "{kind: dram, size: 1GiB, latency: 80ns, bandwidth: 100GB/s},"
		  "{kind: dram, size: 1GiB, latency: 86ns, bandwidth: 95GB/s}," TIER, { 4, 5, 46 }, 3 },
		/* 5760 * 762944 is over 32 bits by 99590144: not 76806 and tier 600, but 1740. */
		{ "{kind: dram, size: 1GiB, latency: 80ns, bandwidth: 400GB/s},"
		  "{kind: tier, size: 1GiB, latency: 800ns, bandwidth: 30GB/s}", { 4, 13 }, 2 },
		{ "{kind: dram, size: 1GiB, latency: 80ns}, {kind: dram, size: 1GiB}", { 4, 4 }, 1 },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_fixture struct fixture f = { 0 };

		print_message("  %s\n", cases[i].nodes);
		fixture_read(&f, cases[i].nodes, "disk: nvme\n");
		for (size_t k = 0; k < f.t.n_nodes; k++)
			assert_int_equal(topology_tier(&f.t, k), cases[i].tiers[k]);
		assert_int_equal(topology_tiers(&f.t), cases[i].n);
	}
}

static void bandwidths_are_what_sixteen_bits_of_one_unit_hold(void **state)
{
	static const struct { const char *dram, *tier; uint64_t mib[2]; } cases[] = {
		{ "100GB/s", "30GB/s", { 95368, 28610 } },	/* seen in a guest */
		{ "65534MiB/s", "1001MiB/s", { 65534, 1001 } },
		{ "65535MiB/s", "1001MiB/s", { 65536, 1002 } },	/* 65535 would mean unreachable */
		{ "131069MiB/s", "1001MiB/s", { 131068, 1000 } },
		{ "1GB/s", "30MB/s", { 954, 29 } },
		{ "16TiB/s", "1TiB/s", { 16777216, 1048576 } },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_fixture struct fixture f = { 0 };
		cleanup_free char *nodes = path_format(
			"{kind: dram, size: 1GiB, latency: 80ns, bandwidth: %s},"
			"{kind: tier, size: 1GiB, latency: 250ns, bandwidth: %s}",
			cases[i].dram, cases[i].tier);

		print_message("  %s, %s\n", cases[i].dram, cases[i].tier);
		fixture_read(&f, nodes, "");
		for (size_t k = 0; k < 2; k++)
			assert_int_equal(topology_hmat_mib(&f.t, k), cases[i].mib[k]);
	}
}

static void a_distance_is_the_greater_of_two_and_cxl_has_the_kernels_own(void **state)
{
	static const unsigned wanted[4][4] = {
		{ 10, 20, 40, 20 }, { 20, 10, 40, 20 }, { 40, 40, 10, 20 }, { 20, 20, 20, 10 },
	};
	cleanup_fixture struct fixture f = { 0 };

	(void)state;
	fixture_read(&f, DRAM "," DRAM ", {kind: tier, size: 1GiB, latency: 250ns, bandwidth: 30GB/s, "
		     "distance: 40}," CXL, "disk: nvme\n");
	for (size_t i = 0; i < 4; i++)
		for (size_t k = 0; k < 4; k++)
			assert_int_equal(topology_distance(&f.t, i, k), wanted[i][k]);
}

static void dram_nodes_share_the_cpus_and_the_first_takes_the_rest(void **state)
{
	static const struct { unsigned cpus, share[5]; } cases[] = {
		{ 8, { 4, 2, 2, 0, 0 } }, { 3, { 1, 1, 1, 0, 0 } }, { 1, { 1, 0, 0, 0, 0 } },
	};
	cleanup_fixture struct fixture f = { 0 };

	(void)state;
	fixture_read(&f, DRAM "," DRAM "," DRAM "," TIER "," CXL, "disk: nvme\n");
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		for (size_t k = 0; k < 5; k++)
			assert_int_equal(topology_node_cpus(&f.t, k, cases[i].cpus),
					 cases[i].share[k]);
}

#define SLOWER "{kind: tier, size: 1GiB, latency: 400ns, bandwidth: 20GB/s}"
#define FAR_TIER "{kind: tier, size: 1GiB, latency: 250ns, bandwidth: 30GB/s, distance: 30}"

static void pages_are_demoted_to_the_nearest_of_the_next_tier(void **state)
{
	static const struct { const char *nodes; unsigned targets[4]; int first[4]; } cases[] = {
		{ DRAM, { 0 }, { -1 } },
		{ DRAM "," TIER, { 2, 0 }, { 1, -1 } },
		{ DRAM "," DRAM "," TIER, { 4, 4, 0 }, { 2, 2, -1 } },
		{ DRAM "," TIER "," TIER, { 6, 0, 0 }, { 1, -1, -1 } },
		{ DRAM "," FAR_TIER "," TIER, { 4, 0, 0 }, { 2, -1, -1 } },
		{ DRAM "," SLOWER "," TIER, { 4, 0, 2 }, { 2, -1, 1 } },
		{ DRAM "," TIER "," CXL, { 4, 0, 2 }, { 2, -1, 1 } },
		{ DRAM "," CXL "," CXL, { 6, 0, 0 }, { 1, -1, -1 } },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_fixture struct fixture f = { 0 };

		print_message("  %s\n", cases[i].nodes);
		fixture_read(&f, cases[i].nodes, "disk: nvme\n");
		for (size_t k = 0; k < f.t.n_nodes; k++) {
			assert_int_equal(topology_demotion_targets(&f.t, k), cases[i].targets[k]);
			assert_int_equal(topology_demotion_target(&f.t, k), cases[i].first[k]);
		}
	}
}

static void devices_are_numbered_by_kind_and_find_their_backing(void **state)
{
	cleanup_fixture struct fixture f = { 0 };

	(void)state;
	fixture_read(&f, DRAM, "devices:\n"
		     "  - {kind: zram, name: a, size: 64MiB}\n"
		     "  - {kind: nvme, name: b, size: 64MiB}\n"
		     "  - {kind: zram, name: c, size: 64MiB, backing: d, algorithm: zstd}\n"
		     "  - {kind: nvme, name: d, size: 64MiB}\n");
	const struct topology_device *c = topology_device_find(&f.t, "c");

	assert_int_equal(topology_devices_of(&f.t, DEVICE_ZRAM), 2);
	assert_int_equal(c->index, 1);
	assert_string_equal(c->algorithm, "zstd");
	assert_string_equal(f.t.devices[0].algorithm, "lz4");
	assert_ptr_equal(c->backing, &f.t.devices[3]);
	assert_true(topology_swappable(&f.t.devices[1], DEVICE_NVME));
	assert_false(topology_swappable(&f.t.devices[3], DEVICE_NVME));
	assert_false(topology_swappable(c, DEVICE_NVME));
	assert_null(topology_device_find(&f.t, "e"));
}

static void node_0_has_room_for_what_timed_devices_hold(void **state)
{
	static const struct { const char *keys; uint64_t extra; } cases[] = {
		{ "", 0 },
		{ "devices: [{kind: nvme, name: a, size: 1GiB}]\n", 0 },
		{ "devices: [{kind: timed, name: a, size: 256MiB}]\n", 268 * MIB },
		{ "devices: [{kind: timed, name: a, size: 256MiB}, {kind: timed, name: b, size: 16MiB}]\n",
		  284 * MIB },
		{ "hugepages: 1GiB\ndevices: [{kind: timed, name: a, size: 256MiB}]\n", GIB },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_fixture struct fixture f = { 0 };

		fixture_read(&f, DRAM "," DRAM, cases[i].keys);
		assert_int_equal(f.t.nodes[0].extra_bytes, cases[i].extra);
		assert_int_equal(f.t.nodes[1].extra_bytes, 0);
		assert_int_equal(topology_bytes(&f.t), 2 * GIB + cases[i].extra);
	}
}

static void a_scale_multiplies_sizes_and_nothing_else(void **state)
{
	cleanup_fixture struct fixture f = { 0 };
	struct topology t;
	struct err e = {};

	(void)state;
	fixture_read(&f, DRAM "," CXL, "disk: nvme\ndevices:\n"
		     "  - {kind: zram, name: a, size: 64MiB, memory_limit: 32MiB}\n"
		     "  - {kind: nvme, name: b, size: 1GiB, iops: 500, bandwidth: 10MB/s}\n");
	cleanup_json json_t *doc = json_deep_copy(spec_doc(f.spec));

	topology_scale(doc, 64);
	assert_int_equal(topology_read(doc, &t, NULL, &e), 0);
	assert_int_equal(t.cpus, f.t.cpus);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(t.nodes[i].bytes, 64 * f.t.nodes[i].bytes);
		assert_int_equal(t.nodes[i].bandwidth, f.t.nodes[i].bandwidth);
		assert_int_equal(t.devices[i].bytes, 64 * f.t.devices[i].bytes);
	}
	assert_int_equal(t.devices[0].memory_limit, 2 * GIB);
	assert_int_equal(t.devices[1].iops, 500);
	assert_int_equal(t.devices[1].bandwidth, 10000000);
}

static void a_broken_copy_in_a_plan_is_refused_without_a_file(void **state)
{
	cleanup_fixture struct fixture f = { 0 };
	char pointer[POINTER_SIZE] = "";
	struct topology t = { .cpus = 77 };
	struct err e = {};

	(void)state;
	fixture_read(&f, DRAM "," CXL, "disk: nvme\n");
	cleanup_json json_t *doc = json_deep_copy(spec_doc(f.spec));

	json_object_set_new(json_array_get(json_object_get(doc, "nodes"), 1), "size",
			    json_integer(100 * MIB));
	assert_int_equal(topology_read(doc, &t, pointer, &e), -EINVAL);
	assert_string_equal(pointer, "/nodes/1/size");
	assert_non_null(strstr(e.msg, "no multiple of 256MiB"));
	assert_int_equal(t.cpus, 77);
}

static void the_hosts_memory_is_read_from_proc_and_sys(void **state)
{
	struct host_memory h;
	struct err e = {};

	(void)state;
	assert_int_equal(host_memory_read(DATA "/server", &h, &e), 0);
	assert_int_equal(h.total_bytes, 263856716ULL * 1024);
	assert_int_equal(h.node_mask, 0xb);
	assert_int_equal(h.cpus, 16);
	assert_int_equal(h.free_hugepages_2m, 512);
	assert_int_equal(h.free_hugepages_1g, 3);
	/* Neither NUMA nor huge pages. */
	assert_int_equal(host_memory_read(DATA "/plain", &h, &e), 0);
	assert_int_equal(h.node_mask, 1);
	assert_int_equal(h.cpus, 4);
	assert_int_equal(h.free_hugepages_2m, 0);
	assert_int_equal(host_memory_read(DATA "/none", &h, &e), -ENOENT);
	assert_int_equal(host_memory_read("", &h, &e), 0);
	assert_true(h.total_bytes > 0);
}

static void features_are_those_of_nodes_disks_and_media(void **state)
{
	static const struct { const char *nodes, *keys; unsigned features; } cases[] = {
		{ DRAM, "", 0 },
		{ DRAM "," TIER, "", 1U << VM_HMAT },
		{ DRAM "," CXL, "disk: nvme\n", 1U << VM_CXL_MACHINE | 1U << VM_NVME },
		{ DRAM ", {kind: cxl, size: 256MiB, media: volatile}", "disk: nvme\n",
		  1U << VM_CXL_MACHINE | 1U << VM_NVME | 1U << VM_CXL_VOLATILE },
		{ DRAM, "devices: [{kind: zram, name: a, size: 64MiB}]\n", 0 },
		{ DRAM, "devices: [{kind: nvme, name: a, size: 64MiB}]\n", 1U << VM_NVME },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_fixture struct fixture f = { 0 };

		fixture_read(&f, cases[i].nodes, cases[i].keys);
		assert_int_equal(topology_features(&f.t), cases[i].features);
	}
}

/* A QEMU that has every feature but these bits. */
static struct vm_features qemu_without(unsigned bits)
{
	struct vm_features f = { .version = (char *)"7.2.22" };

	for (int i = 0; i < VM_FEATURE_COUNT; i++)
		f.has[i] = !(bits >> i & 1);
	return f;
}

static void what_the_host_or_qemu_lacks_is_refused(void **state)
{
	static const struct {
		const char *nodes, *keys;
		enum guest_clock clock;
		unsigned without;
		int rc;
		const char *pointer, *why;
	} cases[] = {
		{ DRAM, "", CLOCK_HOST, 0, 0, NULL, NULL },
		{ DRAM "," TIER, "", CLOCK_VIRTUAL, 0, 0, NULL, NULL },
		{ "{kind: dram, size: 64GiB}, {kind: dram, size: 188GiB}", "", CLOCK_HOST, 0, -EINVAL,
		  "/nodes", "need 258048 MiB, and this host has 257672 MiB: 376 MiB too few" },
		{ "{kind: dram, size: 1GiB, host_nodes: 0-2}", "", CLOCK_HOST, 0, -EINVAL,
		  "/nodes/0/host_nodes", "no memory node 2; it has 0, 1, 3" },
		{ DRAM ", {kind: dram, size: 1GiB, latency: 80ns, bandwidth: 1GB/s, host_nodes: 4000}", "",
		  CLOCK_HOST, 0, -EINVAL, "/nodes/1/host_nodes", "no memory node 4000" },
		{ "{kind: dram, size: 1GiB, host_nodes: 3}", "", CLOCK_HOST, 0, 0, NULL, NULL },
		{ DRAM, "pin: 9-16\n", CLOCK_HOST, 0, -EINVAL, "/pin", "no CPU 16; its last is 15" },
		{ DRAM, "pin: 8-15\n", CLOCK_HOST, 0, 0, NULL, NULL },
		{ DRAM, "hugepages: 2MiB\n", CLOCK_HOST, 0, 0, NULL, NULL },
		{ DRAM "," TIER, "hugepages: 2MiB\n", CLOCK_HOST, 0, -EINVAL, "/hugepages",
		  "need 1024 of 2 MiB, and this host has 512 free" },
		{ "{kind: dram, size: 4GiB}", "hugepages: 1GiB\n", CLOCK_HOST, 0, -EINVAL, "/hugepages",
		  "hugepages-1048576kB" },
		{ DRAM "," CXL, "hugepages: 2MiB\ndisk: nvme\n", CLOCK_HOST, 0, 0, NULL, NULL },
		{ DRAM "," TIER, "", CLOCK_HOST, 1U << VM_HMAT, -EOPNOTSUPP, "/nodes/1/kind",
		  "needs 'hmat' (an ACPI table of memory latencies (HMAT)), which QEMU 7.2.22 lacks" },
		{ DRAM "," CXL, "disk: nvme\n", CLOCK_HOST, 1U << VM_CXL_MACHINE, -EOPNOTSUPP,
		  "/nodes/1/kind", "'cxl-machine'" },
		{ DRAM "," CXL, "disk: nvme\n", CLOCK_HOST, 1U << VM_CXL_VOLATILE, 0, NULL, NULL },
		{ DRAM "," CXL, "disk: nvme\n", CLOCK_HOST, 1U << VM_CXL_PERSISTENT, 0, NULL, NULL },
		{ DRAM "," CXL, "disk: nvme\n", CLOCK_HOST,
		  1U << VM_CXL_PERSISTENT | 1U << VM_CXL_VOLATILE, -EOPNOTSUPP, "/nodes/1/kind",
		  "'cxl-persistent'" },
		{ DRAM ", {kind: cxl, size: 256MiB, media: volatile}", "disk: nvme\n", CLOCK_HOST,
		  1U << VM_CXL_VOLATILE, -EOPNOTSUPP, "/nodes/1/media", "'cxl-volatile'" },
		{ DRAM ", {kind: cxl, size: 256MiB, media: persistent}", "disk: nvme\n", CLOCK_HOST,
		  1U << VM_CXL_PERSISTENT, -EOPNOTSUPP, "/nodes/1/media", "'cxl-persistent'" },
		{ DRAM, "disk: nvme\n", CLOCK_HOST, 1U << VM_NVME, -EOPNOTSUPP, "/disk", "'nvme'" },
		{ DRAM, "devices: [{kind: nvme, name: a, size: 64MiB}]\n", CLOCK_HOST, 1U << VM_NVME,
		  -EOPNOTSUPP, "/devices/0/kind", "'nvme'" },
		{ DRAM, "", CLOCK_VIRTUAL, 1U << VM_ICOUNT, -EOPNOTSUPP, "", "'icount'" },
		{ DRAM, "", CLOCK_HOST, 1U << VM_ICOUNT, 0, NULL, NULL },
		{ DRAM, "devices: [{kind: nvme, name: a, size: 64MiB, iops: 500}]\n", CLOCK_VIRTUAL, 0,
		  -EINVAL, "/devices/0/iops", "means nothing under the virtual clock" },
		{ DRAM, "devices: [{kind: nvme, name: a, size: 64MiB, bandwidth: 1MB/s}]\n",
		  CLOCK_VIRTUAL, 0, -EINVAL, "/devices/0/bandwidth", "timed device" },
		{ DRAM, "devices: [{kind: timed, name: a, size: 64MiB}]\n", CLOCK_VIRTUAL, 0, 0, NULL,
		  NULL },
	};
	struct host_memory host;
	struct err e = {};

	(void)state;
	assert_int_equal(host_memory_read(DATA "/server", &host, &e), 0);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct vm_features features = qemu_without(cases[i].without);
		cleanup_fixture struct fixture f = { 0 };
		char pointer[POINTER_SIZE] = "";

		print_message("  %s %s\n", cases[i].nodes, cases[i].keys);
		fixture_read(&f, cases[i].nodes, cases[i].keys);
		assert_int_equal(topology_admit(&f.t, cases[i].clock, &host, &features, pointer, &e),
				 cases[i].rc);
		if (!cases[i].rc)
			continue;
		assert_int_equal(e.code, -cases[i].rc);
		assert_string_equal(pointer, cases[i].pointer);
		assert_non_null(strstr(e.msg, cases[i].why));
	}
}

static void a_qemu_that_was_not_asked_lacks_nothing(void **state)
{
	const struct host_memory host = { .total_bytes = GIB, .node_mask = 1, .cpus = 1 };
	cleanup_fixture struct fixture f = { 0 };
	struct err e = {};

	(void)state;
	fixture_read(&f, "{kind: dram, size: 512MiB}," CXL, "disk: nvme\n");
	assert_int_equal(topology_admit(&f.t, CLOCK_VIRTUAL, &host, NULL, NULL, &e), 0);
}

static void a_missing_feature_names_the_topologies_that_would_work(void **state)
{
	struct site site = {
		.host = { .total_bytes = 64 * GIB, .node_mask = 1, .cpus = 8 },
		.features = qemu_without(1U << VM_CXL_MACHINE | 1U << VM_NVME),
		.host_known = true, .qemu_asked = true, .qemu_answered = true,
	};
	const struct topology_wish w = { .scale = 1, .site = &site };
	struct search search = {};
	json_t *doc = NULL;
	struct err e = {};

	(void)state;
	assert_int_equal(search_add(&search, ".", &e), 0);
	assert_int_equal(topology_load(&search, "topologies/cxl-direct.yaml", &w, &doc, &e), -EINVAL);
	assert_null(doc);
	assert_non_null(strstr(e.msg, "topologies/cxl-direct.yaml:9:7: disk: needs 'nvme'"));
	assert_non_null(strstr(e.msg, "; dram, tier-hmat, timed and zram would work here"));
	assert_int_equal(topology_load(&search, "topologies/zram.yaml", &w, &doc, &e), 0);
	json_decref(doc);
	search_clear(&search);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tiers_are_those_the_kernel_computes),
		cmocka_unit_test(bandwidths_are_what_sixteen_bits_of_one_unit_hold),
		cmocka_unit_test(a_distance_is_the_greater_of_two_and_cxl_has_the_kernels_own),
		cmocka_unit_test(dram_nodes_share_the_cpus_and_the_first_takes_the_rest),
		cmocka_unit_test(pages_are_demoted_to_the_nearest_of_the_next_tier),
		cmocka_unit_test(devices_are_numbered_by_kind_and_find_their_backing),
		cmocka_unit_test(node_0_has_room_for_what_timed_devices_hold),
		cmocka_unit_test(a_scale_multiplies_sizes_and_nothing_else),
		cmocka_unit_test(a_broken_copy_in_a_plan_is_refused_without_a_file),
		cmocka_unit_test(the_hosts_memory_is_read_from_proc_and_sys),
		cmocka_unit_test(features_are_those_of_nodes_disks_and_media),
		cmocka_unit_test(what_the_host_or_qemu_lacks_is_refused),
		cmocka_unit_test(a_qemu_that_was_not_asked_lacks_nothing),
		cmocka_unit_test(a_missing_feature_names_the_topologies_that_would_work),
	};

	return cmocka_run_group_tests_name("topology", tests, NULL, NULL);
}
