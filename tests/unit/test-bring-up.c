/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the host asks of a guest to bring its hardware up, and what it makes of
 * answers that are right, wrong or hostile. Whether a kernel obeys is seen in
 * real boots.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "cell/bring-up-parts.h"
#include "cell/bring-up.h"
#include "guest-fixture.h"

#define MIB (1ULL << 20)
#define REPLIES_MAX 24
#define CROWD 80000
#define SLOW "/sys/kernel/config/nullb/timed-slow/"
#define ZRAM "/sys/block/zram0/"
#define MEM(n) "/sys/bus/cxl/devices/mem" n

/* A knob that reads as it was written, and one that does not. */
#define KNOB(path, value) { .verb = "write", .about = path, .answer = "'result': {'value': '" value "'}" }
#define TEXT(path, text) { .verb = "read", .about = path, .answer = "'result': {'data': '" text "'}" }
#define NAMES(path, list) { .verb = "read", .about = path, .answer = "'result': {'entries': [" list "]}" }
#define ABSENT(path) { .verb = "read", .about = path, .answer = "'errno': 2, 'error': 'no such file'" }
/* A program @name is job @n, and prints @output. */
#define STARTS(name, n) { .verb = "job-start", .about = name, .answer = "'result': {'job': " n "}" }
#define ENDS(n, output) { .verb = "job-wait", .about = n, \
			  .answer = "'result': {'exit': 0, 'output': '" output "'}" }

static const struct reply good[] = {
	KNOB(SLOW "size", "256"), KNOB(SLOW "blocksize", "4096"), KNOB(SLOW "memory_backed", "1"),
	KNOB(SLOW "discard", "0"), KNOB(SLOW "irqmode", "2"), KNOB(SLOW "power", "1"),
	KNOB(SLOW "completion_nsec", "100000"),
	KNOB(ZRAM "comp_algorithm", "lzo [lz4] zstd"), KNOB(ZRAM "disksize", "67108864"),
	KNOB(ZRAM "backing_dev", "/dev/nvme3n1"),
	{ .verb = "disk", .about = "flash", .answer = "'result': {'device': '/dev/nvme3n1'}" },
	ENDS("1", ""), STARTS("dd", "1"),
};

/* Goes through bring_up() with @lie (may be NULL) before what a good guest answers. */
static int go(struct cell_fixture *f, const struct topology *t, const struct reply *truth, size_t n,
	      const struct reply *lie, struct err *e)
{
	struct reply replies[REPLIES_MAX];
	size_t at = 0;

	assert_in_range(n, 0, REPLIES_MAX - 1);
	if (lie)
		replies[at++] = *lie;
	memcpy(&replies[at], truth, n * sizeof(*truth));
	fixture_open(f, replies, at + n, "{}", "[]");
	return bring_up(&f->guest, t, e);
}

static void go_end(struct cell_fixture *f)
{
	for (size_t i = 0; i < ARRAY_SIZE(f->guest.disks); i++)
		free(f->guest.disks[i]);
	fixture_close(f);
}

/* Devices in another order than they come up in, one behind another. */
static const struct topology devices = {
	.n_nodes = 1,
	.nodes = { { .bytes = 512 * MIB } },
	.n_devices = 3,
	.devices = {
		{ .kind = DEVICE_ZRAM, .name = "fast", .bytes = 64 * MIB, .algorithm = "lz4",
		  .memory_limit = 32 * MIB, .backing = &devices.devices[2] },
		{ .kind = DEVICE_TIMED, .name = "slow", .bytes = 256 * MIB, .latency_ns = 100000 },
		{ .kind = DEVICE_NVME, .name = "flash", .bytes = 1024 * MIB, .is_backing = true },
	},
};

static void every_device_has_a_disk_afterwards(void **state)
{
	static const char *const disks[] = { "/dev/zram0", "/dev/timed-slow", "/dev/nvme3n1" };
	static const struct reply slow = TEXT("/sys/block/timed-slow/size", "524288\\n");
	struct cell_fixture f;
	struct err e = { 0 };
	(void)state;

	assert_int_equal(go(&f, &devices, good, ARRAY_SIZE(good), &slow, &e), 0);
	for (size_t i = 0; i < ARRAY_SIZE(disks); i++)
		assert_string_equal(f.guest.disks[i], disks[i]);
	/* 7 of the null_blk, 4 of the zram, with the limit that cannot be read back. */
	assert_int_equal(asked(&f, "write"), 11);
	assert_int_equal(asked(&f, "mkdir"), 1);
	assert_int_equal(asked(&f, "mount"), 0);
	go_end(&f);
}

