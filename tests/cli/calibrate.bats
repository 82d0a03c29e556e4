#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# `ramrig calibrate` as far as it goes without a guest: what it would run, and what it
# makes of a result that is there.

load common

RECORDED=$BATS_TEST_DIRNAME/../unit/data/results

# The recorded quickstart with both arms on one policy, dated @1, as the folder "twins".
twins() { # DATE
	cp -R "$RECORDED/quickstart" twins
	jq --arg date "$1" '.arms[1].policies = .arms[0].policies | .created = $date' \
		"$RECORDED/quickstart/plan.json" >twins/plan.json
}

@test "workloads that are named are run without a policy, one arm twice" {
	run_apart ramrig calibrate --workload nginx,coldheap --topology dram --clock virtual --dry-run
	expect_status 0
	expect_in "$output" "Experiment calibrate: A against A"
	expect_in "$output" "12 pairs, virtual clock"
	expect_in "$output" "arm a (base): no policy; kernel debian-6.12"
	expect_in "$output" "arm b: no policy; kernel debian-6.12"
	expect_in "$output" "Time: 48 boots"
	expect_nothing_started
}

@test "an experiment lends its base arm, its workloads and its clock" {
	run_apart ramrig calibrate try-coldheap --kernel debian-6.12 --pairs 3 --dry-run
	expect_status 0
	expect_in "$output" "3 pairs, virtual clock"
	[ "$(grep -c '^  arm [ab].*kernel debian-6.12$' <<<"$output")" = 2 ]
	run_apart ramrig calibrate quickstart --workload nope --dry-run
	expect_status 2
	# shellcheck disable=SC2154
	expect_in "$errors" "no workload 'nope'"
}

@test "it must be told what to run, in names" {
	run_apart ramrig calibrate
	expect_status 2
	run_apart ramrig calibrate --workload 'nginx}, {name: x' --dry-run
	expect_status 2
	expect_in "$errors" "is no list of names"
	run_apart ramrig calibrate --workload no-such --dry-run
	expect_status 2
	expect_in "$errors" "no-such"
	run_apart ramrig calibrate quickstart --from results/x
	expect_status 2
	expect_nothing_started
}

@test "what a result of A against A tells is kept, shown, and called stale when it is old" {
	run_apart ramrig calibrate show
	expect_status 0
	expect_in "$output" "Nothing is calibrated here"
	twins "$(date -u +%FT%TZ)"
	run_apart ramrig calibrate --from twins
	expect_status 0
	expect_in "$output" "nginx on dram, debian-6.12 (6.12.117+deb12-amd64): tcg, host clock"
	grep -Eq '^rps +14 +[0-9.]+ % +[12] ' <<<"$output" || fail "no row of rps"
	run_apart ramrig calibrate show --json
	jq -e 'length == 1 and (.[0].metrics.rps | .boots == 14 and .redrawn.dependent)' <<<"$output"
	twins "2026-01-01T00:00:00Z"
	ramrig calibrate --from twins >again.txt
	run_apart ramrig calibrate show
	expect_in "$output" "stale: "
	expect_in "$output" " days old"
	run_apart ramrig calibrate show --json
	jq -e 'length == 1' <<<"$output"
}

@test "arms that differ are no calibration" {
	run_apart ramrig calibrate --from "$RECORDED/quickstart"
	expect_status 2
	expect_in "$errors" "compares arms that differ"
	[ ! -e "$XDG_CACHE_HOME/ramrig/calibration.json" ]
}

@test "a plan names key metrics that are not calibrated" {
	run_apart ramrig run quickstart --dry-run
	expect_status 0
	expect_in "$output" "Noise: rps of nginx on dram: not calibrated here."
	expect_nothing_started
}
