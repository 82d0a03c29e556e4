/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>
#include <libxml/parser.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>
#include <cmocka.h>
#include "lib/child.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "domain-fixture.h"

#define GIB (1ULL << 30)
#define SCHEMA "/usr/share/libvirt/schemas/domain.rng"

static void every_kind_of_guest_has_the_xml_that_is_recorded(void **state)
{
	(void)state;

	for (size_t i = 0; i < kinds.n; i++) {
		cleanup_free char *path = path_format("tests/golden/domain-%s.xml",
						      kinds.list[i].name);
		cleanup_free char *xml = xml_of_kind(&kinds.list[i]), *wanted = NULL;
		struct err e;

		if (getenv("RAMRIG_UPDATE_EXPECT"))
			assert_int_equal(file_write_atomic(path, xml, strlen(xml), &e), 0);
		assert_int_equal(file_read(AT_FDCWD, path, 1 << 20, &wanted, NULL, &e), 0);
		assert_string_equal(xml, wanted);
	}
}

static int schema_status(const char *path, char **ret_output)
{
	const char *argv[] = { "xmllint", "--noout", "--relaxng", SCHEMA, path, NULL };
	struct child_opts o = { .argv = argv, .timeout_ms = 60000, .output_max = 4096 };
	struct child_result r = { 0 };
	struct err e;

	if (child_run(&o, &r, &e))
		fail_msg("%s", e.msg);
	*ret_output = r.output;
	return r.status;
}

static void libvirts_own_schema_takes_every_recorded_guest(void **state)
{
	(void)state;

	assert_int_equal(access(SCHEMA, R_OK), 0);
	for (size_t i = 0; i < kinds.n; i++) {
		cleanup_free char *path = path_format("tests/golden/domain-%s.xml",
						      kinds.list[i].name);
		cleanup_free char *output = NULL;

		print_message("  %s\n", kinds.list[i].name);
		if (schema_status(path, &output))
			fail_msg("%s", output);
	}
}

/* Text of the one place @xpath of @xml. */
static char *text_at(const char *xml, const char *xpath)
{
	xmlDocPtr doc = xmlReadMemory(xml, (int)strlen(xml), "domain.xml", NULL, XML_PARSE_NONET);

	assert_non_null(doc);
	xmlXPathContextPtr ctx = xmlXPathNewContext(doc);

	xmlXPathRegisterNs(ctx, BAD_CAST "qemu",
			   BAD_CAST "http://libvirt.org/schemas/domain/qemu/1.0");
	xmlXPathObjectPtr found = xmlXPathEvalExpression(BAD_CAST xpath, ctx);

	assert_non_null(found);
	assert_non_null(found->nodesetval);
	assert_int_equal(found->nodesetval->nodeNr, 1);
	xmlChar *text = xmlNodeGetContent(found->nodesetval->nodeTab[0]);
	char *copy = strdup((const char *)text);

	xmlFree(text);
	xmlXPathFreeObject(found);
	xmlXPathFreeContext(ctx);
	xmlFreeDoc(doc);
	return copy;
}

static void what_is_special_in_xml_arrives_as_it_was(void **state)
{
	static const char odd[] = "/a <b> & \"c\" 'd' ]]> %s \xc3\xa9";
	static const char *const images[TOPOLOGY_DEVICES_MAX] = { odd };
	static const char *const places[] = {
		"/domain/name", "/domain/os/kernel", "/domain/os/initrd", "/domain/os/cmdline",
		"/domain/devices/emulator", "/domain/devices/disk/source/@file",
		"/domain/devices/serial/source/@path", "/domain/devices/channel/source/@path",
	};
	cleanup_topology_file struct topology_file f = { 0 };
	(void)state;

	topology_file_open(&f, OURS "nvme-swap.yaml");
	struct domain_spec d = spec_of(&(struct kind){ 0 }, &f.topology);

	d.name = d.kernel = d.initrd = d.cmdline = d.emulator = odd;
	d.root_overlay = d.console_log = d.agent_socket = odd;
	d.device_images = images;
	cleanup_free char *xml = xml_of(&d);
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		cleanup_free char *text = text_at(xml, places[i]);

		print_message("  %s\n", places[i]);
		assert_string_equal(text, odd);
	}
	cleanup_free char *device = text_at(xml, "//qemu:arg[starts-with(@value, 'if=')]/@value");
	assert_non_null(strstr(device, odd));

	f.topology.disk = DISK_NVME;
	f.topology.n_devices = 0;
	cleanup_free char *nvme = xml_of(&d);
	cleanup_free char *root = text_at(nvme, "//qemu:arg[starts-with(@value, 'if=')]/@value");
	assert_non_null(strstr(root, odd));
}

