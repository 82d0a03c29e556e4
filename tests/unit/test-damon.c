/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ramrig-damon, on the /proc and /sys of a guest with two nodes (topology tier-hmat, Linux
 * 6.12.117) and the iomem of one with CXL memory.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include "daemons/damon/damon-options.h"
#include "daemons/damon/damon-plan.h"
#include "daemons/damon/damon-step.h"
#include "daemons/damon/damon-sysfs.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#define DATA "tests/unit/data/damon/"
#define TREE DATA "tier-hmat"
#define ROOM (1 << 20)

static int tree_open(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

/* Memory */

static void a_node_is_its_blocks_without_what_is_no_ram(void **state)
{
	cleanup_close int fd = tree_open(TREE);
	struct ram r;
	struct err e;

	(void)state;
	assert_int_equal(ram_read(fd, 0, &r, &e), 0);
	assert_int_equal(r.n, 2);
	assert_true(r.ranges[0].start == 0x1000 && r.ranges[0].end == 0x9f000);
	assert_true(r.ranges[1].start == 0x100000 && r.ranges[1].end == 0x20000000);
	assert_int_equal(ram_read(fd, 1, &r, &e), 0);
	assert_int_equal(r.n, 1);
	assert_true(r.ranges[0].start == 0x20000000 && r.ranges[0].end == 0x3ffdd000);
	assert_int_equal(ram_read(fd, RAM_NODE_ALL, &r, &e), 0);
	assert_int_equal(r.n, 2);
	assert_true(r.ranges[1].start == 0x100000 && r.ranges[1].end == 0x3ffdd000);
	assert_int_equal(ram_read(fd, 2, &r, &e), -ENOENT);
}

static void memory_that_dax_gave_to_the_system_is_ram(void **state)
{
	cleanup_free char *text = NULL;
	struct ram r;
	struct err e;

	(void)state;
	assert_int_equal(file_read(AT_FDCWD, DATA "cxl-direct.iomem", ROOM, &text, NULL, &e), 0);
	assert_non_null(strstr(text, "System RAM (kmem)"));
	assert_int_equal(ram_parse(text, &r, &e), 0);
	assert_true(r.ranges[r.n - 1].start > 4ULL << 30);
	assert_true(r.ranges[r.n - 1].end - r.ranges[r.n - 1].start > 100 << 20);
}

static void addresses_that_are_hidden_or_out_of_order_are_refused(void **state)
{
	struct ram r = { 0 };
	struct err e;

	(void)state;
	assert_int_equal(ram_parse("00000000-00000000 : System RAM\n", &r, &e), -EACCES);
	assert_int_equal(ram_parse("00000000-00000fff : Reserved\n", &r, &e), -EINVAL);
	assert_int_equal(
		ram_parse("00010000-0001ffff : System RAM\n00001000-00001fff : System RAM\n", &r,
			  &e),
		-EINVAL);
	for (unsigned i = 0; i < RAM_RANGES_MAX; i++)
		assert_int_equal(ram_add(&r, i * 0x2000, i * 0x2000 + 0x1000, &e), 0);
	assert_int_equal(ram_add(&r, 1ULL << 40, 2ULL << 40, &e), -E2BIG);
}

/* Schemes */

static void a_bad_scheme_is_refused_by_key(void **state)
{
	static const struct {
		const char *text, *part;
	} bad[] = {
		{ "", "no action" },
		{ "pageouts", "no action" },
		{ "stat,colour=red", "'colour' is no key" },
		{ "stat,node", "'node' is no key" },
		{ "stat,node=-1", "no memory node" },
		{ "stat,min_age=10 s", "min_age: '10 s' is no duration" },
		{ "stat,bytes=1MB", "bytes: '1MB' is no size" },
		{ "stat,ms=10MiB", "ms: '10MiB' is no number" },
		{ "stat,min_nr_accesses=4294967296", "from 0 to 4294967295" },
		{ "stat,min_nr_accesses=5,max_nr_accesses=4", "access pattern" },
		{ "stat,target_nid=1", "only migrations" },
		{ "migrate_cold", "needs a target_nid" },
		{ "migrate_cold,node=1,target_nid=1", "to itself" },
		{ "pageout,goal=psi", "no goal" },
		{ "pageout,goal=", "no goal" },
		{ "pageout,goal=some_mem_psi_us", "target_value" },
		{ "pageout,goal=user_input,target_value=1", "psi go together" },
		{ "pageout,psi=/", "no cgroup" },
		{ "pageout,watermarks=500:600:100", "no watermarks" },
		{ "pageout,watermarks=1001:600:100", "no watermarks" },
		{ "pageout,only=old", "no filter" },
		{ "pageout,only=memcg:", "no cgroup" },
		{ "pageout,skip=young:1", "takes no value" },
		{ "pageout,only=addr:5-5", "no addresses" },
		{ "pageout,reset_interval=0s", "reset_interval is 0" },
	};
	struct damon_scheme s;
	struct err e;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_int_equal(damon_scheme_parse(bad[i].text, &s, &e), -EINVAL);
		if (!strstr(e.msg, bad[i].part))
			fail_msg("'%s': %s", bad[i].text, e.msg);
	}
}

