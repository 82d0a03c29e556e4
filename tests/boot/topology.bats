#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Topologies booted for their own sake: one with every kind of hardware that
# conforms, one on a kernel that cannot do it, and one that is measured.

load common

setup_file() {
	own_workplace
	ramrig_keep check topology check full-cxl
	ramrig_keep old topology check tier-hmat --kernel debian-6.1 --json
	ramrig_keep measure topology measure throttled --json
}

teardown_file() {
	own_workplace_remove
}

@test "a guest that has what is declared conforms, and its table shows it" {
	expect_code check 0
	expect_in "$(<"$OUT/check.out")" "full-cxl on debian-6.12"
	expect_in "$(<"$OUT/check.out")" "conforms"
	expect_in "$(<"$OUT/check.out")" "CXL region of node 1"
	expect_in "$(<"$OUT/check.out")" "flash (nvme)"
}

@test "a kernel without HMAT tiers is charged, since the reference kernel passes" {
	expect_code old 4
	expect_json "$OUT/old.out" '.[0] | .outcome == "nonconforming" and .charged_to == "kernel"'
	expect_json "$OUT/old.out" '[.[0].conformance[] | select(.ok | not).what] | index("memory tiers")'
}

@test "each node is measured on memory of its own" {
	expect_code measure 0
	expect_json "$OUT/measure.out" '.boots == 1 and (.nodes | length) == 2'
	expect_json "$OUT/measure.out" '[.nodes[] | .pages == .pages_on_node and .load_ns.median > 0
		and .copy_bytes_per_s.median > 1e6] | all'
	expect_json "$OUT/measure.out" '.nodes[1].declared == {"latency_ns": 250, "bandwidth": 30000000000}'
}

@test "a throttle of 500 IOPS is seen as that, within 20 %" {
	expect_json "$OUT/measure.out" '[.devices[0].passes[] | select(.depth == 32).iops
		| . > 400 and . < 600] == [true, true]'
}

@test "nothing is left behind" {
	expect_nothing_left
}
