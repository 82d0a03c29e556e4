/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is looked at before a guest is booted; boots are tests/boot's. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "cell/guest.h"
#include "lib/cleanup.h"
#include "lib/file.h"

static void disks_that_the_host_has_no_room_for_are_refused(void **state)
{
	static const struct topology vast = {
		.name = "vast",
		.cpus = 1,
		.n_nodes = 1,
		.nodes = { { .bytes = 1 << 30 } },
		.n_devices = 2,
		.devices = { { .kind = DEVICE_ZRAM, .name = "a", .bytes = 1ULL << 60 },
			     { .kind = DEVICE_NVME, .name = "b", .bytes = 1ULL << 60 } },
	};
	char dir[] = "/tmp/ramrig-guest-XXXXXX";
	struct guest *g = NULL;
	struct err e = { 0 };
	(void)state;

	assert_non_null(mkdtemp(dir));
	const struct guest_opts o = {
		.topology = &vast, .run_dir = dir, .out_dir = dir, .image = "/nowhere",
	};

	assert_int_equal(guest_boot(&o, &g, &e), -ENOSPC);
	assert_null(g);
	assert_non_null(strstr(e.msg, "topology vast may take 1099511627776 MiB of the disk that /tmp/"));
	assert_non_null(strstr(e.msg, "TMPDIR"));
	assert_int_equal(dir_disk_bytes(dir), 0);
	assert_int_equal(dir_remove(dir, &e), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(disks_that_the_host_has_no_room_for_are_refused),
	};

	return cmocka_run_group_tests_name("guest", tests, NULL, NULL);
}