static void bare_numbers_are_bytes_and_milliseconds(void **state)
{
	struct damon_scheme s, t;
	struct err e;

	(void)state;
	assert_int_equal(damon_scheme_parse("stat,bytes=33554432,min_age=10000", &s, &e), 0);
	assert_int_equal(damon_scheme_parse("stat,bytes=32MiB,min_age=10s", &t, &e), 0);
	assert_true(s.bytes == t.bytes && s.min_age_ms == t.min_age_ms);
	assert_int_equal(t.min_age_ms, 10000);
}

static void a_cgroup_has_a_slash_in_front_or_gets_one(void **state)
{
	struct damon_scheme s, t;
	struct err e;

	(void)state;
	assert_int_equal(damon_scheme_parse("pageout,only=memcg:ramrig/heap", &s, &e), 0);
	assert_int_equal(damon_scheme_parse("pageout,only=memcg:/ramrig/heap", &t, &e), 0);
	assert_string_equal(s.filters[0].memcg, "/ramrig/heap");
	assert_string_equal(t.filters[0].memcg, "/ramrig/heap");
}

static void an_age_is_a_count_of_aggregations_rounded_up(void **state)
{
	(void)state;
	assert_true(damon_age(0, 100000) == 0);
	assert_true(damon_age(1, 100000) == 1);
	assert_true(damon_age(100, 100000) == 1);
	assert_true(damon_age(101, 100000) == 2);
	assert_true(damon_age(DAMON_AGE_MAX, 100000) == UINT32_MAX);
	assert_true(damon_age(UINT32_MAX, 1) == UINT32_MAX);
}

static void a_fed_value_is_the_stall_of_a_second(void **state)
{
	(void)state;
	assert_true(damon_feed_value(1000, 1000) == 1000);
	assert_true(damon_feed_value(1000, 500) == 2000);
	assert_true(damon_feed_value(3000, 2000) == 1500);
	assert_true(damon_feed_value(0, 1000) == 0);
}

/* The plan, byte by byte; RAMRIG_UPDATE_EXPECT=1 writes the golden files anew. */

static const char *const tier[] = { "ramrig-damon",
				    "--scheme",
				    "migrate_cold,node=0,target_nid=1,max_nr_accesses=0,min_age="
				    "10s,ms=100,bytes=32MiB,age_permil=1000,skip=young",
				    "--scheme",
				    "migrate_hot,node=1,target_nid=0,min_nr_accesses=1,bytes=16MiB,"
				    "only=addr:0x20000000-0x30000000",
				    "--scheme",
				    "stat,node=0",
				    NULL };
static const char *const pageout[] = { "ramrig-damon",
				       "--sample",
				       "50ms",
				       "--aggregate",
				       "1s",
				       "--scheme",
				       "pageout,max_nr_accesses=0,min_age=2500ms,goal=user_input,"
				       "target_value=10000,psi=/ramrig/heap,"
				       "only=memcg:/ramrig/heap,watermarks=500:400:200",
				       NULL };
static const struct {
	const char *golden, *const *argv;
} plans[] = {
	{ "damon-tier.txt", tier },
	{ "damon-pageout.txt", pageout },
};

static void options_of(const char *const *argv, struct damon_options *ret)
{
	struct err e;
	bool help;
	int argc = 0;

	while (argv[argc])
		argc++;
	if (damon_options_read(argc, (const char **)argv, ret, &help, &e))
		fail_msg("%s", e.msg);
}

static void plan_of(const char *const *argv, struct damon_plan *ret)
{
	struct damon_kdamond kdamonds[DAMON_SCHEMES_MAX];
	cleanup_close int fd = tree_open(TREE);
	struct damon_options o;
	struct err e;

	options_of(argv, &o);
	unsigned n = damon_kdamonds_group(&o.settings, kdamonds);

	for (unsigned i = 0; i < n; i++)
		assert_int_equal(ram_read(fd, kdamonds[i].node, &kdamonds[i].ram, &e), 0);
	damon_plan_make(&o.settings, kdamonds, n, ret);
}

