/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include "daemons/senpai/senpai-options.h"
#include "daemons/senpai/senpai-reclaim.h"
#include "daemons/senpai/senpai-watch.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/text.h"

/* A folder of this process, with what a test puts there. */
static char tree[64];

static void put(const char *name, const char *text)
{
	cleanup_free char *path = path_format("%s/%s", tree, name);
	struct err e;

	assert_int_equal(file_write_atomic(path, text, strlen(text), &e), 0);
}

static void folder(const char *name)
{
	cleanup_free char *path = path_format("%s/%s", tree, name);
	struct err e;

	assert_int_equal(dir_make(path, 0755, &e), 0);
}

#define MEMINFO                                                                                    \
	"MemTotal:        1000 kB\n"                                                               \
	"MemFree:          300 kB\n"                                                               \
	"Active(anon):     100 kB\n"                                                               \
	"Inactive(anon):    50 kB\n"                                                               \
	"Active(file):     200 kB\n"                                                               \
	"Inactive(file):    20 kB\n"                                                               \
	"SwapTotal:       1000 kB\n"                                                               \
	"SwapFree:          40 kB\n"
#define STAT                                                                                       \
	"anon 7\nfile 8\n"                                                                         \
	"inactive_anon 4000\n"                                                                     \
	"active_anon 1000\n"                                                                       \
	"inactive_file 300\n"                                                                      \
	"active_file 200\n"
#define QUIET                                                                                      \
	"some avg10=0.25 avg60=0.00 avg300=0.00 total=1234\n"                                      \
	"full avg10=0.00 avg60=0.00 avg300=0.00 total=0\n"

static int tree_make(void **state)
{
	struct err e;

	(void)state;
	snprintf(tree, sizeof(tree), "/tmp/test-senpai-XXXXXX");
	assert_non_null(mkdtemp(tree));
	put("memory.current", "10000\n");
	put("memory.stat", STAT);
	put("memory.min", "0\n");
	put("memory.low", "0\n");
	put("memory.pressure", QUIET);
	put("memory.reclaim", "");
	folder("proc");
	put("proc/meminfo", MEMINFO);
	folder("proc/pressure");
	put("proc/pressure/memory", QUIET);
	return dir_make(tree, 0755, &e);
}

static int tree_remove(void **state)
{
	struct err e;

	(void)state;
	return dir_remove(tree, &e);
}

static struct memory read_at(int fd, bool is_root, double reserve)
{
	const struct place p = { fd, fd, is_root };
	struct memory m;
	struct err e;

	assert_int_equal(memory_read(&p, reserve, &m, &e), 0);
	return m;
}

static void memory_of_a_cgroup_is_read_with_its_protection_and_swap(void **state)
{
	cleanup_close int fd = open(tree, O_RDONLY | O_DIRECTORY);
	struct memory m = read_at(fd, false, 3);

	(void)state;
	assert_int_equal(m.current, 10000);
	assert_int_equal(m.file, 500);
	assert_int_equal(m.anon, 5000);
	assert_int_equal(m.protect, 0);
	assert_int_equal(m.swap_free, 40 * 1024);
	assert_false(m.swap_full);
	assert_true(read_at(fd, false, 5).swap_full);

	put("memory.low", "max\n");
	put("memory.swap.max", "4096\n");
	put("memory.swap.current", "4000\n");
	m = read_at(fd, false, 3);
	assert_true(m.protect == INT64_MAX);
	assert_int_equal(m.swap_free, 96);
	assert_true(m.swap_full);
	put("memory.swap.max", "max\n");
	assert_int_equal(read_at(fd, false, 3).swap_free, 40 * 1024);
}

static void memory_of_the_root_is_read_from_proc(void **state)
{
	cleanup_close int fd = open(tree, O_RDONLY | O_DIRECTORY);
	struct memory m = read_at(fd, true, 3);

	(void)state;
	assert_int_equal(m.current, 700 * 1024);
	assert_int_equal(m.file, 220 * 1024);
	assert_int_equal(m.anon, 150 * 1024);
}

static void memory_without_a_number_that_counts_is_an_error_that_names_it(void **state)
{
	cleanup_close int fd = open(tree, O_RDONLY | O_DIRECTORY);
	const struct place p = { fd, fd, false };
	struct memory m;
	struct err e;

	(void)state;
	put("memory.stat", "active_file 1\ninactive_file 2\nactive_anon 3\n");
	assert_int_equal(memory_read(&p, 5, &m, &e), -EINVAL);
	assert_non_null(strstr(e.msg, "memory.stat says nothing of 'inactive_anon'"));
	put("proc/meminfo", "SwapTotal: 0 kB\n");
	assert_int_equal(memory_read(&p, 5, &m, &e), -EINVAL);
	assert_non_null(strstr(e.msg, "'SwapFree'"));
}

