#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Sequential runs, as far as they can be seen without a guest: what they plan, and what
# they cannot go with.

load common

@test "--sequential plans twenty pairs and says what each look may spend" {
	run_apart ramrig run quickstart --sequential --dry-run
	expect_status 0
	expect_in "$output" "20 pairs, host clock"
	expect_in "$output" "8 pairs at 0.0262, 12 pairs at 0.00927, 16 pairs at 0.00782, 20 pairs at 0.00676"
	expect_nothing_started
}

@test "a look that cannot find anything in so large a family is named" {
	run_apart ramrig run offloading --sequential --dry-run
	expect_status 0
	expect_in "$output" "8 pairs at 0.0262 (nothing can be significant), 12 pairs"
}

@test "--sequential goes with nothing that says otherwise when to stop" {
	for option in "--pairs 12" --diagnostic; do
		# shellcheck disable=SC2086
		run_apart ramrig run quickstart --sequential $option
		expect_status 2
		# shellcheck disable=SC2154
		expect_in "$errors" "--sequential is a design of its own"
	done
	run_apart ramrig run --sequential --resume results/gone
	expect_status 2
	expect_in "$errors" "goes without --pairs, --diagnostic and --resume"
	expect_nothing_started
}