/* Where the text @first stands in the log before @then. */
static void assert_order(const char *said, const char *first, const char *then)
{
	const char *a = strstr(said, first), *b = strstr(said, then);

	if (!a || !b || a > b)
		fail_msg("'%s' does not come before '%s'", first, then);
}

static void a_zram_is_set_up_in_the_order_that_the_kernel_asks_for(void **state)
{
	static const struct reply slow = TEXT("/sys/block/timed-slow/size", "524288\\n");
	struct cell_fixture f;
	struct err e = { 0 };
	(void)state;

	assert_int_equal(go(&f, &devices, good, ARRAY_SIZE(good), &slow, &e), 0);
	fflush(f.log);
	assert_order(f.said, "\"serial\":\"flash\"", "backing_dev");
	assert_order(f.said, "backing_dev", "comp_algorithm");
	assert_order(f.said, "comp_algorithm", "disksize");
	assert_order(f.said, "disksize", "mem_limit");
	go_end(&f);
}

static void an_older_null_blk_is_found_by_its_number(void **state)
{
	static const struct reply older[] = {
		ABSENT("/sys/block/timed-slow/size"), TEXT(SLOW "index", "1\\n"),
	};
	struct reply replies[ARRAY_SIZE(older) + ARRAY_SIZE(good)];
	struct cell_fixture f;
	struct err e = { 0 };
	(void)state;

	memcpy(replies, older, sizeof(older));
	memcpy(replies + ARRAY_SIZE(older), good, sizeof(good));
	assert_int_equal(go(&f, &devices, replies, ARRAY_SIZE(replies), NULL, &e), 0);
	assert_string_equal(f.guest.disks[1], "/dev/nullb1");
	go_end(&f);
}

static void configfs_is_mounted_where_it_is_not(void **state)
{
	static const struct reply bare = ABSENT("/sys/kernel/config/nullb");
	struct cell_fixture f;
	struct err e = { 0 };
	(void)state;

	go(&f, &devices, good, ARRAY_SIZE(good), &bare, &e);
	assert_int_equal(asked(&f, "mount"), 1);
	go_end(&f);
}

struct lie {
	const char *what;
	struct reply reply;
	int rc;
	const char *words;
};

static const struct lie device_lies[] = {
	{ "no null_blk", { .verb = "mkdir", .answer = "'errno': 2, 'error': 'no such folder'" },
	  -ENOENT, "timed slow: " },
	{ "it does not fill", { .verb = "job-wait",
				.answer = "'result': {'exit': 1, 'output': 'dd: No space left'}" },
	  -EIO, "timed slow: dd ended with exit code 1; it last printed: dd: No space left" },
	{ "no end of the filling", { .verb = "job-wait", .answer = "'errno': 110, 'error': 'x'" },
	  -ETIMEDOUT, "timed slow: dd did not end within" },
	{ "no such NVMe", { .verb = "disk", .answer = "'errno': 110, 'error': 'no disk flash'" },
	  -ETIMEDOUT, "nvme flash: " },
	{ "no disk named", { .verb = "disk", .answer = "'result': {}" }, -EIO, "disk is ''" },
	{ "another place", { .verb = "disk", .answer = "'result': {'device': '/dev/../etc/x'}" },
	  -EIO, "nvme flash: the agent says that its disk is '/dev/../etc/x'" },
	{ "a command", { .verb = "disk", .answer = "'result': {'device': '/dev/a b'}" },
	  -EIO, "disk is '/dev/a b'" },
	{ "another size", KNOB(ZRAM "disksize", "67108865"),
	  -EIO, "zram fast: wrote 67108864 to " ZRAM "disksize, which then reads '67108865'" },
	{ "another algorithm", KNOB(ZRAM "comp_algorithm", "[lzo] lz4"),
	  -EIO, "zram fast: wrote lz4 to " ZRAM "comp_algorithm, which then reads '[lzo] lz4'" },
	{ "no writeback", { .verb = "write", .about = ZRAM "backing_dev",
			    .answer = "'errno': 2, 'error': 'cannot open'" },
	  -ENOENT, "zram fast: " },
	{ "silence", { .verb = "disk", .answer = SILENCE }, -ETIMEDOUT, "did not answer 'disk'" },
	{ "death", { .verb = "mkdir", .answer = DEATH }, -ECONNRESET, "closed" },
};

