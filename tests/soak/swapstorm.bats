#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The storm on the swap balancer as it is, and on kernels that have one bug each planted
# in it. A bug that the storm does not find is one that it would not find in yours. Then
# STORM_MINUTES of the guest's time, an hour by default, on the kernel with all checks on.

load ../boot/common

STORM_MINUTES=${STORM_MINUTES:-60}

setup_file() {
	own_workplace
	ramrig_keep planted run storm-planted --out planted
}

teardown_file() {
	own_workplace_remove
}

output() { # ARM
	local result
	for result in "$OUT"/planted/cells/????/result.json; do
		[ "$(jq -r .arm "$result")" != "$1" ] || cat "$(dirname "$result")/output/measure.txt"
	done
}

figures() { # ARM FILTER
	output "$1" | tail -n 1 | jq -e "$2" >/dev/null || fail "not so: $2" "$(output "$1" | tail -n 1)"
}

expect_found() { # ARM PART-OF-REASON
	expect_equal "$(outcome "$OUT/planted" "$1")" workload-failed
	expect_in "$(reason "$OUT/planted" "$1")" "$2"
}

@test "the balancer as it is moves pages by the thousand, and none is wrong" {
	expect_equal "$(outcome "$OUT/planted" whole)" ok
	figures whole '.moved > 10000 and .raced > 100 and .corrupt == 0'
	figures whole '.refault_moved > 0.9 and .charge_short == 0 and .leaked == 0'
}

@test "a page that was written while it was copied is found in an older version" {
	expect_found no-recheck "every page holds what was written to it"
	expect_in "$(output no-recheck)" "corrupt: worker"
}

@test "a move that forgets the charge leaves pages that nobody is charged for" {
	expect_found no-charge "every page in swap is charged for"
}

@test "a move that forgets the shadow makes pages that were never there" {
	expect_found no-shadow "the kernel knows of moved pages when they went"
	figures no-shadow '.refault_control > 0.9'
}

@test "a move that forgets the protection lets writes through that userfaultfd should see" {
	expect_found no-uffd-wp "no write protection is lost"
	figures no-uffd-wp '.wp_seen < .wp_expected'
}

@test "a stock kernel comes through it, too, and what it lacks is said" {
	ramrig_keep stock run storm-stock --out stock
	expect_equal "$(outcome stock)" ok
	expect_json stock/cells/0001/result.json '.metrics | map_values(.value)
		| .corrupt == 0 and .leaked == 0 and (has("moved") or has("refault_moved") | not)'
	expect_in "$(<stock/cells/0001/output/measure.txt)" 'absent: the swap balancer'
}

# Only there are kernels whose devices can be made to fail, and whose threads can be frozen.
@test "a long storm on the kernel with all checks on: nothing is wrong, and nothing is reported" {
	run "$ROOT/ci/storm" --storms 1 --minutes "$STORM_MINUTES" --seed 1 --dir "$OUT/long"
	echo "# $output" >&3
	[ "$status" = 0 ] || fail "$output" "$(<long/1.txt)"
	expect_equal "$(outcome long/1)" ok
	echo "# $(tail -n 1 long/1/cells/0001/output/measure.txt)" >&3
	expect_json long/1/cells/0001/result.json '.metrics | map_values(.value)
		| .moved > 1000 and .raced > 0 and .failed > 0 and .corrupt == 0'
	expect_json long/1/cells/0001/result.json '.metrics | map_values(.value) | [.reads, .writes,
		.zeroes, .pageouts, .willneeds, .dontneeds, .frees, .remaps, .protects, .forks, .hammers,
		.write_protects, .soft_dirties, .kills, .victims, .cgroup_moves, .cgroup_deaths, .reclaims,
		.freezes, .suspends, .swapoffs, .injections, .ballasts] | all(. > 0)'
	expect_json long/1/cells/0001/result.json '[.reports[] | select(.kind != "oom-kill")] == []'
}

@test "no guest, work folder or mount is left" {
	expect_nothing_left
}
