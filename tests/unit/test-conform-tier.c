/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "conform-tree.h"

/* Of two nodes with CPUs of their own each is reached best from itself. */
static void a_node_with_cpus_is_its_own_initiator(void **state)
{
	struct tree g;
	int differ;
	bool ok;
	(void)state;

	tree_open_named(&g, "full");
	g.t.nodes[1].kind = NODE_DRAM;
	g.t.nodes[2] = (struct topology_node){ .kind = NODE_TIER, .bytes = 1, .latency_ns = 250,
					       .bandwidth = 30000000000 };
	g.t.n_nodes = 3;
	cleanup_json json_t *from0 = rows_of(&g, CLOCK_HOST, &differ);
	assert_string_equal(seen_in(from0, "initiator of node 1", &ok), "node 0");
	assert_false(ok);
	json_object_set_new(g.seen.files, HMAT1, json_pack("[s,s]", "node1", "read_latency"));
	cleanup_json json_t *from1 = rows_of(&g, CLOCK_HOST, &differ);
	assert_string_equal(seen_in(from1, "initiator of node 1", &ok), "node 1");
	assert_true(ok);
	/* With one CPU, node 1 has none. */
	cleanup_json json_t *virtual = rows_of(&g, CLOCK_VIRTUAL, &differ);
	seen_in(virtual, "initiator of node 1", &ok);
	assert_false(ok);
	json_object_set_new(g.seen.files, HMAT1, json_pack("[s,s,i,s]", "node0", "node1", 7, "node99"));
	cleanup_json json_t *both = rows_of(&g, CLOCK_HOST, &differ);
	assert_string_equal(seen_in(both, "initiator of node 1", &ok), "node 0-1");
	tree_close(&g);
}

static void the_last_line_of_the_log_tells_the_demotion_target(void **state)
{
	static const struct { const char *guest, *log, *seen; bool ok; } cases[] = {
		{ "full", "[ 1.4] Demotion targets for Node 0: preferred: 1, fallback: 1\n", "node 1", true },
		{ "full", "Demotion targets for Node 0: null\nDemotion targets for Node 0: preferred: 1, "
			  "fallback: 1\n", "node 1", true },
		{ "full", "Demotion targets for Node 0: preferred: 1, fallback: 1\n"
			  "Demotion targets for Node 0: null\n", "none", false },
		{ "full", "Demotion targets for Node 0: preferred: 0-1,3, fallback: 1\n", "nodes 0-1,3", false },
		{ "full", "Demotion targets for Node 0: preferred: 1", "node 1", true },
		{ "cxl-two", "Demotion targets for Node 0: preferred: 2, fallback: 1-2\n", "node 2", false },
		{ "full", "Demotion targets for Node 1: preferred: 0, fallback: 0\n",
		  "node 1 (by its tiers: this kernel logs no targets)", true },
		{ "full", "Demotion targets for Node 0: preferred: , fallback: 1\n",
		  "node 1 (by its tiers: this kernel logs no targets)", true },
		{ "full", "Demotion targets for Node 0: maybe", "node 1 (by its tiers: this kernel logs no targets)",
		  true },
		{ "full", "", "node 1 (by its tiers: this kernel logs no targets)", true },
		{ "cxl-two", NULL, "nodes 1-2 (by its tiers: this kernel logs no targets)", true },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct tree g;
		int differ;
		bool ok;

		print_message("  %s\n", cases[i].log ? cases[i].log : "no log");
		tree_open_named(&g, cases[i].guest);
		free(g.seen.log);
		g.seen.log = cases[i].log ? strdup(cases[i].log) : NULL;
		cleanup_json json_t *rows = rows_of(&g, CLOCK_HOST, &differ);
		assert_string_equal(seen_in(rows, "demotion target of node 0", &ok), cases[i].seen);
		assert_int_equal(ok, cases[i].ok);
		tree_close(&g);
	}
}

/* Without the kernel's own word, the nearest of the next tier's nodes are taken. */
static void targets_by_tiers_are_the_nearest(void **state)
{
	struct tree g;
	int differ;
	bool ok;
	(void)state;

	tree_open_named(&g, "cxl-two");
	free(take_ptr(g.seen.log));
	json_object_set_new(g.seen.files, NODE "/node0/distance", json_string("10 30 20\n"));
	cleanup_json json_t *rows = rows_of(&g, CLOCK_HOST, &differ);
	assert_string_equal(seen_in(rows, "demotion target of node 0", &ok),
			    "node 2 (by its tiers: this kernel logs no targets)");
	assert_false(ok);
	tree_close(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_node_with_cpus_is_its_own_initiator),
		cmocka_unit_test(the_last_line_of_the_log_tells_the_demotion_target),
		cmocka_unit_test(targets_by_tiers_are_the_nearest),
	};

	return cmocka_run_group_tests_name("conform-tier", tests, NULL, NULL);
}