static void numbers_past_63_bits_are_held_there(void **state)
{
	struct memory m = { 0 };
	struct err e;

	(void)state;
	assert_int_equal(memory_parse_stat("active_file 18446744073709551615\ninactive_file 9\n"
					   "active_anon 99999999999999999999999\ninactive_anon 9\n",
					   &m, &e),
			 0);
	assert_true(m.file == INT64_MAX && m.anon == INT64_MAX);
	m.current = INT64_MAX;
	m.swap_free = INT64_MAX;
	assert_true(memory_bottom(&m, INT64_MAX) == INT64_MAX);
	assert_int_equal(memory_bottom(&m, 5), 5);
}

static void the_floor_is_of_what_can_be_reclaimed(void **state)
{
	static const struct {
		struct memory m;
		uint64_t bottom;
	} cases[] = {
		{ { .current = 1000, .file = 300, .anon = 500, .swap_free = 9000 }, 300 },
		{ { .current = 1000, .file = 300, .anon = 500, .swap_free = 200 }, 600 },
		{ { .current = 1000, .file = 300, .anon = 500 }, 800 },
		{ { .current = 1000, .file = 300, .anon = 500, .swap_free = 90, .swap_full = true },
		  800 },
		{ { .current = 1000, .file = 300, .anon = 500, .swap_free = 9000, .protect = 700 },
		  700 },
		{ { .current = 100, .file = 300 }, 100 }, /* read at different times */
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(memory_bottom(&cases[i].m, 100), cases[i].bottom);
}

static void paths_are_brought_to_one_form(void **state)
{
	static const struct {
		const char *text, *path;
	} cases[] = {
		{ "/", "/" },	       { "", "/" },
		{ "web", "/web" },     { "/web//1/", "/web/1" },
		{ "web/*", "/web/*" }, { "/*", "/*" },
		{ "./a=b", "/a=b" },   { "../etc", NULL },
		{ "a/../../b", NULL }, { "/a/*/b", NULL },
		{ "/a*", NULL },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_free char *path = NULL;
		struct err e;

		print_message("  '%s'\n", cases[i].text);
		assert_int_equal(cgroup_path(cases[i].text, &path, &e),
				 cases[i].path ? 0 : -EINVAL);
		if (cases[i].path)
			assert_string_equal(path, cases[i].path);
	}
}

static void
a_floor_of_a_path_goes_before_that_of_its_pattern_and_that_before_the_common_one(void **state)
{
	struct floor_rule rules[] = { { (char *)"/web/*", 2 }, { (char *)"/web/1", 3 } };
	const struct senpai_options o = { .floors = rules, .n_floors = 2, .floor_bytes = 1 };

	(void)state;
	assert_int_equal(senpai_options_floor(&o, "/web/1", "/web/*"), 3);
	assert_int_equal(senpai_options_floor(&o, "/web/2", "/web/*"), 2);
	assert_int_equal(senpai_options_floor(&o, "/db", "/db"), 1);
}

static struct watched *watched_find(struct watch *w, const char *path)
{
	for (size_t i = 0; i < w->n; i++)
		if (!strcmp(w->list[i].path, path))
			return &w->list[i];
	return NULL;
}

static void cgroups_come_and_go(void **state)
{
	cleanup_close int fd = open(tree, O_RDONLY | O_DIRECTORY);
	char *const patterns[] = { (char *)"/web/*", (char *)"/web/1", (char *)"/db", (char *)"/",
				   NULL };
	struct watch w = { 0 };
	struct err e;

	(void)state;
	assert_int_equal(watch_refresh(&w, fd, patterns, "/web/3", &e), 0);
	assert_int_equal(w.n, 3);
	folder("web/1");
	folder("web/2");
	folder("web/3");
	put("web/cgroup.procs", "");
	assert_int_equal(watch_refresh(&w, fd, patterns, "/web/3", &e), 0);
	assert_int_equal(w.n, 4);
	assert_true(watched_find(&w, "/web/2")->found);

	cleanup_free char *two = path_format("%s/web/2", tree);
	assert_int_equal(rmdir(two), 0);
	assert_int_equal(watch_refresh(&w, fd, patterns, "/web/3", &e), 0);
	assert_false(watched_find(&w, "/web/2")->found);
	assert_int_equal(watch_refresh(&w, fd, patterns, "/web/3", &e), 0);
	assert_null(watched_find(&w, "/web/2"));
	assert_non_null(watched_find(&w, "/web/1"));
	watch_clear(&w);
}

static void a_cgroup_made_anew_has_a_law_that_begins_anew(void **state)
{
	cleanup_close int fd = open(tree, O_RDONLY | O_DIRECTORY);
	struct watched c = { .path = (char *)"/web", .found = true };
	int opened;
	struct err e;

	(void)state;
	assert_int_equal(watched_open(&c, fd, &opened, &e), -ENOENT);
	for (int other = 0; other < 2; other++) {
		folder("web");
		for (int again = 0; again < 2; again++) {
			assert_int_equal(watched_open(&c, fd, &opened, &e), 0);
			close(opened);
			assert_int_equal(c.state.started, again);
			c.state.started = true;
		}
		/* The old folder stays, so that the new one has another inode. */
		cleanup_free char *web = path_format("%s/web", tree),
				  *old = path_format("%s/old", tree);
		assert_int_equal(rename(web, old), 0);
	}
}

static struct reclaim_result reclaimed(uint64_t wanted, uint64_t piece, int swappiness)
{
	cleanup_close int fd = open(tree, O_RDONLY | O_DIRECTORY);
	const struct place p = { fd, fd, false };
	struct reclaim_request r = { .wanted_bytes = wanted,
				     .piece_bytes = piece,
				     .swappiness = swappiness };
	struct ticker t = TICKER_NONE;
	struct reclaim_result result;
	struct err e;

	assert_int_equal(ticker_open(&t, 3600000, &e), 0);
	assert_int_equal(reclaim_run(&p, &r, &t, &result, &e), 0);
	ticker_close(&t);
	return result;
}

static void memory_is_reclaimed_in_pieces(void **state)
{
	cleanup_free char *path = path_format("%s/memory.reclaim", tree);
	char text[64] = "";

	(void)state;
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	cleanup_close int fifo = open(path, O_RDWR | O_NONBLOCK);
	struct reclaim_result r = reclaimed(2500, 1000, 60);

	assert_true(read(fifo, text, sizeof(text) - 1) > 0);
	assert_string_equal(text, "1000 swappiness=60"
				  "1000 swappiness=60"
				  "500 swappiness=60");
	assert_int_equal(r.why, WHY_RECLAIM);
	assert_int_equal(r.asked_bytes, 2500);
	assert_int_equal(r.fell_bytes, 0);
}

static void no_piece_follows_once_memory_has_fallen_far_enough(void **state)
{
	cleanup_free char *from = path_format("%s/memory.current", tree);
	cleanup_free char *to = path_format("%s/memory.reclaim", tree);

	/* A kernel that takes 6000 when asked for 3000: what is written is what there is then. */
	(void)state;
	unlink(to);
	put("memory.current", "9000");
	assert_int_equal(link(from, to), 0);
	struct reclaim_result r = reclaimed(5000, 3000, -1);

	assert_int_equal(r.fell_bytes, 6000);
	assert_int_equal(r.asked_bytes, 3000);
}

static void every_reason_stands_in_the_manual_as_in_the_table(void **state)
{
	cleanup_free char *page = NULL;
	struct err e;

	(void)state;
	assert_int_equal(file_read(AT_FDCWD, "docs/senpai.md", 1 << 20, &page, NULL, &e), 0);
	for (enum why w = 0; w < WHY_COUNT; w++) {
		cleanup_free char *row = path_format("| `%s` | %s |\n", why_name(w), why_help(w));

		if (!strstr(page, row))
			fail_msg("docs/senpai.md lacks: %s", row);
	}
}

#define WITH_TREE(test) cmocka_unit_test_setup_teardown(test, tree_make, tree_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_TREE(memory_of_a_cgroup_is_read_with_its_protection_and_swap),
		WITH_TREE(memory_of_the_root_is_read_from_proc),
		WITH_TREE(memory_without_a_number_that_counts_is_an_error_that_names_it),
		cmocka_unit_test(numbers_past_63_bits_are_held_there),
		cmocka_unit_test(the_floor_is_of_what_can_be_reclaimed),
		cmocka_unit_test(paths_are_brought_to_one_form),
		cmocka_unit_test(
			a_floor_of_a_path_goes_before_that_of_its_pattern_and_that_before_the_common_one),
		WITH_TREE(cgroups_come_and_go),
		WITH_TREE(a_cgroup_made_anew_has_a_law_that_begins_anew),
		WITH_TREE(memory_is_reclaimed_in_pieces),
		WITH_TREE(no_piece_follows_once_memory_has_fallen_far_enough),
		cmocka_unit_test(every_reason_stands_in_the_manual_as_in_the_table),
	};

	return cmocka_run_group_tests_name("senpai", tests, NULL, NULL);
}
