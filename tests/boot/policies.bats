#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Policies that write files, and policies that have daemons, each in one guest. What
# they have done is read where the kernel counts it, and where the workload's pages lie;
# the heap itself tells whether it is still what was written.

load common

setup_file() {
	own_workplace
	ramrig_keep composed run composed --out composed
	ramrig_keep every-tier run every-tier --out every-tier
}

teardown_file() {
	own_workplace_remove
}

seen() { # RESULT WANTED: what the check with these words saw
	jq -r --arg wanted "$2" '.proof.checks[] | select(.wanted == $wanted) | .seen' \
		"$1/cells/0001/result.json"
}

metric_is() { # RESULT METRIC CONDITION
	expect_json "$1/cells/0001/result.json" ".metrics.$2.value | $3"
}

# Numbers of one key in the lines of a daemon.
log_of() { # RESULT DAEMON FILTER
	jq -s "$3" "$1/cells/0001/output/$2.txt"
}

@test "heaps are whole at the end, and every policy has proven that it acted" {
	for name in composed every-tier; do
		echo "# $name took $(<$name.seconds) s" >&3
		expect_code "$name" 0
		expect_equal "$(outcome "$name")" ok
		metric_is "$name" corrupt '. == 0'
		expect_json "$name/cells/0001/result.json" '.proof.status == "ok"' ||
			fail "$(jq -c '.proof.checks[] | select(.ok | not)' "$name/cells/0001/result.json")"
	done
}

@test "a quarter of what is in memory is on the second node where three weigh as much as one" {
	expect_json composed/cells/0001/result.json '.metrics
		| .node1_anon.value / (.node0_anon.value + .node1_anon.value) | . > 0.15 and . < 0.35'
}

@test "files say at the end what was written, in their own words" {
	expect_equal "$(seen composed "/sys/kernel/mm/lru_gen/enabled reads 0x0000")" 0x0000
	expect_in "$(seen composed "/sys/kernel/mm/transparent_hugepage/enabled reads never")" "[never]"
	expect_equal "$(seen composed "cache_drops_since_boot at least 1")" 1
}

@test "so many percent of this guest's memory are written in KiB" {
	written=$(jq -r 'select(.message.path == "/proc/sys/vm/min_free_kbytes") | .message.data' \
		composed/cells/0001/agent.jsonl)
	total=$(jq -s '(.[0].columns | index("meminfo.MemTotal")) as $at | .[1].v[$at] / 1024' \
		composed/cells/0001/samples.jsonl)
	expect_equal "$written" "$(jq -n "$total * 0.025 | round")"
}

@test "each level of memory has pages, and the hot ones are in the fastest" {
	metric_is every-tier hot_dram_share '. > 0.9'
	metric_is every-tier cold_slow_share '. > 0.1'
	metric_is every-tier swap_zram_used '. > 0'
	metric_is every-tier writeback_stored '. > 0'
}

@test "daemons say what they did, and their time is charged to them alone" {
	log_of every-tier senpai '[.[] | select(.event == "step") | .why] | index("reclaim") != null' |
		grep -q true || fail "senpai never reclaimed"
	log_of every-tier balancer 'map(.written_pages // 0) | add > 0' | grep -q true ||
		fail "the balancer wrote nothing"
	log_of every-tier damon '.[-1].event == "stop"' | grep -q true || fail "damon did not stop"
	metric_is every-tier daemons_cpu '. > 0'
	metric_is every-tier kdamond_cpu '. > 0'
	metric_is every-tier damon_regions_max '. > 0'
}

@test "under TCG a plan that relies on heat has the sweeper, another has not" {
	expect_json every-tier/cells/0001/result.json '.fidelity | .accelerator != "tcg" or .sweeper'
	expect_json every-tier/cells/0001/result.json '.fidelity.heat | has("damon")'
	expect_json composed/cells/0001/result.json '.fidelity | has("heat") or has("sweeper") | not'
}
