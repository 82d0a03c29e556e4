#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The oom workload in guests that run out of memory: a machine, a cgroup, and a
# machine that panics then. The kernel's log and waitpid() say who died, samples from
# before it who was to. soak/oom.bats has the other variants.

load common
load oom

setup_file() {
	own_workplace
	oom_run plain
	oom_run memcg
	oom_run panic
}

teardown_file() {
	own_workplace_remove
}

@test "the biggest dies where the machine is out of memory, as was predicted" {
	oom_expect plain big
	oom_contest plain '.constraint == "CONSTRAINT_NONE"'
	oom_figures plain '.victim_rank == 1 and .victims >= 1 and .memcg == 0 and .grown > 150e6'
	oom_contest plain '[.who[] | select(.killed).name] | index("big")'
}

@test "the prediction is of just before the kill, and the kernel's badness is much the same" {
	oom_figures plain '.sample_age > 0 and .sample_age < 2000 and .badness_error < 2000'
	oom_contest plain '[.who[] | .kernel.badness > 1000] | all'
}

@test "time to kill and the service's interruption lie in the measured window" {
	local window
	window=$(jq '(.window.to_ns - .window.from_ns) / 1e6' "$OUT/plain/cells/0001/result.json")
	oom_figures plain ".time_to_kill > 500 and .time_to_kill < $window"
	oom_figures plain ".interruption >= 10 and .interruption < $window and .service_p99 >= .service_p50"
}

@test "only those of the limited cgroup are killed, and counted there" {
	oom_expect memcg middle
	oom_contest memcg '.constraint == "CONSTRAINT_MEMCG" and .total_pages == 12288'
	oom_contest memcg '.who[] | select(.name == "big") | .rank == 0 and .kernel == null'
	# Before the first one's memory is given back, the kernel may kill a second one there.
	grep -Eq '^counted: ([1-9]) .*; one: oom 0 oom_kill 0 .*; two: oom [1-9][0-9]* oom_kill \1 ' \
		<<<"$(oom_output memcg)" || fail "$(oom_output memcg)"
	oom_figures memcg '.memcg == 1 and .service_killed == 0'
}

@test "a kill that the workload expects is no trouble" {
	expect_json "$OUT/plain/cells/0001/result.json" \
		'[.reports[] | select(.kind == "oom-kill").expected] | length > 0 and all'
	expect_in "$(tr -s '\n ' ' ' <plain.out)" ", as the workload expects (report "
}

@test "a guest that is to panic for want of memory is ok, with the samples up to then" {
	expect_code panic 0
	expect_equal "$(outcome "$OUT/panic")" ok
	expect_in "$(reports "$OUT/panic")" "oom-panic "
	expect_json "$OUT/panic/cells/0001/result.json" '.reason == "" and .metrics.mem_used.value > 0
		and .window.to_ns > .window.from_ns and (.metrics | has("time_to_kill") | not)'
	expect_in "$(tr -s '\n ' ' ' <panic.out)" "and its kernel died of it, as the workload expects"
}

@test "who would have been killed stands in the console of a guest that panicked" {
	grep -a 'oom: badness in pages: big ' "$OUT/panic/cells/0001/console.log" ||
		fail "$(tail "$OUT/panic/cells/0001/console.log")"
}

@test "no guest, work folder or mount is left" {
	expect_nothing_left
}
