#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The virtual clock: one CPU whatever the topology says, conformance knows it,
# and every figure carries the label. The probe pauses for 2 s of the guest's time,
# which its own figures must show; nginx is given an amount of work.

load common

setup_file() {
	own_workplace
	ramrig_keep run run twins --clock virtual --out "$OUT/virtual"
	ramrig_keep counted run counted --out "$OUT/counted"
}

teardown_file() {
	own_workplace_remove
}

@test "cells on the virtual clock are ok" {
	echo "# a pair took $(<run.seconds) s" >&3
	expect_code run 0
	expect_equal "$(outcome virtual | xargs)" "ok ok"
}

@test "fidelity says virtual, TCG and one CPU, and the guest saw just that one" {
	for result in virtual/cells/*/result.json; do
		expect_json "$result" '.fidelity.clock == "virtual" and .fidelity.accelerator == "tcg"
			and .fidelity.cpus == 1
			and (.conformance[] | select(.what == "online CPUs")
				| .declared == "1" and .seen == "1" and .ok)'
		expect_json "$result" '(.window.to_ns - .window.from_ns) / 1e9 | . >= 2 and . < 8'
	done
}

@test "nginx takes an amount of work instead of a duration" {
	expect_code counted 0
	expect_json counted/cells/0001/result.json \
		'.metrics.requests.value | . > 1990 and . <= 2000'
}

@test "the comparison says what virtual time cannot see" {
	expect_in "$(tr -s '\n ' ' ' <run.out)" "Virtual time counts instructions"
	expect_json <(ramrig compare --json virtual) \
		'all(.comparisons[]; .fidelity.clock == "virtual" and .fidelity.cpus == 1)'
}

@test "an arm whose proof failed gets no number" {
	expect_json <(ramrig compare --json virtual) \
		'all(.comparisons[]; .label == "no-effect-possible" and .proof == "failed"
			and .change == null and .p == null)'
	expect_in "$(tr -s '\n ' ' ' <run.out)" "a proof failed, so nothing can be said"
}

@test "no guest, work folder or mount is left" {
	expect_nothing_left
}