static void the_plan_is_what_it_was(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(plans); i++) {
		cleanup_free char *path = path_format("tests/golden/%s", plans[i].golden);
		cleanup_free char *wanted = NULL, *got = NULL;
		struct damon_plan p;
		size_t len;
		struct err e;
		FILE *out = open_memstream(&got, &len);

		plan_of(plans[i].argv, &p);
		for (size_t k = 0; k < p.n; k++)
			fprintf(out, "%s %s\n", p.writes[k].file + strlen(DAMON_KDAMONDS "/"),
				p.writes[k].value);
		fclose(out);
		damon_plan_clear(&p);
		if (getenv("RAMRIG_UPDATE_EXPECT"))
			assert_int_equal(file_write_atomic(path, got, len, &e), 0);
		assert_int_equal(file_read(AT_FDCWD, path, ROOM, &wanted, NULL, &e), 0);
		assert_string_equal(got, wanted);
	}
}

static const char *written(const struct damon_plan *p, const char *file)
{
	for (size_t i = 0; i < p->n; i++)
		if (strstr(p->writes[i].file, file))
			return p->writes[i].value;
	return "none";
}

/* A small range is a region of its own. */
static void split_memory_is_all_there_in_equal_regions(void **state)
{
	static const char *const argv[] = { "ramrig-damon", "--scheme=stat,node=0", "--split",
					    "--min-regions=3", NULL };
	struct damon_plan plan;
	(void)state;

	plan_of(argv, &plan);
	assert_string_equal(written(&plan, "regions/nr_regions"), "4");
	assert_string_equal(written(&plan, "regions/0/start"), "4096");
	assert_string_equal(written(&plan, "regions/0/end"), "651264");
	assert_string_equal(written(&plan, "regions/1/start"), "1048576");
	assert_string_equal(written(&plan, "regions/1/end"), "179871744");
	assert_string_equal(written(&plan, "regions/2/start"), "179871744");
	assert_string_equal(written(&plan, "regions/2/end"), "358694912");
	assert_string_equal(written(&plan, "regions/3/end"), "536870912");
	damon_plan_clear(&plan);
}

static void single_nodes_and_all_of_them_do_not_go_together(void **state)
{
	static const char *const argv[] = { "ramrig-damon", "--scheme",	   "stat",
					    "--scheme",	    "stat,node=1", NULL };
	struct damon_options o;
	struct err e;
	bool help;

	(void)state;
	assert_int_equal(damon_options_read(5, (const char **)argv, &o, &help, &e), -EINVAL);
	assert_non_null(strstr(e.msg, "accessed bits"));
	assert_int_equal(damon_options_read(1, (const char **)argv, &o, &help, &e), -EINVAL);
	assert_non_null(strstr(e.msg, "no --scheme"));
}

/* What DAMON's files say */

/* A copy of the tree that may be written to; the caller removes it. */
static char *tree_copy(void)
{
	char name[] = "/tmp/ramrig-damon-XXXXXX";
	struct err e;

	assert_non_null(mkdtemp(name));
	char *path = path_format("%s/root", name);

	assert_int_equal(dir_copy(TREE, path, &e), 0);
	return path;
}

static void tree_remove(char *path)
{
	struct err e;

	*strrchr(path, '/') = '\0';
	assert_int_equal(dir_remove(path, &e), 0);
	free(path);
}

static void tree_put(const char *root, const char *file, const char *text)
{
	cleanup_free char *path = path_format("%s/%s", root, file);
	cleanup_free char *folder = path_format("%.*s", (int)(strrchr(path, '/') - path), path);
	struct err e;

	assert_int_equal(dir_make(folder, 0755, &e), 0);
	assert_int_equal(file_write_atomic(path, text, strlen(text), &e), 0);
}

static void check_refuses(const char *root, int code, const char *part)
{
	cleanup_close int fd = tree_open(root);
	struct damon_options o;
	struct err e;

	options_of(pageout, &o);
	assert_int_equal(damon_check(fd, &o.settings, &e), -code);
	if (!strstr(e.msg, part))
		fail_msg("%s", e.msg);
}

static void damon_that_is_taken_or_absent_is_refused(void **state)
{
	char *root = tree_copy();
	cleanup_close int fd = tree_open(root);
	struct damon_options o;
	struct err e;

	(void)state;
	options_of(pageout, &o);
	assert_int_equal(damon_check(fd, &o.settings, &e), 0);
	tree_put(root, "sys/module/damon_lru_sort/parameters/enabled", "Y\n");
	check_refuses(root, EBUSY, "damon_lru_sort is on");
	tree_put(root, "sys/module/damon_lru_sort/parameters/enabled", "N\n");
	tree_put(root, DAMON_KDAMONDS "/nr_kdamonds", "1\n");
	check_refuses(root, EBUSY, "1 kdamonds are set up already");
	tree_put(root, DAMON_KDAMONDS "/nr_kdamonds", "0\n");
	assert_int_equal(unlinkat(fd, "sys/fs/cgroup/ramrig/heap/memory.pressure", 0), 0);
	assert_int_equal(unlinkat(fd, "sys/fs/cgroup/ramrig/heap", AT_REMOVEDIR), 0);
	check_refuses(root, ENOENT, "no cgroup /ramrig/heap");
	assert_int_equal(unlinkat(fd, DAMON_KDAMONDS "/nr_kdamonds", 0), 0);
	check_refuses(root, EOPNOTSUPP, "CONFIG_DAMON_SYSFS");
	tree_remove(root);
}

