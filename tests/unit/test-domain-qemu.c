/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What libvirt passes on to QEMU as it is, and so cannot check. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "domain-fixture.h"

/* A comma ends a value of QEMU's, unless there are two. */
static void a_path_with_commas_is_one_value_to_qemu(void **state)
{
	static const char *const images[TOPOLOGY_DEVICES_MAX] = { NULL, "/tmp/b,,c", "/tmp/d" };
	cleanup_topology_file struct topology_file f = { 0 };
	(void)state;

	topology_file_open(&f, OURS "full-cxl.yaml");
	struct domain_spec d = spec_of(&(struct kind){ 0 }, &f.topology);

	d.root_overlay = "/tmp/a,id=b/root.qcow2,";
	d.device_images = images;
	cleanup_free char *xml = xml_of(&d);
	assert_non_null(strstr(xml, "file=/tmp/a,,id=b/root.qcow2,,\""));
	assert_non_null(strstr(xml, "file=/tmp/b,,,,c\""));
}

static void a_device_may_be_named_by_a_number(void **state)
{
	static const char *const images[TOPOLOGY_DEVICES_MAX] = { "/tmp/a" };
	cleanup_topology_file struct topology_file f = { 0 };
	(void)state;

	topology_file_open(&f, OURS "nvme-swap.yaml");
	f.topology.devices[0].name = "2nd";
	struct domain_spec d = spec_of(&(struct kind){ 0 }, &f.topology);

	d.device_images = images;
	cleanup_free char *xml = xml_of(&d);
	assert_non_null(strstr(xml, ",id=disk-2nd,"));
	assert_non_null(strstr(xml, "nvme,drive=disk-2nd,"));
	assert_non_null(strstr(xml, "serial=2nd\""));
}

/* The value of the next option @key in QEMU's arguments from *at on, which moves behind it. */
static bool option_next(const char **at, const char *key, char value[64])
{
	cleanup_free char *wanted = path_format(",%s=", key);
	const char *found = strstr(*at, wanted);

	if (!found)
		return false;
	*at = found + strlen(wanted);
	snprintf(value, 64, "%.*s", (int)strcspn(*at, ",\""), *at);
	return true;
}

static void nothing_in_a_guest_has_the_place_or_name_of_something_else(void **state)
{
	static const char *const keys[] = { "id", "addr", "bus_nr", "sn", "serial", "drive", "lsa" };
	(void)state;

	for (size_t i = 0; i < kinds.n; i++) {
		cleanup_free char *xml = xml_of_kind(&kinds.list[i]);

		for (size_t k = 0; k < ARRAY_SIZE(keys); k++) {
			char value[64], other[64];

			for (const char *p = xml; option_next(&p, keys[k], value);)
				for (const char *q = p; option_next(&q, keys[k], other);)
					assert_string_not_equal(value, other);
		}
	}
}

/* QEMU numbers the buses below a host bridge from its own on, one a port. */
static void host_bridges_have_room_for_the_buses_below_them(void **state)
{
	(void)state;

	for (size_t i = 0; i < kinds.n; i++) {
		cleanup_free char *xml = xml_of_kind(&kinds.list[i]);
		unsigned long free_bus = 0x10, total = 0;	/* below are libvirt's root ports */

		for (char *bridge = xml; (bridge = strstr(bridge, "\"pxb-cxl")); total++) {
			const char *at = bridge, *end = strstr(++bridge, "\"pxb-cxl");
			char value[64];

			assert_true(option_next(&at, "bus_nr", value));
			assert_true(strtoul(value, NULL, 16) >= free_bus);
			free_bus = strtoul(value, NULL, 16) + 1;
			for (const char *p = at; (p = strstr(p, "\"cxl-")) && (!end || p < end); p++)
				free_bus += strncmp(p, "\"cxl-type3", 10) != 0;
		}
		assert_true(free_bus <= 0x100);
		assert_true(total <= CXL_BRIDGES_MAX);
	}
}

static uint64_t sizes_sum(const char *xml, const char *key)
{
	uint64_t sum = 0;
	char value[64];

	while (option_next(&xml, key, value))
		sum += strtoull(value, NULL, 10);
	return sum;
}

static void windows_expanders_and_nodes_of_cxl_are_of_one_size(void **state)
{
	(void)state;

	for (size_t i = 0; i < kinds.n; i++) {
		cleanup_topology_file struct topology_file f = { 0 };
		cleanup_free char *xml = xml_of_kind(&kinds.list[i]);
		uint64_t windows = 0, nodes = 0, labels = 0;

		topology_file_open(&f, kinds.list[i].topology);
		for (size_t n = 0; n < f.topology.n_nodes; n++) {
			cleanup_free char *key = path_format("cxl-fmw.%zu.size", n);

			windows += sizes_sum(xml, key);
			if (f.topology.nodes[n].kind == NODE_CXL)
				nodes += f.topology.nodes[n].bytes;
		}
		for (const char *p = xml; (p = strstr(p, "id=cxl-lsa")); p++)
			labels += 1 << 20;
		assert_true(windows == nodes);
		assert_true(sizes_sum(xml, "size") == nodes + labels);
	}
}

static void cxl_media_is_what_was_asked_for_or_else_what_qemu_has(void **state)
{
	static const struct {
		enum cxl_media asked;
		bool persistent, is_volatile;
		enum cxl_media wanted;
	} cases[] = {
		{ MEDIA_AUTO, true, false, MEDIA_PERSISTENT },
		{ MEDIA_AUTO, true, true, MEDIA_PERSISTENT },
		{ MEDIA_AUTO, false, true, MEDIA_VOLATILE },
		{ MEDIA_VOLATILE, true, false, MEDIA_VOLATILE },
		{ MEDIA_PERSISTENT, false, true, MEDIA_PERSISTENT },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct topology_node n = { .kind = NODE_CXL, .media = cases[i].asked };
		struct vm_features f = { 0 };

		f.has[VM_CXL_PERSISTENT] = cases[i].persistent;
		f.has[VM_CXL_VOLATILE] = cases[i].is_volatile;
		assert_int_equal(domain_cxl_media(&n, &f), cases[i].wanted);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_path_with_commas_is_one_value_to_qemu),
		cmocka_unit_test(a_device_may_be_named_by_a_number),
		cmocka_unit_test(nothing_in_a_guest_has_the_place_or_name_of_something_else),
		cmocka_unit_test(host_bridges_have_room_for_the_buses_below_them),
		cmocka_unit_test(windows_expanders_and_nodes_of_cxl_are_of_one_size),
		cmocka_unit_test(cxl_media_is_what_was_asked_for_or_else_what_qemu_has),
	};

	return cmocka_run_group_tests_name("domain-qemu", tests, kinds_collect, kinds_drop);
}