static void equal_guests_have_equal_bytes_and_a_seed_tells_them_apart(void **state)
{
	cleanup_topology_file struct topology_file f = { 0 };
	(void)state;

	topology_file_open(&f, OURS "full-cxl.yaml");
	struct domain_spec d = spec_of(&(struct kind){ 0 }, &f.topology), other = d;

	other.seed = UINT32_MAX;
	cleanup_free char *a = xml_of(&d), *b = xml_of(&d), *c = xml_of(&other);
	assert_string_equal(a, b);
	assert_string_not_equal(a, c);
	assert_non_null(strstr(c, "\"4294967295\""));
}

static void every_cpu_belongs_to_one_node(void **state)
{
	static const struct { unsigned vcpus; size_t nodes; const char *runs[4]; } cases[] = {
		{ 1, 1, { "0" } },
		{ 4, 2, { "0-1", "2-3" } },
		{ 5, 2, { "0-2", "3-4" } },
		{ 4, 4, { "0", "1", "2", "3" } },
		{ 2, 4, { "0-1", NULL, NULL, NULL } },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct topology t = { .name = "t", .cpus = cases[i].vcpus, .n_nodes = cases[i].nodes };
		struct domain_spec d = spec_of(&(struct kind){ 0 }, &t);

		for (size_t n = 0; n < t.n_nodes; n++)
			t.nodes[n] = (struct topology_node){ .bytes = GIB, .distance = 20 };
		cleanup_free char *xml = xml_of(&d);
		print_message("  %u CPUs, %zu nodes\n", d.vcpus, t.n_nodes);
		for (size_t n = 0; n < t.n_nodes; n++) {
			const char *run = cases[i].runs[n];
			cleanup_free char *cell = run ? path_format("id=\"%zu\" cpus=\"%s\" ", n, run)
						      : path_format("id=\"%zu\" memory", n);

			assert_non_null(strstr(xml, cell));
		}
	}
}

static void no_guest_has_a_network_card(void **state)
{
	(void)state;

	for (size_t i = 0; i < kinds.n; i++) {
		cleanup_free char *xml = xml_of_kind(&kinds.list[i]);

		assert_null(strstr(xml, "<interface"));
		assert_null(strstr(xml, "netdev"));
	}
}

static void only_nodes_with_cpus_are_initiators(void **state)
{
	static const struct { const char *kind; bool first, second; } cases[] = {
		{ "tiers", true, true }, { "tiers-virtual", true, false },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_free char *path = path_format("tests/golden/domain-%s.xml", cases[i].kind);
		cleanup_free char *xml = NULL;
		struct err e;

		assert_int_equal(file_read(AT_FDCWD, path, 1 << 20, &xml, NULL, &e), 0);
		assert_int_equal(!!strstr(xml, "initiator=\"0\" target=\"3\""), cases[i].first);
		assert_int_equal(!!strstr(xml, "initiator=\"1\" target=\"3\""), cases[i].second);
		assert_null(strstr(xml, "initiator=\"2\""));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_of_guest_has_the_xml_that_is_recorded),
		cmocka_unit_test(libvirts_own_schema_takes_every_recorded_guest),
		cmocka_unit_test(what_is_special_in_xml_arrives_as_it_was),
		cmocka_unit_test(equal_guests_have_equal_bytes_and_a_seed_tells_them_apart),
		cmocka_unit_test(every_cpu_belongs_to_one_node),
		cmocka_unit_test(no_guest_has_a_network_card),
		cmocka_unit_test(only_nodes_with_cpus_are_initiators),
	};

	return cmocka_run_group_tests_name("domain", tests, kinds_collect, kinds_drop);
}
