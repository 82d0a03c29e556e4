#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Guests side by side must not measure each other, nor take more than the host
# has: refused with the plan. Nothing boots.

load common

# An experiment on a topology of its own, with what is left of the file given.
experiment_make() { # LINES OF THE TOPOLOGY
	mkdir -p own/topologies own/experiments
	{ echo 'topology: own' && echo 'summary: of this test' && printf '%s\n' "$@"; } \
		>own/topologies/own.yaml
	cat >own/experiments/own.yaml <<-END
		experiment: own
		summary: of this test
		kernels: [debian-6.12]
		topologies: [own]
		workloads: [{name: nginx}]
		arms: [{name: na, base: true}]
		pairs: 2
		diagnostic: true
	END
}

plan() { # OPTIONS...
	run_apart ramrig --path own run own --dry-run "$@"
}

@test "guests that would share pinned CPUs are refused, but for the virtual clock" {
	[ "$(nproc)" -ge 2 ] || skip "this host has one CPU"
	experiment_make 'cpus: 1' 'pin: 0' 'nodes: [{kind: dram, size: 64MiB}]'
	plan --jobs 2
	expect_status 2
	expect_in "$errors" "topology 'own' pins its CPUs, so that guests side by side would share them"
	plan
	expect_status 0
	plan --jobs 2 --clock virtual
	expect_status 0
	expect_nothing_started
}

@test "guests with more CPUs than the host has are refused, but for the virtual clock" {
	experiment_make "cpus: $(nproc)" 'nodes: [{kind: dram, size: 64MiB}]'
	plan --jobs 2
	expect_status 2
	expect_in "$errors" "needs $((2 * $(nproc))) CPUs on the host's clock; this host has $(nproc)"
	plan --jobs 2 --clock virtual
	expect_status 0
}

@test "guests with more memory than the host has are refused on either clock" {
	local total=$(($(awk '/^MemTotal/ { print $2 }' /proc/meminfo) / 1024))
	experiment_make 'cpus: 1' "nodes: [{kind: dram, size: $((total / 4 * 2))MiB}]"
	for clock in host virtual; do
		plan --jobs 3 --clock $clock
		expect_status 2
		expect_in "$errors" "--jobs 3 with guests of"
	done
	plan
	expect_status 0
}