static void what_does_not_come_up_is_named(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(device_lies); i++) {
		const struct lie *l = &device_lies[i];
		struct reply replies[ARRAY_SIZE(good) + 1] = {
			TEXT("/sys/block/timed-slow/size", "524288\\n"),
		};
		struct cell_fixture f;
		struct err e = { 0 };

		print_message("  %s\n", l->what);
		memcpy(replies + 1, good, sizeof(good));
		assert_int_equal(go(&f, &devices, replies, ARRAY_SIZE(replies), &l->reply, &e), l->rc);
		assert_says(&e, l->words);
		go_end(&f);
	}
}

/* What ndctl 76 printed in a guest. */
#define NAMESPACE \
	"{\\n  \\\"dev\\\":\\\"namespace0.0\\\",\\n  \\\"mode\\\":\\\"devdax\\\",\\n  \\\"daxregion\\\":{" \
	"\\\"id\\\":0,\\\"devices\\\":[{\\\"chardev\\\":\\\"dax0.0\\\",\\\"target_node\\\":1}]}\\n}\\n"

static const struct topology cxl = {
	.n_nodes = 2,
	.nodes = { { .bytes = 1024 * MIB },
		   { .kind = NODE_CXL, .bytes = 512 * MIB, .expanders = 2 } },
};

/* The node's expanders came up in another order, beside one of another node. */
static const struct reply good_cxl[] = {
	KNOB("/sys/devices/system/memory/auto_online_blocks", "offline"),
	NAMES("/sys/bus/cxl/devices", "'decoder0.0', 'endpoint3', 'endpoint4', 'mem0', 'mem1', 'mem2', "
				      "'memory', 'mem../x', 7"),
	TEXT(MEM("0") "/serial", "0x1002\\n"),
	TEXT(MEM("1") "/serial", "0x1001\\n"),
	TEXT(MEM("2") "/serial", "0x2001\\n"),
	TEXT(MEM("1") "/pmem/size", "0x10000000\\n"),
	NAMES("/sys/bus/dax/devices", "'dax9.0'"),
	STARTS("cxl", "1"), ENDS("1", "created 1 region\\n"),
	STARTS("ndctl", "2"), ENDS("2", NAMESPACE),
	STARTS("sh", "3"), ENDS("3", ""),
};

static void assert_ran(struct cell_fixture *f, const char *argv)
{
	fflush(f->log);
	if (!strstr(f->said, argv))
		fail_msg("the host did not run %s", argv);
}

static void a_persistent_node_is_memory_by_way_of_a_namespace(void **state)
{
	struct cell_fixture f;
	struct err e = { 0 };
	(void)state;

	if (go(&f, &cxl, good_cxl, ARRAY_SIZE(good_cxl), NULL, &e))
		fail_msg("%s", e.msg);
	assert_ran(&f, "[\"cxl\",\"create-region\",\"-m\",\"-t\",\"pmem\",\"-d\",\"decoder0.0\",\"-w\",\"2\","
		       "\"-g\",\"256\",\"mem1\",\"mem0\"]");
	assert_ran(&f, "[\"ndctl\",\"create-namespace\",\"-m\",\"devdax\",\"--map=mem\"]");
	assert_ran(&f, "\"dax-to-memory\",\"dax0.0\"]");
	go_end(&f);
}

static void a_node_of_no_cxl_asks_for_no_cxl(void **state)
{
	static const struct topology plain = { .n_nodes = 1 };
	struct cell_fixture f;
	struct err e = { 0 };
	(void)state;

	assert_int_equal(go(&f, &plain, good_cxl, ARRAY_SIZE(good_cxl), NULL, &e), 0);
	assert_int_equal(asked(&f, "write") + asked(&f, "read") + asked(&f, "job-start"), 0);
	go_end(&f);
}

