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
#include "vm/domain.h"

#define GIB (1ULL << 30)
#define SCHEMA "/usr/share/libvirt/schemas/domain.rng"

static const uint64_t four_nodes[] = { GIB, 2 * GIB, GIB / 2, GIB / 2 };

/* One node, two CPUs, virtio, the host's clock, TCG: the others differ from it by a word each. */
static struct domain_spec plain(void)
{
	return (struct domain_spec){
		.name = "ramrig-0000002a",
		.arch = arch_here(),
		.emulator = "/usr/bin/qemu-system-x86_64",
		.accel = ACCEL_TCG,
		.clock = CLOCK_HOST,
		.vcpus = 2,
		.node_bytes = four_nodes,
		.n_nodes = 1,
		.kernel = "/work/run/share-0",
		.initrd = "/work/run/initrd",
		.cmdline = "console=ttyS0 panic=-1",
		.root_overlay = "/work/run/root.qcow2",
		.root_bus = DISK_VIRTIO,
		.console_log = "/work/run/out/console.log",
		.agent_socket = "/work/run/agent",
		.seed = 42,
	};
}

static struct domain_spec of_kind(const char *kind)
{
	struct domain_spec d = plain();

	if (!strcmp(kind, "nvme"))
		d.root_bus = DISK_NVME;
	else if (!strcmp(kind, "kvm"))
		d.accel = ACCEL_KVM;
	else if (!strcmp(kind, "interactive"))
		d.interactive = true;
	if (strstr(kind, "virtual")) {
		d.clock = CLOCK_VIRTUAL;
		d.vcpus = 1;
	}
	if (strstr(kind, "nodes")) {
		d.n_nodes = ARRAY_SIZE(four_nodes);
		d.vcpus = strstr(kind, "virtual") ? 1 : 6;
	}
	return d;
}

static const char *const kinds[] = {
	"plain", "nvme", "kvm", "virtual", "nodes", "nodes-virtual", "interactive",
};

static char *xml_of(const struct domain_spec *d)
{
	struct err e;
	char *xml = NULL;

	assert_int_equal(domain_xml(d, &xml, &e), 0);
	return xml;
}

static void every_kind_of_guest_has_the_xml_that_is_recorded(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct domain_spec d = of_kind(kinds[i]);
		cleanup_free char *path = path_format("tests/golden/domain-%s.xml", kinds[i]);
		cleanup_free char *xml = xml_of(&d), *wanted = NULL;
		struct err e;

		print_message("  %s\n", kinds[i]);
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
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		cleanup_free char *path = path_format("tests/golden/domain-%s.xml", kinds[i]);
		cleanup_free char *output = NULL;

		print_message("  %s\n", kinds[i]);
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
	static const char odd[] = "/a <b> & \"c\" 'd' ]]> \xc3\xa9";
	struct domain_spec d = plain();
	static const char *const places[] = {
		"/domain/name", "/domain/os/kernel", "/domain/os/initrd", "/domain/os/cmdline",
		"/domain/devices/emulator", "/domain/devices/disk/source/@file",
		"/domain/devices/serial/source/@path", "/domain/devices/channel/source/@path",
	};
	(void)state;

	d.name = d.kernel = d.initrd = d.cmdline = d.emulator = odd;
	d.root_overlay = d.console_log = d.agent_socket = odd;
	cleanup_free char *xml = xml_of(&d);
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		cleanup_free char *text = text_at(xml, places[i]);

		print_message("  %s\n", places[i]);
		assert_string_equal(text, odd);
	}

	d.root_bus = DISK_NVME;
	cleanup_free char *nvme = xml_of(&d);
	cleanup_free char *arg =
		text_at(nvme, "//qemu:arg[starts-with(@value, 'if=')]/@value");
	assert_non_null(strstr(arg, odd));
}

static void equal_guests_have_equal_bytes_and_a_seed_tells_them_apart(void **state)
{
	struct domain_spec d = plain(), other = plain();
	(void)state;

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
		struct domain_spec d = plain();

		d.vcpus = cases[i].vcpus;
		d.n_nodes = cases[i].nodes;
		cleanup_free char *xml = xml_of(&d);
		print_message("  %u CPUs, %zu nodes\n", d.vcpus, d.n_nodes);
		for (size_t n = 0; n < d.n_nodes; n++) {
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

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct domain_spec d = of_kind(kinds[i]);
		cleanup_free char *xml = xml_of(&d);

		assert_null(strstr(xml, "<interface"));
		assert_null(strstr(xml, "netdev"));
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
	};

	return cmocka_run_group_tests_name("domain", tests, NULL, NULL);
}
