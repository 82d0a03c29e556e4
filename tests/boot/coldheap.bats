#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# coldheap in a guest: an amount of work, where its pages are, and that it needs
# nothing but what its result holds. One boot.

load common

setup_file() {
	own_workplace
	ramrig_keep heap run heap --out heap
}

teardown_file() {
	own_workplace_remove
}

measured() { # FILTER: of the figures
	tail -n 1 "$OUT/heap/cells/0001/output/measure.txt" | jq -e "$1" || fail "not so: $1"
}

@test "the heap is filled, accessed and swept, and every page is right" {
	expect_code heap 0
	expect_equal "$(outcome "$OUT/heap")" ok
	measured '.accesses == 20000 and .corrupt == 0'
	expect_in "$(<"$OUT/heap/cells/0001/output/verify.txt")" "all 16384 pages were checked"
}

@test "all pages are on the one node there is, before and after" {
	for output in heap warmup measure; do
		sed -n 's/^where {/{/p' "$OUT/heap/cells/0001/output/$output.txt" |
			jq -e '[.hot, .warm, .cold] | all(."node 0" == .pages) and
				(map(.pages) | add == 16384)' || fail "$output: pages elsewhere"
	done
	measured '.hot_dram_share == 1 and .cold_dram_share == 1 and .hot_swap_share == 0'
}

@test "the sweep is no part of the measured window" {
	expect_json "$OUT/heap/cells/0001/result.json" \
		'[.phases[].name] | index("verify") == index("measure") + 1'
}

@test "the result holds the program that ran" {
	cmp "$OUT/heap/workloads/coldheap/coldheap" "$ROOT/build/workloads/coldheap/coldheap"
}
