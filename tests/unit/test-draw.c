/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/outline.h"
#include "spec/spec.h"
#include "topology/draw.h"

/* On a large machine of somebody's: what the stock topologies do not have. */
static const char large[] =
	"topology: large\n"
	"summary: Two sockets, bound to the host, and four expanders\n"
	"cpus: 6\n"
	"pin: 2-7\n"
	"hugepages: 2MiB\n"
	"nodes:\n"
	"  - {kind: dram, size: 2GiB, latency: 80ns, bandwidth: 100GB/s, host_nodes: '0'}\n"
	"  - {kind: dram, size: 1GiB, latency: 80ns, bandwidth: 100GB/s, host_nodes: '1'}\n"
	"  - {kind: tier, size: 4GiB, latency: 250ns, bandwidth: 30GB/s, host_nodes: 2-3, distance: 28}\n"
	"  - {kind: cxl, size: 1GiB, expanders: 4, media: volatile}\n"
	"devices:\n"
	"  - {kind: zram, name: fast, size: 1GiB, algorithm: zstd, memory_limit: 256MiB, backing: slow}\n"
	"  - {kind: nvme, name: flash, size: 1GiB, iops: 500, iops_burst: 5000, bandwidth: 400MB/s}\n"
	"  - {kind: timed, name: slow, size: 64MiB, latency: 2ms}\n"
	"disk: nvme\n";

static const struct drawing {
	const char *golden, *topology;	/* a file of ours; NULL: @large */
	enum guest_clock clock;
	bool ascii;
} drawings[] = {
	{ "dram", "dram", CLOCK_HOST, false },
	{ "full-cxl", "full-cxl", CLOCK_HOST, false },
	{ "cxl-two", "cxl-two", CLOCK_HOST, false },
	{ "full-virtual-ascii", "full", CLOCK_VIRTUAL, true },
	{ "cxl-switch", "cxl-switch", CLOCK_HOST, false },
	{ "large", NULL, CLOCK_HOST, false },
};

static struct spec *load(const struct drawing *d)
{
	cleanup_free char *path = path_format("topologies/%s.yaml", d->topology ? d->topology : "large");
	struct spec *s = NULL;
	struct err e;
	int rc = d->topology ? spec_load(SPEC_TOPOLOGY, path, &s, &e) :
			       spec_load_text(SPEC_TOPOLOGY, path, large, strlen(large), &s, &e);

	if (rc)
		fail_msg("%s\n%s", e.msg, e.excerpt);
	return s;
}

static struct draw_opts opts_of(const struct drawing *d, const struct spec *s)
{
	return (struct draw_opts){
		.summary = json_str(spec_doc(s), "summary"),
		.clock = d->clock,
		.utf8 = !d->ascii,
	};
}

static void compare_golden(const char *path, const char *text)
{
	cleanup_free char *want = NULL;
	struct err e;

	if (getenv("RAMRIG_UPDATE_EXPECT"))
		assert_int_equal(file_write_atomic(path, text, strlen(text), &e), 0);
	assert_int_equal(file_read(AT_FDCWD, path, 1 << 20, &want, NULL, &e), 0);
	assert_string_equal(text, want);
}

static void a_drawing_shows_what_the_file_declares(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(drawings); i++) {
		cleanup_spec struct spec *s = load(&drawings[i]);
		cleanup_free char *path = path_format("tests/golden/draw-%s.txt", drawings[i].golden);
		struct draw_opts o = opts_of(&drawings[i], s);
		struct topology t;
		struct err e;

		print_message("  %s\n", drawings[i].golden);
		assert_int_equal(topology_read(spec_doc(s), &t, NULL, &e), 0);
		cleanup_free char *text = topology_draw(&t, &o);
		compare_golden(path, text);
	}
}

static void without_utf8_every_byte_is_ascii(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(drawings); i++) {
		cleanup_spec struct spec *s = load(&drawings[i]);
		struct draw_opts o = opts_of(&drawings[i], s);
		struct topology t;
		struct err e;

		o.utf8 = false;
		assert_int_equal(topology_read(spec_doc(s), &t, NULL, &e), 0);
		cleanup_free char *text = topology_draw(&t, &o);
		for (const char *c = text; *c; c++)
			assert_true((*c >= ' ' && *c <= '~') || *c == '\n');
	}
}

