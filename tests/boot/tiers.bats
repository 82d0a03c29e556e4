#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Pages really go down and up. coldheap knows which of its pages are hot, asks the
# kernel where they are, and checks each of them at the end; so one guest each of
# a slower tier, of a CXL expander, and of a tier over two swap devices tell
# whether demotion, promotion and the order of swap happen, whether samples see
# them, and whether what moved is still what was written.
#
# How much moves depends on how fast this machine is; that it moves does not.

load common

setup_file() {
	own_workplace
	local name
	for name in promoting expander levels; do
		ramrig_keep "$name" run "$name" --out "$OUT/$name"
	done
}

teardown_file() {
	own_workplace_remove
}

# What coldheap's table said of a part at one time: the pages that are on a place.
pages_of() { # FOLDER fill|warmup|measure PART PLACE
	cat "$1"/cells/0001/output/*.txt | sed -n 's/^where {/{/p' |
		jq "select(.when == \"$2\") | .\"$3\".\"$4\" // 0"
}

expect_metric() { # FOLDER METRIC CONDITION
	expect_json "$1/cells/0001/result.json" ".metrics.$2.value | $3"
}

@test "every heap is whole at the end, wherever its pages have been" {
	for name in promoting expander levels; do
		echo "# $name took $(<$name.seconds) s" >&3
		expect_code "$name" 0
		expect_equal "$(outcome "$name")" ok
		expect_metric "$name" corrupt '. == 0'
		grep -q '^all [0-9]* pages were checked$' "$name"/cells/0001/output/*.txt ||
			fail "$name: coldheap did not check all its pages"
	done
}

@test "every proof holds" {
	for name in promoting expander levels; do
		expect_json "$name/cells/0001/result.json" '.proof.status == "ok"'
	done
}

@test "a slower tier gets cold pages, and hot ones come back from it" {
	expect_metric promoting demoted_since_boot '. > 0'
	expect_metric promoting promoted_since_boot '. > 0'
	before=$(pages_of promoting fill hot "node 1")
	after=$(pages_of promoting measure hot "node 1")
	[ "$before" -gt 100 ] || fail "only $before hot pages were on the slower tier to begin with"
	[ "$after" -lt $((before / 2)) ] || fail "hot pages on the slower tier: $before, then $after"
	[ "$(pages_of promoting measure cold "node 1")" -gt "$(pages_of promoting fill cold "node 1")" ] ||
		fail "no more cold pages are on the slower tier than after the fill"
}

@test "a CXL expander gets cold pages, and they are read back from it" {
	expect_metric expander demoted_since_boot '. > 0'
	expect_metric expander node1_anon '. > 0'
	[ "$(pages_of expander measure cold "node 1")" -gt 0 ] || fail "no page is on the expander"
}

@test "compressed memory is full before NVMe gets its first page" {
	expect_metric levels swap_nvme_used '. > 0'
	jq -s -e '.[0].columns as $c
		| ($c | index("swap.zram.fast.used")) as $zram
		| ($c | index("swap.nvme.flash.used")) as $nvme
		| [.[1:][].v | {zram: .[$zram], nvme: .[$nvme]}]
		| (map(.zram) | max) as $full
		| $full > 0 and (map(select(.nvme > 0))[0].zram >= 0.9 * $full)' \
		levels/cells/0001/samples.jsonl >/dev/null || fail "NVMe was used before zram was full"
}

@test "pages are demoted, too, where they can be swapped out" {
	expect_metric levels demoted_since_boot '. > 0'
	expect_metric levels zram_ratio '. > 1'
	expect_json levels/cells/0001/result.json '.metrics | has("node1_used") and has("nvme_read")
		and .zram_stored.value > .zram_memory.value'
}

@test "both swap devices are on, with their priorities" {
	expect_json levels/cells/0001/result.json '[.conformance[] | select(.what | startswith("swap on"))]
		| length == 2 and all(.[]; .ok)'
}

@test "no guest, work folder or mount is left" {
	expect_nothing_left
}
