/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What coldheap reads of the kernel: where its pages are, and what memory there is. */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include "lib/cleanup.h"
#include "lib/json.h"
#include "workloads/coldheap/coldheap-limit.h"
#include "workloads/coldheap/coldheap-report.h"
#include "workloads/coldheap/coldheap-where.h"

static void swap_devices_keep_the_order_of_proc_swaps(void **state)
{
	struct where w = { 0 };

	(void)state;
	where_swaps_read(&w, "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"
			     "/dev/zram0                              partition\t65532\t\t512\t\t100\n"
			     "/dev/nvme1n1                            partition\t1048572\t\t0\t\t10\n");
	assert_int_equal(w.n_swaps, 2);
	assert_string_equal(w.swaps[0], "/dev/zram0");
	assert_string_equal(w.swaps[1], "/dev/nvme1n1");
	where_swaps_read(&w, "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n");
	assert_int_equal(w.n_swaps, 0);
	where_swaps_read(&w, "");
	assert_int_equal(w.n_swaps, 0);
}

static void lists_of_nodes_are_read(void **state)
{
	static const struct { const char *text; uint64_t mask; } cases[] = {
		{ "", 0 }, { "\n", 0 }, { "0\n", 1 }, { "0-1\n", 3 }, { "0,2-3\n", 0xd },
		{ "1,63\n", 1ULL << 63 | 2 }, { "0-99\n", UINT64_MAX },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_true(where_nodes_read(cases[i].text) == cases[i].mask);
}

static void shares_tell_nodes_with_cpus_from_those_without(void **state)
{
	struct where w = { .nodes = 7, .cpu_nodes = 3 };
	struct where_counts *hot = &w.parts[PART_HOT];

	(void)state;
	*hot = (struct where_counts){ .pages = 100, .nodes = { 20, 30, 10 }, .swaps = { 5, 15 },
				      .absent = 12, .moving = 8 };
	struct where_shares s = where_shares(&w, PART_HOT);

	assert_true(s.dram > 0.4999 && s.dram < 0.5001);
	assert_true(s.slow > 0.0999 && s.slow < 0.1001);
	assert_true(s.swap > 0.1999 && s.swap < 0.2001);
	s = where_shares(&w, PART_COLD);	/* which has no page */
	assert_true(s.dram == 0 && s.slow == 0 && s.swap == 0);
}

static void shares_that_nobody_knows_are_no_numbers(void **state)
{
	static struct load_result r;
	struct where w = { .nodes = 1, .cpu_nodes = 1 };
	cleanup_free char *text = NULL;
	size_t len;

	(void)state;
	w.parts[PART_HOT] = (struct where_counts){ .pages = 100, .unknown = 100 };
	w.parts[PART_COLD] = (struct where_counts){ .pages = 100, .nodes = { 75 }, .unknown = 25 };
	FILE *out = open_memstream(&text, &len);

	report_figures(&r, &w, 0, out);
	fclose(out);
	cleanup_json json_t *figures = json_loads(text, 0, NULL);

	assert_non_null(figures);
	assert_true(json_is_null(json_object_get(figures, "hot_dram_share")));
	assert_true(json_is_null(json_object_get(figures, "hot_slow_share")));
	assert_true(json_is_null(json_object_get(figures, "hot_swap_share")));
	assert_true(json_real_value(json_object_get(figures, "cold_dram_share")) == 0.75);
}

/* From here on this process has no move_pages(2), as on a kernel without NUMA. */
static int move_pages_forbid(void)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_move_pages, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { ARRAY_SIZE(filter), filter };

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
		prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

enum { CHILD_RIGHT, CHILD_WRONG, CHILD_CANNOT };

/* Where the pages of a small heap are, in a process without move_pages(2). */
static int where_without_numa(void)
{
	enum { PAGES = 1000 };
	static struct heap h;
	static struct where w;
	uint64_t known = 0, pages = 0;
	struct err e;

	if (layout_set(&h.layout, PAGES, 1, 10, 20, 1, &e))
		return CHILD_CANNOT;
	h.pages = aligned_alloc(PAGE_BYTES, PAGES * PAGE_BYTES);
	if (!h.pages || move_pages_forbid())
		return CHILD_CANNOT;
	memset(h.pages, 1, PAGES * PAGE_BYTES);
	where_take(&w, &h);
	for (enum part p = 0; p < PART_COUNT; p++) {
		known += w.parts[p].nodes[0] + w.parts[p].swaps[0];
		pages += w.parts[p].pages;
	}
	if (w.nodes != 1 || access("/proc/self/pagemap", R_OK))
		return CHILD_CANNOT;
	return known == PAGES && pages == PAGES ? CHILD_RIGHT : CHILD_WRONG;
}

static void a_kernel_without_numa_has_all_pages_on_node_0(void **state)
{
	int status;
	pid_t pid = fork();

	(void)state;
	if (!pid)
		_exit(where_without_numa());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == CHILD_CANNOT) {
		print_message("no seccomp, no pagemap, or more than one memory node\n");
		skip();
	}
	assert_int_equal(WEXITSTATUS(status), CHILD_RIGHT);
}

static void meminfo_is_read_by_whole_keys(void **state)
{
	static const char text[] = "MemTotal:        1000 kB\nSwapCached:          7 kB\n"
				   "SwapFree:           64 kB\n";

	(void)state;
	assert_int_equal(meminfo_bytes(text, "MemTotal"), 1000 * 1024);
	assert_int_equal(meminfo_bytes(text, "SwapFree"), 64 * 1024);
	assert_int_equal(meminfo_bytes(text, "Swap"), 0);
	assert_int_equal(meminfo_bytes(text, "MemAvailable"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(swap_devices_keep_the_order_of_proc_swaps),
		cmocka_unit_test(lists_of_nodes_are_read),
		cmocka_unit_test(shares_tell_nodes_with_cpus_from_those_without),
		cmocka_unit_test(shares_that_nobody_knows_are_no_numbers),
		cmocka_unit_test(a_kernel_without_numa_has_all_pages_on_node_0),
		cmocka_unit_test(meminfo_is_read_by_whole_keys),
	};

	return cmocka_run_group_tests_name("coldheap-where", tests, NULL, NULL);
}
