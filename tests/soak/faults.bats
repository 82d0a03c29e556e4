#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The faults of boot/faults.bats that take their time: guests of which only a deadline
# tells that they are gone, programs that the kernel does not let die, floods, and what
# only a kernel with KASAN and lockdep finds. A silence costs a deadline of 54 s, what
# outlives its kill 20 s, a flood what 16 MiB of console take; booting the debug kernel
# takes several times as long as another.

load ../boot/common

setup_file() {
	own_workplace
}

teardown_file() {
	own_workplace_remove
}

expect_fault() { # EXPERIMENT ARM OUTCOME CHARGED PART-OF-REASON [SECONDS-AT-MOST]
	boot_arm "$1" "$2"
	expect_end "$1/$2" "${@:2}"
	expect_nothing_left
}

@test "spinners of the highest priority on every CPU are a guest that fell silent" {
	expect_fault silences silent hung kernel "measure: the guest fell silent" 120
}

@test "interrupts off on all CPUs are a guest that fell silent, with nobody left to report" {
	expect_fault silences irqs-off-all hung kernel "measure: the guest fell silent" 120
	expect_equal "$(reports silences/irqs-off-all)" -
}

@test "interrupts off on one CPU are told by another" {
	expect_fault silences irqs-off hung kernel "; its console tells of " 120
	expect_in "$(reports silences/irqs-off)" "hard-lockup fault_spin"
}

@test "a program that spins in the kernel for good is charged to the kernel" {
	expect_fault silences spin hung kernel "nor when it was killed; its console tells of " 120
	expect_in "$(reason silences/spin spin)" "fault_spin+0x"
	expect_in "$(reports silences/spin)" "soft-lockup fault_spin"
}

@test "a program that sleeps in the kernel for good is charged to the kernel" {
	expect_fault silences sleep-for-good hung kernel "nor when it was killed" 120
	expect_in "$(reason silences/sleep-for-good sleep-for-good)" "blocked for more than 2 seconds"
	expect_in "$(reports silences/sleep-for-good)" "hung-task fault_sleep_for_good"
}

@test "a task that hangs for a while is a report of a good cell" {
	expect_fault silences sleep ok "" "" 120
	expect_equal "$(reports silences/sleep)" "hung-task fault_sleep_a_while"
}

@test "an agent that is stopped is a guest that fell silent" {
	expect_fault silences frozen hung kernel "measure: the guest fell silent" 120
}

@test "a console that a program or the kernel floods ends the guest, and its log is bounded" {
	for arm in flood kernel-flood; do
		expect_fault silences $arm crashed kernel "workload on: the guest flooded its console" 400
		size=$(stat -c %s "silences/$arm/cells/0001/console.log")
		[ "$size" -gt $((16 << 20)) ] && [ "$size" -le $((64 << 20)) ] || fail "$size bytes of console"
	done
}

@test "a kernel with its checks on is well, and tells of nothing, where nothing is wrong" {
	expect_fault found calm ok "" "" 300
	expect_equal "$(reports found/calm)" -
}

@test "memory used after free is crashed, with the function that did" {
	expect_fault found use-after-free crashed kernel \
		"the kernel crashed: BUG: KASAN: slab-use-after-free in fault_use_after_free+0x" 300
	expect_equal "$(reports found/use-after-free)" "kasan fault_use_after_free"
}

@test "memory used out of bounds is crashed, with the function that did" {
	expect_fault found out-of-bounds crashed kernel \
		"the kernel crashed: BUG: KASAN: slab-out-of-bounds in fault_out_of_bounds+0x" 300
	expect_equal "$(reports found/out-of-bounds)" "kasan fault_out_of_bounds"
}

@test "locks in the wrong order are a report of a good cell" {
	expect_fault found lock-order ok "" "" 300
	expect_equal "$(reports found/lock-order)" "lockdep fault_lock_order"
}

@test "sleeping where that is forbidden is a report of a good cell" {
	expect_fault found sleep-in-atomic ok "" "" 300
	expect_in "$(reports found/sleep-in-atomic)" "atomic "
	expect_json found/sleep-in-atomic/cells/0001/result.json \
		'.reports[0].stack | index("fault_sleep_in_atomic")'
}
