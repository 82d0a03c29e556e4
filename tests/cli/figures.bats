#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What `ramrig figures` prints of recorded results.

load common

RECORDED=$BATS_TEST_DIRNAME/../unit/data/results

@test "a result is shown by workload and arm, with its conditions" {
	run_apart ramrig figures "$RECORDED/quickstart"
	expect_status 0
	[ "$output" = "$(<"$ROOT/tests/golden/figures-quickstart.txt")" ] || diff \
		<(echo "$output") "$ROOT/tests/golden/figures-quickstart.txt"
}

@test "latencies of a closed loop are named below the table" {
	cp -R "$RECORDED/quickstart" closed
	for cell in closed/cells/*/result.json; do
		jq '.metrics.rps.loop = "closed"' "$cell" >edited
		mv edited "$cell"
	done
	run_apart ramrig figures closed
	expect_status 0
	expect_in "$output" "Closed loop, what waits behind a stall is not counted: rps."
}

@test "JSON has the same figures, and --all more of them" {
	run_apart ramrig figures "$RECORDED/quickstart" --json
	expect_status 0
	jq -e 'length == 2 and all(.[]; .boots == 7) and
		(.[0].figures[0] | .least <= .median and .median <= .most)' <<<"$output"
	few=$(jq '[.[].figures[]] | length' <<<"$output")
	run_apart ramrig figures "$RECORDED/quickstart" --json --all
	[ "$(jq '[.[].figures[]] | length' <<<"$output")" -gt "$few" ]
}

@test "a folder that is no result, or has no cell that is ok, is told" {
	mkdir none
	run_apart ramrig figures none
	expect_status 2
	expect_in "$errors" "is not a result"
	cp -R "$RECORDED/quickstart" empty
	rm -r empty/cells
	run_apart ramrig figures empty
	expect_status 2
	expect_in "$errors" "has no cell that is ok"
}

@test "a scale or limit that makes no sense is refused before anything starts" {
	for option in --workload-scale=huge --limit-ratio=0.01 --limit-ratio=9 --limit-ratio=-1; do
		run_apart ramrig run quickstart "$option"
		expect_status 2
	done
	expect_in "$errors" "--limit-ratio is from 0.05 to 4"
	run_apart ramrig run fleet-ksm --limit-ratio 0.6 --workload-scale full --dry-run
	expect_status 0
	expect_in "$output" "workloads at full scale"
	expect_in "$output" "which pair 0 measures"
}