static const struct lie cxl_lies[] = {
	{ "the kernel onlines by itself", KNOB("/sys/devices/system/memory/auto_online_blocks", "online"),
	  -EIO, "CXL nodes: wrote offline to " },
	{ "a kernel without memory hotplug",
	  { .verb = "write", .answer = "'errno': 2, 'error': 'cannot open'" }, -ENOENT, "CXL nodes: " },
	{ "an expander of another serial", TEXT(MEM("0") "/serial", "0x3001\\n"),
	  -ENODEV, "CXL node 1: 1 of its 2 expanders did not appear; the kernel has 2 of 2 CXL endpoints" },
	{ "no serial", TEXT(MEM("0") "/serial", "none"), -ENODEV, "1 of its 2 expanders" },
	{ "no endpoint", NAMES("/sys/bus/cxl/devices", "'endpoint3', 'mem0', 'mem1'"),
	  -ENODEV, "0 of its 2 expanders did not appear; the kernel has 1 of 2 CXL endpoints" },
	{ "no CXL at all", ABSENT("/sys/bus/cxl/devices"), -ENODEV, "2 of its 2 expanders" },
	{ "no list", { .verb = "read", .about = "/sys/bus/cxl/devices", .answer = "'result': {'entries': 1}" },
	  -ENODEV, "2 of its 2 expanders" },
	{ "no region", { .verb = "job-wait", .about = "1",
			 .answer = "'result': {'exit': 1, 'output': 'failed to commit decode'}" },
	  -EIO, "CXL node 1: cxl ended with exit code 1; it last printed: failed to commit decode" },
	{ "an image without cxl", { .verb = "job-start", .about = "cxl",
				    .answer = "'errno': 2, 'error': 'cannot run cxl'" },
	  -ENOPKG, "cxl: the image lacks what cxl needs" },
	{ "a namespace of nothing", ENDS("2", "{}"), -EIO, "CXL node 1: ndctl named no dax device" },
	{ "no memory of it", { .verb = "job-wait", .about = "3", .answer = "'result': {'signal': 9}" },
	  -EIO, "CXL node 1: sh was ended by signal 9" },
};

static void a_cxl_node_that_does_not_come_up_says_where_it_stopped(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cxl_lies); i++) {
		const struct lie *l = &cxl_lies[i];
		struct cell_fixture f;
		struct err e = { 0 };

		print_message("  %s\n", l->what);
		assert_int_equal(go(&f, &cxl, good_cxl, ARRAY_SIZE(good_cxl), &l->reply, &e), l->rc);
		assert_says(&e, l->words);
		go_end(&f);
	}
}

/* As many as one message holds. */
static void expanders_without_number_do_not_outlast_the_deadline(void **state)
{
	struct reply crowd[] = {
		{ .verb = "read", .about = "/sys/bus/cxl/devices" },
		{ .verb = "read", .answer = "'result': {'data': '0x3001'}" },
		KNOB("/sys/devices/system/memory/auto_online_blocks", "offline"),
	};
	cleanup_free char *answer = NULL;
	struct cell_fixture f;
	struct err e = { 0 };
	size_t len;
	(void)state;

	FILE *out = open_memstream(&answer, &len);

	fputs("'result': {'entries': [", out);
	for (int i = 0; i < CROWD; i++)
		fprintf(out, "%s'mem%d'", i ? ", " : "", 10000 + i);
	fputs("]}", out);
	fclose(out);
	crowd[0].answer = answer;
	assert_int_equal(go(&f, &cxl, crowd, ARRAY_SIZE(crowd), NULL, &e), -ENODEV);
	assert_says(&e, "2 of its 2 expanders did not appear");
	assert_in_range(asked(&f, "read"), 1, CROWD - 1);
	go_end(&f);
}

