#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What `ramrig topology` says without a guest. What it boots is in tests/boot.

load common

# A folder for --path with one topology @1 that reads @2.
own_topology() {
	mkdir -p own/topologies
	printf '%s\n' "topology: $1" "summary: one of the test's" "$2" >"own/topologies/$1.yaml"
}

stock_topologies() {
	basename -s .yaml "$ROOT"/topologies/*.yaml
}

@test "list has every topology with its nodes and devices" {
	run_apart ramrig topology list
	expect_status 0
	for name in $(stock_topologies); do
		expect_in "$output" "$name "
	done
	expect_in "$output" "1 GiB dram, 512 MiB cxl"
	expect_in "$output" "64 MiB zram, 1 GiB nvme"
	run_apart ramrig topology list --json
	[ "$(jq length <<<"$output")" -eq "$(stock_topologies | wc -l)" ]
	jq -e '[.[] | (.name, .summary, .nodes, .devices, .here | type == "string")
		and (.cpus > 0) and (.runs_here | type == "boolean")] | all' <<<"$output" >/dev/null ||
		fail "not as documented"
}

@test "list says why a topology cannot be had here, and what is wrong in a file" {
	own_topology vast 'cpus: 1
nodes: [{kind: dram, size: 16TiB}]'
	own_topology wrong 'cpus: none
nodes: [{kind: dram, size: 1GiB}]'
	run_apart ramrig --path own topology list --json
	expect_status 0
	[ "$(jq '.[] | select(.name == "vast").runs_here' <<<"$output")" = false ]
	jq -r '.[] | select(.name == "vast").here' <<<"$output" | grep -q '16777216 MiB\|16 TiB\|16TiB' ||
		fail "the size is not named"
	jq -r '.[] | select(.name == "wrong").here' <<<"$output" | grep -q 'cpus' || fail "no reason"
}

@test "show draws every topology, in ASCII where the terminal knows no more" {
	for name in $(stock_topologies); do
		LC_ALL=C.UTF-8 run_apart ramrig topology show "$name"
		expect_status 0
		expect_in "$output" "├─ memory"
		expect_in "$output" "How slow they are:"
		LC_ALL=C run_apart ramrig topology show "$name"
		expect_in "$output" "|- memory"
		[ -z "$(LC_ALL=C tr -d '\n -~' <<<"$output")" ] || fail "not ASCII"
	done
}

@test "show draws the CXL hierarchy and what is demoted where" {
	LC_ALL=C run_apart ramrig topology show cxl-switch
	expect_in "$output" "demotion to node 1"
	expect_in "$output" "switch"
	expect_in "$output" "expander 0  512 MiB"
}

@test "show has the sizes and CPUs that --scale and --clock make" {
	run_apart ramrig topology show full --scale 64 --json
	expect_status 0
	[ "$(jq '.nodes[0].bytes, .devices[0].bytes' <<<"$output" | xargs)" = "34359738368 4294967296" ]
	run_apart ramrig topology show full --clock virtual --json
	[ "$(jq '.cpus' <<<"$output")" -eq 1 ]
}

@test "show --xml is a domain that libvirt's schema takes" {
	for name in $(stock_topologies); do
		run_apart ramrig topology show "$name" --xml
		expect_status 0
		xmllint --noout --relaxng /usr/share/libvirt/schemas/domain.rng - <<<"$output" ||
			fail "$name: not valid"
	done
	run_apart ramrig topology show nvme-swap --xml
	expect_in "$output" "throttling.iops-total=20000"
}

@test "check without a name, or with one and --all, exits with 2" {
	run_apart ramrig topology check
	expect_status 2
	expect_in "$errors" "--all"
	run_apart ramrig topology check dram --all
	expect_status 2
	expect_nothing_started
}

@test "check reads all topologies before it boots the first" {
	own_topology vast 'cpus: 1
nodes: [{kind: dram, size: 16TiB}]'
	run_apart ramrig --path own topology check dram vast
	expect_status 2
	expect_in "$errors" "vast.yaml:4"
	run_apart ramrig topology check dram no-such-one
	expect_status 2
	expect_in "$errors" "no-such-one"
	expect_nothing_started
}

@test "a clock or a scale that there is not exits with 2" {
	for command in show check measure; do
		run_apart ramrig topology $command dram --clock sundial
		expect_status 2
		expect_in "$errors" "sundial"
		run_apart ramrig topology $command dram --scale 0
		expect_status 2
		expect_in "$errors" "--scale"
	done
	expect_nothing_started
}
