/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "conform-tree.h"

#define MEMDEV(name, serial, size) \
	"{'memdev': '" name "', 'serial': " serial ", 'pmem_size': " size "}"
#define REGION(size, ways, state, mappings) \
	"{'region': 'region0', 'size': " size ", 'interleave_ways': " ways ", 'decode_state': '" state \
	"', 'mappings': [" mappings "]}"
#define MEMDEVS MEMDEV("mem1", "4097", "268435456") ", " MEMDEV("mem0", "4098", "268435456")
#define MAP(name) "{'memdev': '" name "'}"

/* Two expanders of 256 MiB are declared, interleaved. */
static void what_cxl_list_says_is_compared(void **state)
{
	static const struct { const char *cxl, *expanders, *region; } cases[] = {
		{ "[{'memdevs': [" MEMDEVS "]}, {'regions': ["
		  REGION("536870912", "2", "commit", MAP("mem0") "," MAP("mem1")) "]}]",
		  "2 of 256 MiB", "2-way, 512 MiB" },
		/* Only one kind is there: it is not grouped. */
		{ "[" MEMDEVS "]", "2 of 256 MiB", "nothing" },
		{ "[{'memdevs': [" MEMDEV("mem0", "4098", "268435456") "]}, {'regions': ["
		  REGION("268435456", "1", "commit", MAP("mem0")) "]}]",
		  "nothing, 256 MiB", "1-way, 256 MiB" },
		{ "[{'memdevs': [" MEMDEVS "]}, {'regions': ["
		  REGION("536870912", "2", "reset", MAP("mem0") "," MAP("mem1")) "]}]",
		  "2 of 256 MiB", "2-way, 512 MiB, decoders in state reset" },
		{ "[{'memdevs': [" MEMDEVS "]}, {'regions': ["
		  REGION("536870912", "2", "commit", MAP("mem0") "," MAP("mem7")) "]}]",
		  "2 of 256 MiB", "2-way, 512 MiB, over other expanders, too" },
		{ "[{'memdevs': [" MEMDEVS "]}, {'regions': ["
		  REGION("536870912", "2", "commit", MAP("mem7")) "]}]", "2 of 256 MiB", "nothing" },
		/* It says two ways and names one. */
		{ "[{'memdevs': [" MEMDEVS "]}, {'regions': ["
		  REGION("536870912", "2", "commit", MAP("mem0")) "]}]", "2 of 256 MiB", "2-way, 512 MiB" },
		{ "[{'memdevs': [" MEMDEV("mem1", "4097", "-5") ", " MEMDEV("mem0", "4098", "'big'") "]}]",
		  "nothing", "nothing" },
		{ "[" MEMDEV("mem1", "4097", "536870912") ", " MEMDEV("mem0", "4098", "268435457") "]",
		  "512 MiB, 268435457 bytes", "nothing" },
		{ "[" MEMDEV("mem1", "99999999999999999999", "536870912") "]", "nothing", "nothing" },
		{ "[{'memdevs': [" MEMDEVS "], 'memdevs': []}]", "nothing", "nothing" },
		{ "[{'memdev': 7}, {'memdevs': {'memdev': 'mem0'}}, [], 'memdev']", "nothing", "nothing" },
		{ "{'memdevs': []}", "nothing", "nothing" },
		{ "Warning: no matching devices found\n[\n]\n", "nothing", "nothing" },
		{ "", "nothing", "nothing" },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct tree g;
		int differ;
		bool ok;

		print_message("  %s\n", cases[i].cxl);
		tree_open_named(&g, "cxl-interleave");
		free(g.seen.cxl);
		g.seen.cxl = strdup(cases[i].cxl);
		for (char *p = g.seen.cxl; (p = strchr(p, '\''));)
			*p = '"';
		cleanup_json json_t *rows = rows_of(&g, CLOCK_HOST, &differ);
		assert_string_equal(seen_in(rows, "CXL expanders of node 1", &ok), cases[i].expanders);
		assert_int_equal(ok, !strcmp(cases[i].expanders, "2 of 256 MiB"));
		assert_string_equal(seen_in(rows, "CXL region of node 1", &ok), cases[i].region);
		assert_int_equal(ok, i == 0);
		tree_close(&g);
	}
}

static void declared_media_must_be_those_that_are_there(void **state)
{
	static const struct { enum cxl_media media; bool is_volatile; const char *seen; bool ok; } cases[] = {
		{ MEDIA_AUTO, false, "1 of 512 MiB", true },
		{ MEDIA_AUTO, true, "1 of 512 MiB", true },
		{ MEDIA_PERSISTENT, false, "1 of 512 MiB, persistent", true },
		{ MEDIA_PERSISTENT, true, "1 of 512 MiB, volatile", false },
		{ MEDIA_VOLATILE, false, "1 of 512 MiB, persistent", false },
		{ MEDIA_VOLATILE, true, "1 of 512 MiB, volatile", true },
	};
	static const char persistent[] = "\"pmem_size\"", not_persistent[] = " \"ram_size\"";
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct tree g;
		int differ;
		bool ok;

		tree_open_named(&g, "cxl-two");
		g.t.nodes[1].media = cases[i].media;
		for (char *p = g.seen.cxl; cases[i].is_volatile && (p = strstr(p, persistent));)
			memcpy(p, not_persistent, strlen(persistent));
		cleanup_json json_t *rows = rows_of(&g, CLOCK_HOST, &differ);
		assert_string_equal(seen_in(rows, "CXL expanders of node 1", &ok), cases[i].seen);
		assert_int_equal(ok, cases[i].ok);
		/* 384 MiB are there: a block less than all, which only a namespace may cost. */
		seen_in(rows, "memory of node 1", &ok);
		assert_int_equal(ok, !cases[i].is_volatile);
		tree_close(&g);
	}
}

static void memory_that_is_not_movable_differs(void **state)
{
	static const struct { const char *zones, *seen; } cases[] = {
		{ "Node 1, zone  Movable\n        present  98304\n", "Movable" },
		{ "Node 1, zone   Normal\n        present  32768\nNode 1, zone  Movable\n        present  65536\n",
		  "Normal, Movable" },
		{ "Node 1, zone   Normal\n        present  98304\n", "Normal" },
		{ "Node 1, zone  Movable\n        present  0\n", "nothing" },
		{ "Node 0, zone  Movable\n        present  98304\n", "nothing" },
		{ "Node 1, zone\n        present  98304\n", "nothing" },
		{ "Node 18446744073709551617, zone Movable\n        present  98304\n", "nothing" },
		{ "Node 1, zone  Movable\n        present  many\n", "nothing" },
		{ "        present  98304\nNode 1, zone  Movable", "nothing" },
		{ "Node 1, zone  AVeryLongNameOfAZoneIndeed\n present 1\n", "AVeryLongNameOf" },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct tree g;
		int differ;
		bool ok;

		print_message("  %s\n", cases[i].zones);
		tree_open_named(&g, "cxl-interleave");
		json_object_set_new(g.seen.files, "/proc/zoneinfo", json_string(cases[i].zones));
		cleanup_json json_t *rows = rows_of(&g, CLOCK_HOST, &differ);
		assert_string_equal(seen_in(rows, "zone of node 1", &ok), cases[i].seen);
		assert_int_equal(ok, i == 0);
		tree_close(&g);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_cxl_list_says_is_compared),
		cmocka_unit_test(declared_media_must_be_those_that_are_there),
		cmocka_unit_test(memory_that_is_not_movable_differs),
	};

	return cmocka_run_group_tests_name("conform-cxl", tests, NULL, NULL);
}
