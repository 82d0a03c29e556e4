/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "cell/policy.h"
#include "cell/swap.h"
#include "guest-fixture.h"

/* As recorded in a guest; the kernel pads with blanks to a column and then writes tabs. */
#define HEADING "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"
#define ZRAM "/dev/zram0                              partition\t65532\t\t0\t\t100\n"
#define NVME "/dev/nvme1n1                            partition\t1048572\t\t512\t\t10\n"

/* A file whose name ends in the middle of its last letter where a line's reader cuts it off. */
#define FIVE "aaaaa"
#define TWENTY_FIVE FIVE FIVE FIVE FIVE FIVE
#define LONG "/" TWENTY_FIVE TWENTY_FIVE TWENTY_FIVE TWENTY_FIVE TWENTY_FIVE "\xc3\xa9"

#define WANTED "[{'name': 'fast', 'kind': 'zram', 'disk': '/dev/zram0', 'priority': 100}," \
	       " {'name': 'flash', 'kind': 'nvme', 'disk': '/dev/nvme1n1', 'priority': 10}]"

static void every_difference_in_swap_is_found(void **state)
{
	static const struct { const char *what, *swaps; int differ, rows; } cases[] = {
		{ "both are on", HEADING ZRAM NVME, 0, 2 },
		{ "in another order", HEADING NVME ZRAM, 0, 2 },
		{ "one is missing", HEADING ZRAM, 1, 2 },
		{ "none is on", HEADING, 2, 2 },
		{ "nothing at all", "", 2, 2 },
		{ "another priority", HEADING ZRAM "/dev/nvme1n1 partition 1048572 0 11\n", 1, 2 },
		{ "the kernel's own priority", HEADING ZRAM "/dev/nvme1n1 partition 1048572 0 -2\n", 1, 2 },
		{ "one too many", HEADING ZRAM NVME "/swapfile file 100 0 -2\n", 1, 3 },
		{ "one too many, of a long name", HEADING ZRAM NVME LONG " file 100 0 -2\n", 1, 3 },
		{ "another disk instead", HEADING ZRAM "/dev/nvme2n1 partition 1048572 0 10\n", 2, 3 },
		{ "below the root disk", HEADING NVME "/sysroot/dev/zram0 partition 1 0 100\n", 2, 3 },
		{ "a line that stops short", HEADING ZRAM "/dev/nvme1n1 partition\n10 10 10 10 10\n", 2, 3 },
		{ "no end of line", HEADING ZRAM "/dev/nvme1n1 partition 1048572 0 10", 0, 2 },
	};
	cleanup_json json_t *wanted = json_of(WANTED);
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_json json_t *rows = json_array();
		int differ = 0;

		print_message("  %s\n", cases[i].what);
		assert_int_equal(swap_compare(wanted, cases[i].swaps, rows), cases[i].differ);
		assert_int_equal(json_array_size(rows), cases[i].rows);
		for (int k = 0; k < cases[i].rows; k++)
			differ += json_is_false(json_object_get(json_array_get(rows, (size_t)k), "ok"));
		assert_int_equal(differ, cases[i].differ);
	}
}

static void a_row_says_what_the_policy_wants_and_what_is_on(void **state)
{
	cleanup_json json_t *wanted = json_of(WANTED);
	cleanup_json json_t *rows = json_array();
	cleanup_json json_t *declared =
		json_of("[{'what': 'swap on fast (zram)', 'declared': 'priority 100',"
			"  'seen': 'priority 100', 'ok': true},"
			" {'what': 'swap on flash (nvme)', 'declared': 'priority 10', 'seen': 'none',"
			"  'ok': false},"
			" {'what': 'swap on /swapfile', 'declared': 'none', 'seen': 'priority -2',"
			"  'ok': false}]");
	(void)state;

	swap_compare(wanted, HEADING ZRAM "/swapfile file 100 0 -2\n", rows);
	assert_true(json_equal(rows, declared));
}

static void a_swap_type_is_a_place_among_what_is_on(void **state)
{
	cleanup_json json_t *wanted = json_of(WANTED);
	cleanup_json json_t *areas = swap_areas(wanted, HEADING NVME "/swapfile file 100 0 -2\n" ZRAM);
	cleanup_json json_t *expected = json_of("[{'kind': 'nvme', 'priority': 10},"
						" {'kind': '', 'priority': -2},"
						" {'kind': 'zram', 'priority': 100}]");
	(void)state;

	assert_true(json_equal(areas, expected));
}

/* Two devices and what backs one of them, all up. */
static void hardware_set(struct cell_fixture *f)
{
	static const char *const disks[] = { "/dev/zram0", "/dev/nvme1n1", "/dev/nvme2n1" };

	f->topology.n_devices = ARRAY_SIZE(disks);
	f->topology.devices[0] = (struct topology_device){ .kind = DEVICE_ZRAM, .name = "fast" };
	f->topology.devices[1] = (struct topology_device){ .kind = DEVICE_NVME, .name = "behind",
							   .is_backing = true };
	f->topology.devices[2] = (struct topology_device){ .kind = DEVICE_NVME, .name = "flash" };
	for (size_t i = 0; i < ARRAY_SIZE(disks); i++)
		f->guest.disks[i] = strdup(disks[i]);
}