static void a_volatile_node_is_memory_by_the_dax_device_that_appears(void **state)
{
	static const struct reply ram[] = {
		TEXT(MEM("1") "/pmem/size", "0x0\\n"),
		{ .verb = "read", .about = "/sys/bus/dax/devices", .times = 2,
		  .answer = "'result': {'entries': ['dax9.0']}" },
		NAMES("/sys/bus/dax/devices", "'dax1.0', 'dax9.0'"),
	};
	struct reply replies[ARRAY_SIZE(ram) + ARRAY_SIZE(good_cxl)];
	struct cell_fixture f;
	struct err e = { 0 };
	(void)state;

	memcpy(replies, ram, sizeof(ram));
	memcpy(replies + ARRAY_SIZE(ram), good_cxl, sizeof(good_cxl));
	if (go(&f, &cxl, replies, ARRAY_SIZE(replies), NULL, &e))
		fail_msg("%s", e.msg);
	assert_ran(&f, "[\"cxl\",\"create-region\",\"-m\",\"-t\",\"ram\",");
	assert_ran(&f, "\"dax-to-memory\",\"dax1.0\"]");
	assert_int_equal(asked(&f, "job-start"), 2);
	go_end(&f);
}

static void a_volatile_node_without_a_dax_device_is_given_up(void **state)
{
	static const struct reply ram = TEXT(MEM("1") "/pmem/size", "0x0\\n");
	struct cell_fixture f;
	struct err e = { 0 };
	(void)state;

	assert_int_equal(go(&f, &cxl, good_cxl, ARRAY_SIZE(good_cxl), &ram, &e), -ENODEV);
	assert_says(&e, "CXL node 1: no dax device of its region appeared");
	go_end(&f);
}

static void the_dax_device_is_read_out_of_what_ndctl_prints(void **state)
{
	static const struct { const char *output, *name; } cases[] = {
		{ "{'daxregion': {'devices': [{'chardev': 'dax12.3'}]}}", "dax12.3" },
		{ "libndctl: a warning {with} [brackets]\n{'daxregion':\n{'devices': [{'chardev': "
		  "'dax0.0'}]}}\ndone\n", "dax0.0" },
		{ "", NULL },
		{ "{", NULL },
		{ "[1, 2]", NULL },
		{ "{'daxregion': []}", NULL },
		{ "{'daxregion': {'devices': []}}", NULL },
		{ "{'daxregion': {'devices': [{'chardev': 7}]}}", NULL },
		{ "{'daxregion': {'devices': [{'chardev': 'dax0'}]}}", NULL },
		{ "{'daxregion': {'devices': [{'chardev': 'dax0.0; reboot'}]}}", NULL },
		{ "{'daxregion': {'devices': [{'chardev': '../dax0.0'}]}}", NULL },
		{ "{'daxregion': {'devices': [{'chardev': 'dax0.-1'}]}}", NULL },
		{ "{'daxregion': {'devices': [{'chardev': 'dax 0. 1'}]}}", NULL },
		{ "{'daxregion': {'devices': [{'chardev': 'dax0.'}]}}", NULL },
		{ "{'daxregion': {'devices': [{'chardev': 'dax0.000000000000000000000000000001'}]}}", NULL },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_free char *output = path_format("%s", cases[i].output);
		cleanup_free char *name = NULL;
		struct err e;

		for (char *p = output; (p = strchr(p, '\''));)
			*p = '"';
		print_message("  %s\n", output);
		assert_int_equal(cxl_dax_of_namespace(output, &name, &e), cases[i].name ? 0 : -EIO);
		if (cases[i].name)
			assert_string_equal(name, cases[i].name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_device_has_a_disk_afterwards),
		cmocka_unit_test(a_zram_is_set_up_in_the_order_that_the_kernel_asks_for),
		cmocka_unit_test(an_older_null_blk_is_found_by_its_number),
		cmocka_unit_test(configfs_is_mounted_where_it_is_not),
		cmocka_unit_test(what_does_not_come_up_is_named),
		cmocka_unit_test(a_persistent_node_is_memory_by_way_of_a_namespace),
		cmocka_unit_test(a_node_of_no_cxl_asks_for_no_cxl),
		cmocka_unit_test(a_cxl_node_that_does_not_come_up_says_where_it_stopped),
		cmocka_unit_test(expanders_without_number_do_not_outlast_the_deadline),
		cmocka_unit_test(a_volatile_node_is_memory_by_the_dax_device_that_appears),
		cmocka_unit_test(a_volatile_node_without_a_dax_device_is_given_up),
		cmocka_unit_test(the_dax_device_is_read_out_of_what_ndctl_prints),
	};

	return cmocka_run_group_tests_name("bring-up", tests, NULL, NULL);
}
