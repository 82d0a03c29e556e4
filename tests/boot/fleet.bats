#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The workload fleet in a guest: what its servers have in common is merged to the page,
# its containers are cgroups, an open loop is labelled, and a limit of the kernel's is
# told as what it is. Two boots.

load common

setup_file() {
	own_workplace
	ramrig_keep fleet run fleet --out fleet
}

teardown_file() {
	own_workplace_remove
}

cell() { # ARM: the folder of its cell
	dirname "$(grep -l "\"arm\": *\"$1\"" "$OUT"/fleet/cells/????/result.json)"
}

@test "512 pages that are the same in eight servers are kept once, and no others" {
	expect_equal "$(outcome fleet merged)" ok
	expect_json "$(cell merged)/result.json" '.proof.status == "ok" and
		.metrics.ksm_pages_shared.value == 512 and .metrics.ksm_pages_sharing.value == 7 * 512'
}

@test "the servers' memory is charged to two containers, half of them in each" {
	local output
	output=$(<"$(cell merged)/output/fleet.txt")
	for container in c0 c1; do
		expect_in "$output" "container $container: 4 processes, "
		# Four times 2.5 MiB of data, and little else.
		sed -n "s/^container $container: .*, \([0-9]*\) bytes/\1/p" <<<"$output" |
			jq -e '. > 10.0 * 1048576 and . < 16 * 1048576' || fail "$output"
	done
}

@test "each data set that opted in has cut the servers' memory twice" {
	expect_json "$(cell merged)/result.json" '.metrics.maps_max.value > 128 and
		.metrics.maps_max.value < 160 and .metrics.maps_share.value < 0.0025'
}

@test "an open loop answers all that is due, and its latencies say that they are of one" {
	expect_json "$(cell merged)/result.json" '.metrics | .requests.value == 200 and
		.overdue.value == 0 and .errors.value == 0 and
		([.p50, .p90, .p99, .p999, .max] | all(.loop == "open")) and (.rps | has("loop") | not)'
	tail -n 2 "$(cell merged)/output/measure.txt" | sed -n 's/^histogram {/{/p' |
		jq -e '.n == 200 and ([.buckets[][1]] | add) == 200'
}

@test "servers that need more mappings than the kernel allows are a workload that failed" {
	expect_equal "$(outcome fleet cut)" workload-failed
	expect_in "$(reason fleet cut)" "vm.max_map_count of 100 reached: madvise(MADV_MERGEABLE) failed after "
}
