#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Fragmented memory in a guest, what can still be had of it, and who waited for it,
# on a kernel that knows no BPF. One boot.

load common

setup_file() {
	own_workplace
	ramrig_keep fragmented run fragmented --out fragmented
}

teardown_file() {
	own_workplace_remove
}

measured() { # FILTER: of the figures
	tail -n 1 "$OUT/fragmented/cells/0001/output/measure.txt" | jq -e "$1" >/dev/null ||
		fail "not so: $1" "$(tail -n 1 "$OUT/fragmented/cells/0001/output/measure.txt")"
}

@test "the board leaves no free block of a huge page's order, and the index says why" {
	expect_code fragmented 0
	expect_equal "$(outcome "$OUT/fragmented")" ok
	measured '.unusable_fresh < 0.1 and .unusable_before > 0.9'
	measured '.extfrag_fresh == null and .extfrag_before > 0.9'
}

@test "an index of a zone where the order is free is absent from the result, and not a number" {
	expect_json "$OUT/fragmented/cells/0001/result.json" \
		'.metrics | has("extfrag_before") and (has("extfrag_fresh") | not)'
}

# How much compaction gets back differs from boot to boot; without it there is nothing.
@test "blocks are had, of which none was free before: pages were moved for them" {
	measured '[.hugetlb_share, .thp_share, .order4_share, .order9_share]
		| all(. >= 0 and . <= 1) and any(. > 0)'
	expect_json "$OUT/fragmented/cells/0001/result.json" '[.stalls.threads[]
		| select(.mechanism == "compaction").pages] | add > 0'
	measured '.probes > 0 and .probe_max >= .probe_p50'
}

@test "the stalls are those that stand in the trace" {
	local cell=$OUT/fragmented/cells/0001 ends pages
	ends=$(grep -c ': mm_vmscan_direct_reclaim_end: ' "$cell/trace.txt")
	pages=$(awk -F= '/: mm_vmscan_direct_reclaim_end: / { n += $2 } END { print n }' "$cell/trace.txt")
	[ "$ends" -gt 0 ] || fail "nobody reclaimed"
	expect_json "$cell/result.json" '.trace.lost == 0 and .stalls.lines_left_out == 0'
	expect_json "$cell/result.json" '[.stalls.threads[] | select(.mechanism == "reclaim")]
		| (map(.count) | add) == '"$ends"' and (map(.pages) | add) == '"$pages"
	expect_json "$cell/result.json" '.metrics.compaction_stalls.value > 0 and
		.metrics.reclaim_stall_max.value >= .metrics.reclaim_stall_p99.value'
}

@test "the measuring thread is told apart from the kernel's own" {
	expect_json "$OUT/fragmented/cells/0001/result.json" '.stalls.threads |
		any(.task == "fragment" and (.background | not) and .orders."9" > 0)
		and all(.background == (.task | test("^(kcompactd|khugepaged|kworker/|init)")))'
	run "$RAMRIG" stalls "$OUT/fragmented"
	expect_in "$output" "fragment"
	expect_in "$output" "compaction"
}
