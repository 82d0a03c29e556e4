/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "cell/fidelity.h"
#include "lib/cleanup.h"

static void every_kind_of_node_says_how_it_is_slow(void **state)
{
	static const struct { struct topology_node node; const char *tcg, *kvm; } cases[] = {
		{ { .kind = NODE_DRAM }, "dram: not-modelled", "dram: host-bound" },
		{ { .kind = NODE_DRAM, .host_nodes = "0" }, "dram: not-modelled", "dram: host-bound" },
		{ { .kind = NODE_TIER }, "tier: table-only", "tier: table-only" },
		{ { .kind = NODE_TIER, .host_nodes = "1" }, "tier: table-only", "tier: host-bound" },
		{ { .kind = NODE_CXL }, "cxl: device-emulated", "cxl: device-emulated" },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_free char *tcg = fidelity_node(&cases[i].node, ACCEL_TCG);
		cleanup_free char *kvm = fidelity_node(&cases[i].node, ACCEL_KVM);

		assert_string_equal(tcg, cases[i].tcg);
		assert_string_equal(kvm, cases[i].kvm);
	}
}

static void every_kind_of_device_says_how_it_is_slow(void **state)
{
	static const struct { struct topology_device device; enum accel accel; const char *text; } cases[] = {
		{ { .kind = DEVICE_ZRAM }, ACCEL_TCG, "zram: not-modelled" },
		{ { .kind = DEVICE_ZRAM }, ACCEL_KVM, "zram: host-bound" },
		{ { .kind = DEVICE_NVME }, ACCEL_TCG, "nvme: device-emulated, not throttled" },
		{ { .kind = DEVICE_NVME, .iops = 500 }, ACCEL_KVM,
		  "nvme: device-emulated, throttled by the host's clock to 500 IOPS" },
		{ { .kind = DEVICE_NVME, .bandwidth = 1500000 }, ACCEL_TCG,
		  "nvme: device-emulated, throttled by the host's clock to 1.5 MB/s" },
		{ { .kind = DEVICE_NVME, .iops = 20000, .bandwidth = 400000000 }, ACCEL_TCG,
		  "nvme: device-emulated, throttled by the host's clock to 20000 IOPS and 400 MB/s" },
		{ { .kind = DEVICE_TIMED, .latency_ns = 100000 }, ACCEL_TCG,
		  "timed: device-emulated, 100 us on the guest's clock" },
		{ { .kind = DEVICE_TIMED, .latency_ns = 1500 }, ACCEL_KVM,
		  "timed: device-emulated, 1.5 us on the guest's clock" },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_free char *text = fidelity_device(&cases[i].device, cases[i].accel);

		assert_string_equal(text, cases[i].text);
	}
}

static const struct topology mixed = {
	.n_nodes = 2,
	.nodes = { { .kind = NODE_DRAM }, { .kind = NODE_CXL } },
	.n_devices = 3,
	.devices = { { .kind = DEVICE_ZRAM, .name = "fast" },
		     { .kind = DEVICE_NVME, .name = "flash" },
		     { .kind = DEVICE_NVME, .name = "behind", .is_backing = true } },
};

static void nodes_are_named_by_their_numbers(void **state)
{
	cleanup_json json_t *nodes = fidelity_nodes(&mixed, ACCEL_TCG);
	cleanup_json json_t *wanted = json_pack("{s:s, s:s}", "0", "dram: not-modelled", "1",
						"cxl: device-emulated");
	(void)state;

	assert_true(json_equal(nodes, wanted));
}

static void only_devices_that_pages_go_to_are_named(void **state)
{
	static const struct { const char *policies, *names[3]; } cases[] = {
		{ "[]", { NULL } },
		{ "[{\"policy\": \"na\"}]", { NULL } },
		{ "[{\"swap\": [{\"device\": \"zram\"}]}]", { "fast" } },
		{ "[{\"policy\": \"na\"}, {\"swap\": [{\"device\": \"nvme\"}]}]", { "flash" } },
		{ "[{\"swap\": [{\"device\": \"nvme\"}, {\"device\": \"zram\"}]}]", { "fast", "flash" } },
		{ "[{\"swap\": [{\"device\": \"timed\"}]}]", { NULL } },
		{ "[{\"needs\": {\"backing\": false}, \"swap\": [{\"device\": \"zram\"}]}]", { "fast" } },
		{ "[{\"needs\": {\"backing\": true}, \"swap\": [{\"device\": \"zram\"}]}]",
		  { "fast", "behind" } },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_json json_t *policies = json_loads(cases[i].policies, 0, NULL);
		cleanup_json json_t *swaps = fidelity_swaps(&mixed, ACCEL_TCG, policies);
		size_t n = 0;

		print_message("  %s\n", cases[i].policies);
		for (; cases[i].names[n]; n++)
			assert_non_null(json_str(swaps, cases[i].names[n]));
		assert_int_equal(json_object_size(swaps), n);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_of_node_says_how_it_is_slow),
		cmocka_unit_test(every_kind_of_device_says_how_it_is_slow),
		cmocka_unit_test(nodes_are_named_by_their_numbers),
		cmocka_unit_test(only_devices_that_pages_go_to_are_named),
	};

	return cmocka_run_group_tests_name("fidelity", tests, NULL, NULL);
}
