#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The storm on a kernel without a swap balancer, which must come through it. One boot.

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

@test "a stock kernel keeps every page through the storm" {
	expect_code storm 0
	expect_equal "$(outcome "$OUT/storm")" ok
	figures '.corrupt == 0 and .pages_verified > 10000'
}

@test "whatever a stock kernel can be asked for was done" {
	figures '[.reads, .writes, .zeroes, .pageouts, .willneeds, .dontneeds, .frees, .remaps, .protects,
		.forks, .hammers, .write_protects, .kills, .victims, .cgroup_moves, .cgroup_deaths,
		.reclaims, .freezes, .swapoffs] | all(. > 0)'
	figures '.wp_expected > 0 and .wp_seen == .wp_expected'
}

@test "both devices were in use, and are empty in the end" {
	figures '.swap_zram_peak > 0 and .swap_nvme_peak > 0 and .leaked == 0 and .used_left == 0'
}

@test "the kernel's books are right: charges, and what it knows of pages that come back" {
	figures '.charge_short == 0 and .charge_left == 0 and .refault_control > 0.9'
}

@test "what the kernel lacks is said, and counted" {
	figures '(has("moved") or has("refault_moved")) | not'
	expect_equal "$(grep -c '^absent: ' "$OUT/storm/cells/0001/output/measure.txt")" \
		"$(jq .metrics.absent.value "$OUT/storm/cells/0001/result.json")"
	expect_in "$(<"$OUT/storm/cells/0001/output/measure.txt")" 'absent: the swap balancer'
}
