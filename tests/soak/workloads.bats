#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The workloads that need the image workbench: a kernel build, alone and with
# nginx and PostgreSQL beside it, and one that is incomplete. And limits where
# a kernel dies before anything is limited. Nine boots.

load ../boot/common

setup_file() {
	own_workplace
	ramrig_keep building run building --out building
	ramrig_keep in-vain run building-in-vain --out in-vain
	ramrig_keep panics run pressed-panics --out panics
}

teardown_file() {
	own_workplace_remove
}

@test "kernel builds are complete, and every program of three has its figures" {
	expect_code building 0 || return 1
	ramrig figures building --json >"$OUT/figures.json"
	expect_json "$OUT/figures.json" 'length == 2 and all(.[]; .boots == 1)'
	expect_json "$OUT/figures.json" '[.[].figures[].metric] |
		contains(["time", "objects", "kbuild_time", "nginx_rps", "pgbench_tps", "pgbench_p99"])'
	expect_json "$OUT/figures.json" '[.[].figures[] | select(.metric | endswith("objects")).median] == [7, 7]'
}

@test "what a build took of memory is told, at its most and over time" {
	expect_json "$OUT/building/cells/0003/result.json" '.metrics |
		.cgroup_build_memory_mean.value > 0 and
		.cgroup_build_memory_mean.value <= .cgroup_build_peak.value'
}

@test "each of three groups has a limit of its own" {
	expect_json "$OUT/building/cells/0004/result.json" \
		'.fidelity.limits | keys == ["build", "database", "web"] and all(.[]; . > 1048576)'
}

@test "it is known when each of three programs ran, and that one ended early is a warning" {
	expect_json "$OUT/building/cells/0004/result.json" \
		'.programs | keys == ["measure-kbuild", "measure-nginx", "measure-pgbench"] and
		 all(.[]; .from_ns < .to_ns)'
	expect_in "$(<"$OUT/building.out")" "ran all at once for"
}

@test "a build that leaves object files out is incomplete, and the workload's failure" {
	expect_code in-vain 1
	expect_equal "$(outcome "$OUT/in-vain")" workload-failed
	expect_in "$(jq -r .reason "$OUT/in-vain/cells/0001/result.json")" \
		"the build is incomplete: 1 object files, at least 7 expected"
}

@test "a kernel that panics at boot is charged as ever, whatever limits its cell was to have" {
	expect_code panics 4
	expect_equal "$(for cell in "$OUT"/panics/cells/*; do
		jq -r '"\(.pair) \(.arm) \(.outcome) \(.attempt)"' "$cell/result.json"; done | sort | tr '\n' ';')" \
		"0 calm ok 1;1 calm ok 1;1 panics crashed 1;"
	expect_json "$OUT/panics/cells/0001/result.json" '.peaks.heap > 33554432'
}

@test "no guest, work folder or mount is left" {
	expect_nothing_left
}
