#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A short storm on the swap balancer; long ones, and those on kernels with a planted bug, are in
# tests/soak/swapstorm.bats. One boot.

load common

setup_file() {
	own_workplace
	ramrig_keep storm run storm --out storm
}

teardown_file() {
	own_workplace_remove
}

figures() { # FILTER
	expect_json "$OUT/storm/cells/0001/result.json" ".metrics | map_values(.value) | $1"
}

@test "the swap balancer moves pages through the storm, and none is wrong" {
	expect_code storm 0
	expect_equal "$(outcome "$OUT/storm")" ok
	figures '.corrupt == 0 and .pages_verified > 10000'
	figures '.moved > 1000 and .raced > 0'
}

@test "whatever this kernel can be asked for was done" {
	figures '[.reads, .writes, .zeroes, .pageouts, .willneeds, .dontneeds, .frees, .remaps, .protects,
		.forks, .hammers, .write_protects, .kills, .victims, .cgroup_moves, .cgroup_deaths,
		.reclaims, .freezes, .swapoffs] | all(. > 0)'
	figures '.wp_expected > 0 and .wp_seen == .wp_expected'
}

@test "both devices were in use, and are empty in the end" {
	figures '.swap_zram_peak > 0 and .swap_nvme_peak > 0 and .leaked == 0 and .used_left == 0'
}

@test "the kernel's books are right: charges, and what it knows of pages that come back" {
	figures '.charge_short == 0 and .charge_left == 0'
	figures '.refault_control > 0.9 and .refault_moved > 0.9'
}

@test "what the kernel lacks is said, and counted" {
	expect_equal "$(grep -c '^absent: ' "$OUT/storm/cells/0001/output/measure.txt")" \
		"$(jq .metrics.absent.value "$OUT/storm/cells/0001/result.json")"
	expect_in "$(<"$OUT/storm/cells/0001/output/measure.txt")" 'absent: errors of devices on demand'
}
