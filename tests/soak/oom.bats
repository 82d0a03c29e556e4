#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The variants of the oom workload that boot/oom.bats leaves out, and one that swaps.

load ../boot/common
load ../boot/oom

setup_file() {
	own_workplace
}

teardown_file() {
	own_workplace_remove
}

@test "of two that are as big, one dies and the other does not" {
	oom_run close
	expect_code close 0
	oom_contest close '[.who[] | select(.predicted).name] | inside(["big", "middle"])'
	oom_contest close '[.who[] | select(.killed).name] | any(. == "big" or . == "middle")'
	oom_figures close '.victim_rank <= 2'
}

@test "a cgroup with memory.oom.group dies as a whole" {
	oom_run group
	oom_expect group big small
	oom_figures group '.victims >= 2'
	grep -q 'one: .* oom_group_kill 1; two: .* oom_group_kill 0$' <<<"$(oom_output group)" ||
		fail "$(oom_output group)"
}

@test "oom_score_adj moves the kill from the biggest to the next" {
	oom_run adjusted
	oom_expect adjusted middle
	oom_contest adjusted '.who[] | select(.name == "big") | .sampled.adj == -500 and .kernel.adj == -500'
}

@test "oom_kill_allocating_task kills who asked, whoever that is" {
	oom_run allocating-task
	expect_code allocating-task 0
	oom_figures allocating-task '.predicted_right == 1'
	expect_in "$(oom_output allocating-task)" "vm.oom_kill_allocating_task is 1 from here on"
}

@test "with swap the kill comes later, and what is swapped counts as badness" {
	oom_run plain zram-nvme swap-zram-nvme
	oom_expect plain big
	oom_figures plain '.grown > 700e6'
	oom_contest plain '.who[] | select(.name == "big") | .sampled.swap > 10000 and .kernel.swap > 10000'
}