static void hardware_clear(struct cell_fixture *f)
{
	for (size_t i = 0; i < f->topology.n_devices; i++)
		free(f->guest.disks[i]);
}

#define BOTH "[{'policy': 'na'}, {'policy': 'swap-zram-nvme', 'swap': [" \
	     "{'device': 'zram', 'priority': 100}, {'device': 'nvme', 'priority': 10}]}]"
#define MADE { .verb = "job-wait", .answer = "'result': {'exit': 0, 'output': ''}" }
#define ON(lines) { .verb = "read", .about = "/proc/swaps", .answer = "'result': {'data': '" lines "'}" }

struct swap_case {
	const char *what, *policies;
	struct reply replies[3];
	int rc;
	const char *words;
	int asked_for;		/* swap-on */
};

static const struct swap_case swap_cases[] = {
	{ "all as the policies ask", BOTH,
	  { MADE, ON("Filename\\n/dev/zram0 partition 1 0 100\\n/dev/nvme2n1 partition 1 0 10\\n") },
	  0, NULL, 2 },
	{ "the device that backs the other is on", BOTH,
	  { MADE, ON("/dev/zram0 partition 1 0 100\\n/dev/nvme2n1 partition 1 0 10\\n"
		     "/dev/nvme1n1 partition 1 0 5\\n") },
	  -ENODEV, "swap on /dev/nvme1n1: declared none, seen priority 5 (1 differ in all)", 2 },
	{ "one is not on", BOTH, { MADE, ON("/dev/zram0 partition 1 0 100\\n") },
	  -ENODEV, "swap on flash (nvme): declared priority 10, seen none (1 differ in all)", 2 },
	{ "no policy swaps", "[{'policy': 'na'}]", { MADE }, 0, NULL, 0 },
	{ "no such device", "[{'policy': 'x', 'swap': [{'device': 'timed', 'priority': 1}]}]", { MADE },
	  0, NULL, 0 },
	{ "a disk cannot be made swap", BOTH,
	  { { .verb = "job-wait", .answer = "'result': {'exit': 1, 'output': 'mkswap: too small'}" } },
	  -EIO, "mkswap: too small", 0 },
	{ "an image without mkswap", BOTH,
	  { { .verb = "job-wait", .answer = "'result': {'exit': 127, 'output': 'mkswap: not found'}" } },
	  -ENOPKG, "the image lacks what sh needs", 0 },
	{ "the kernel has no swap", BOTH,
	  { MADE, { .verb = "swap-on", .answer = "'errno': 38, 'error': 'Function not implemented'" } },
	  -ENOSYS, "Function not implemented", 1 },
	{ "the agent is silent", BOTH, { MADE, { .verb = "swap-on", .answer = SILENCE } },
	  -ETIMEDOUT, "did not answer 'swap-on'", 1 },
};

static void swap_is_on_only_when_the_kernel_says_so(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(swap_cases); i++) {
		const struct swap_case *c = &swap_cases[i];
		struct cell_fixture f;
		struct err e = { 0 };
		size_t n = 0;

		print_message("  %s\n", c->what);
		while (n < ARRAY_SIZE(c->replies) && c->replies[n].verb)
			n++;
		fixture_open(&f, c->replies, n, "{}", c->policies);
		hardware_set(&f);
		assert_int_equal(cell_swap_on(&f.cell, &e), c->rc);
		if (c->words)
			assert_says(&e, c->words);
		assert_int_equal(asked(&f, "swap-on"), c->asked_for);
		hardware_clear(&f);
		fixture_close(&f);
	}
}

static void files_are_written_only_when_swap_is_on(void **state)
{
	static const struct reply lie[] = {
		{ .verb = "job-wait", .answer = "'result': {'exit': 1, 'output': 'too small'}" },
	};
	struct cell_fixture f;
	struct err e;
	(void)state;

	fixture_open(&f, lie, ARRAY_SIZE(lie), "{}",
		     "[{'policy': 'x', 'write': [{'file': '/run', 'value': '1'}]},"
		     " {'policy': 'y', 'swap': [{'device': 'zram', 'priority': 100}]}]");
	hardware_set(&f);
	assert_int_equal(cell_policies_apply(&f.cell, &e), -EIO);
	assert_says(&e, "too small");
	assert_int_equal(asked(&f, "write"), 0);
	hardware_clear(&f);
	fixture_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_difference_in_swap_is_found),
		cmocka_unit_test(a_row_says_what_the_policy_wants_and_what_is_on),
		cmocka_unit_test(a_swap_type_is_a_place_among_what_is_on),
		cmocka_unit_test(swap_is_on_only_when_the_kernel_says_so),
		cmocka_unit_test(files_are_written_only_when_swap_is_on),
	};

	return cmocka_run_group_tests_name("swap", tests, NULL, NULL);
}