static void the_description_holds_what_the_drawing_shows(void **state)
{
	cleanup_spec struct spec *s = load(&drawings[ARRAY_SIZE(drawings) - 1]);
	struct draw_opts o = opts_of(&drawings[ARRAY_SIZE(drawings) - 1], s);
	struct topology t;
	struct err e;
	(void)state;

	assert_int_equal(topology_read(spec_doc(s), &t, NULL, &e), 0);
	cleanup_json json_t *j = topology_describe(&t, &o);
	assert_non_null(j);
	cleanup_free char *text = json_dumps(j, JSON_INDENT(1));
	compare_golden("tests/golden/draw-large.json", text);
}

static void the_media_of_an_expander_is_what_this_qemu_has(void **state)
{
	cleanup_spec struct spec *s = load(&(struct drawing){ .topology = "cxl-direct" });
	struct draw_opts o = { .summary = "", .utf8 = true };
	struct vm_features f = { 0 };
	struct topology t;
	struct err e;
	(void)state;

	assert_int_equal(topology_read(spec_doc(s), &t, NULL, &e), 0);
	cleanup_free char *unasked = topology_draw(&t, &o);
	o.features = &f;
	f.has[VM_CXL_VOLATILE] = true;
	cleanup_free char *is_volatile = topology_draw(&t, &o);
	f.has[VM_CXL_PERSISTENT] = true;
	cleanup_free char *is_persistent = topology_draw(&t, &o);

	assert_null(strstr(unasked, "volatile"));
	assert_null(strstr(unasked, "persistent"));
	assert_non_null(strstr(is_volatile, "512 MiB, volatile"));
	assert_non_null(strstr(is_persistent, "512 MiB, persistent"));
}

static void lists_name_each_node_and_device(void **state)
{
	cleanup_spec struct spec *with = load(&(struct drawing){ .topology = "full-cxl" });
	cleanup_spec struct spec *without = load(&(struct drawing){ .topology = "dram" });
	struct topology t;
	struct err e;
	(void)state;

	assert_int_equal(topology_read(spec_doc(with), &t, NULL, &e), 0);
	cleanup_free char *nodes = topology_nodes_text(&t), *devices = topology_devices_text(&t);
	assert_string_equal(nodes, "1 GiB dram, 512 MiB cxl");
	assert_string_equal(devices, "64 MiB zram, 1 GiB nvme, 256 MiB nvme");

	assert_int_equal(topology_read(spec_doc(without), &t, NULL, &e), 0);
	cleanup_free char *none = topology_devices_text(&t);
	assert_string_equal(none, "");
}

static void branches_of_an_outline_end_where_the_last_one_does(void **state)
{
	cleanup_outline struct outline *o = outline_new();
	(void)state;

	outline_add(o, 0, "a");
	outline_add(o, 1, "b");
	outline_add(o, 2, "c%d", 1);
	outline_add(o, 2, "d");
	outline_add(o, 1, "e");
	outline_add(o, 2, "f");
	outline_add(o, 0, "g");
	outline_add(o, 1, "h");
	cleanup_free char *text = outline_text(o, true), *ascii = outline_text(o, false);
	assert_string_equal(text, "a\n├─ b\n│  ├─ c1\n│  └─ d\n└─ e\n   └─ f\ng\n└─ h\n");
	assert_string_equal(ascii, "a\n|- b\n|  |- c1\n|  `- d\n`- e\n   `- f\ng\n`- h\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_drawing_shows_what_the_file_declares),
		cmocka_unit_test(without_utf8_every_byte_is_ascii),
		cmocka_unit_test(the_description_holds_what_the_drawing_shows),
		cmocka_unit_test(the_media_of_an_expander_is_what_this_qemu_has),
		cmocka_unit_test(lists_name_each_node_and_device),
		cmocka_unit_test(branches_of_an_outline_end_where_the_last_one_does),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