/* Files of one scheme as the kernel makes them, and that anyone may write to. */
static void scheme_make(const char *root)
{
	static const char *const files[][2] = {
		{ "0/state", "on" },
		{ "0/contexts/0/schemes/0/stats/nr_tried", "7\n" },
		{ "0/contexts/0/schemes/0/stats/sz_tried", "28672\n" },
		{ "0/contexts/0/schemes/0/stats/nr_applied", "3\n" },
		{ "0/contexts/0/schemes/0/stats/sz_applied", "12288\n" },
		{ "0/contexts/0/schemes/0/stats/qt_exceeds", "18446744073709551615\n" },
		{ "0/contexts/0/schemes/0/quotas/goals/0/current_value", "0\n" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		cleanup_free char *file = path_format(DAMON_KDAMONDS "/%s", files[i][0]);

		tree_put(root, file, files[i][1]);
	}
}

/* What a step tells; *ret_scheme is the first scheme in it. */
static json_t *step(struct damon_run *r, json_t **ret_scheme)
{
	json_t *line = json_object();
	struct err e;

	if (damon_step(r, line, &e))
		fail_msg("%s", e.msg);
	json_t *kdamond = json_array_get(json_object_get(line, "kdamonds"), 0);

	*ret_scheme = json_array_get(json_object_get(kdamond, "schemes"), 0);
	return line;
}

static void a_step_reads_what_was_done_and_feeds_the_goal(void **state)
{
	char *root = tree_copy();
	cleanup_close int fd = tree_open(root);
	struct damon_kdamond kdamonds[DAMON_SCHEMES_MAX];
	struct damon_options o;
	json_t *line, *s;

	(void)state;
	scheme_make(root);
	options_of(pageout, &o);
	struct damon_run r = { .rootfd = fd,
			       .settings = &o.settings,
			       .kdamonds = kdamonds,
			       .n_kdamonds = damon_kdamonds_group(&o.settings, kdamonds) };

	line = step(&r, &s);
	assert_int_equal(json_integer_value(json_object_get(s, "sz_applied")), 12288);
	assert_int_equal(json_integer_value(json_object_get(line, "pageout_bytes")), 12288);
	assert_null(json_object_get(line, "stat_bytes"));	     /* there is no such scheme */
	assert_true(json_is_null(json_object_get(s, "qt_exceeds"))); /* no count */
	assert_true(json_is_null(json_object_get(s, "current_value"))); /* no growth yet */
	json_decref(line);
	r.feeds[0].at_ms -= 1000;
	r.feeds[0].total_us -= 5000;
	tree_put(root, DAMON_KDAMONDS "/0/contexts/0/schemes/0/stats/sz_applied", "16384\n");
	line = step(&r, &s);
	json_int_t fed = json_integer_value(json_object_get(s, "current_value"));

	assert_true(fed > 4000 && fed <= 5000);
	assert_int_equal(json_integer_value(json_object_get(line, "pageout_bytes")), 4096);
	json_decref(line);
	assert_int_equal(unlinkat(fd, "sys/fs/cgroup/ramrig/heap/memory.pressure", 0), 0);
	line = step(&r, &s);
	assert_true(json_is_null(json_object_get(s, "current_value"))); /* the cgroup has gone */
	json_decref(line);
	tree_remove(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_node_is_its_blocks_without_what_is_no_ram),
		cmocka_unit_test(memory_that_dax_gave_to_the_system_is_ram),
		cmocka_unit_test(addresses_that_are_hidden_or_out_of_order_are_refused),
		cmocka_unit_test(a_bad_scheme_is_refused_by_key),
		cmocka_unit_test(bare_numbers_are_bytes_and_milliseconds),
		cmocka_unit_test(a_cgroup_has_a_slash_in_front_or_gets_one),
		cmocka_unit_test(an_age_is_a_count_of_aggregations_rounded_up),
		cmocka_unit_test(a_fed_value_is_the_stall_of_a_second),
		cmocka_unit_test(the_plan_is_what_it_was),
		cmocka_unit_test(split_memory_is_all_there_in_equal_regions),
		cmocka_unit_test(single_nodes_and_all_of_them_do_not_go_together),
		cmocka_unit_test(damon_that_is_taken_or_absent_is_refused),
		cmocka_unit_test(a_step_reads_what_was_done_and_feeds_the_goal),
	};

	return cmocka_run_group_tests_name("damon", tests, NULL, NULL);
}
