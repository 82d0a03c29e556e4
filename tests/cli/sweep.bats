#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What `ramrig sweep` makes of its arguments, and of recorded results.

load common

RECORDED=$BATS_TEST_DIRNAME/../unit/data/results

@test "a result becomes points, of the metrics that are named" {
	run_apart ramrig sweep "$RECORDED/quickstart" --saved mem_used --cost rps
	expect_status 0
	expect_in "$output" ": less mem_used than na, for worse rps"
	grep -Eq '^ksm +.* 7 (front|unclear|dominated)$' <<<"$output"
}

@test "JSON has a point for each arm, and the base saves nothing" {
	run_apart ramrig sweep "$RECORDED/quickstart" --saved mem_used --json
	expect_status 0
	jq -e '.tables[0].points | length == 2 and .[0].saved.median == 0 and
		(.[1].saved | .least <= .median and .median <= .most)' <<<"$output"
}

@test "a metric that no cell has is named" {
	run_apart ramrig sweep "$RECORDED/quickstart"
	expect_status 2
	expect_in "$errors" "has the metric 'workload_dram_pool'"
}

@test "a plan has an arm for each combination of values, and asks for no verdict" {
	run_apart ramrig sweep quickstart ksm-advisor.scan_time=10,20 ksm-advisor.max_cpu=30,70 \
		--pairs 1 --dry-run
	expect_status 0
	[ "$(grep -c '^  arm scan-time-.*ksm-advisor@' <<<"$output")" = 4 ]
	expect_in "$output" "Diagnostic: figures without verdicts"
}

@test "without values there is nothing to sweep" {
	run_apart ramrig sweep quickstart
	expect_status 2
	expect_in "$errors" "nothing says what to sweep"
	run_apart ramrig sweep quickstart ksm-advisor.scan_time
	expect_status 2
	expect_in "$errors" "is not POLICY.PARAMETER=VALUE"
}
