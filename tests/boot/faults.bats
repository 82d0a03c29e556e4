#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The rig's own test: kernels of ours that break (path/images/kernels), an agent
# and a guest that are broken from inside, a load and a QEMU that are killed. Each
# must be told for what it is and charged to whom it belongs. A policy writes a
# fault's name into the host name, and the probe asks for it while it measures.
# Each test prints its line of the table of faults, and boots its own guests, so
# that it can be run alone (tests/mutants does).
#
# outcomes.bats has what a stock kernel can be made to do, soak/faults.bats what
# takes its time.

load common

setup_file() {
	own_workplace
}

teardown_file() {
	own_workplace_remove
}

expect_fault() { # ARM OUTCOME CHARGED PART-OF-REASON
	boot_arm faults "$1"
	expect_end "faults/$1" "$@"
	expect_nothing_left
}

hash_of() { # ARM
	jq -r .report "faults/$1"/cells/0001/result.json
}

@test "a kernel that nothing is asked of is ok, and its console has no report" {
	expect_fault calm ok "" ""
	expect_equal "$(reports faults/calm)" -
}

@test "a panic at boot is charged to the kernel, since the reference kernel passes" {
	expect_fault at-boot crashed kernel "boot: the kernel crashed: Kernel panic"
	expect_equal "$(reports faults/at-boot)" "panic memory_tier_init"
	expect_code faults-at-boot 4
}

@test "an oops is told by its function and offset" {
	expect_fault oops crashed kernel "measure: the kernel crashed: BUG: kernel NULL pointer dereference"
	expect_in "$(reason faults/oops oops)" " in fault_oops+0x"
	expect_equal "$(reports faults/oops)" "oops fault_oops"
}

@test "a kernel that goes on after an oops of the workload's is crashed" {
	expect_fault oops-on crashed kernel "measure: the kernel crashed, but went on: "
	expect_in "$(reason faults/oops-on oops-on)" "fault_oops+0x"
}

@test "a kernel that goes on after an oops of its own, and measures to the end, is crashed" {
	expect_fault oops-thread crashed kernel "the kernel crashed, but went on: "
	expect_in "$(reason faults/oops-thread oops-thread)" "fault_oops+0x"
	expect_code faults-oops-thread 4
}

@test "one fault has one hash in two guests, and another where it was reached otherwise" {
	for arm in oops oops-on oops-thread; do
		boot_arm faults $arm
	done
	expect_equal "$(hash_of oops)" "$(hash_of oops-on)"
	[ "$(hash_of oops)" != "$(hash_of oops-thread)" ] || fail "$(hash_of oops)"
}

@test "a BUG() is told by its function" {
	expect_fault bug crashed kernel "measure: the kernel crashed: kernel BUG at mm/ramrig_fault.c"
	expect_equal "$(reports faults/bug)" "bug fault_bug"
}

@test "a WARN() is a report of a good cell" {
	expect_fault warn ok "" ""
	expect_equal "$(reports faults/warn)" "warning fault_warn"
}

@test "a stall that ends is a report of a good cell" {
	expect_fault spin ok "" ""
	expect_in "$(reports faults/spin)" "soft-lockup fault_spin_a_while"
	# Of which task RCU tells first, the spinning one or its own starved thread, is chance.
	expect_in "$(reports faults/spin)" "rcu-stall "
}

@test "a triple fault is a guest that reset by itself, and its last words are not lost" {
	expect_fault reset crashed kernel "measure: the guest reset or shut down by itself"
	expect_in "$(tail -n 1 faults/reset/cells/0001/console.log)" "these are the last words"
}

@test "want of memory that panics is crashed, and one that kills is a report" {
	expect_fault oom-panic crashed kernel "Kernel panic - not syncing: Out of memory"
	expect_in "$(reports faults/oom-panic)" "oom-panic "
	expect_fault oom-kill ok "" ""
	expect_in "$(reports faults/oom-kill)" "oom-kill "
}

@test "a frame that is too long for the agent's channel is the guest's fault" {
	expect_fault too-long crashed kernel "broke the agent's protocol: the agent channel failed: a frame says it has 4294967295 bytes"
}

@test "a frame that is cut, and goes on with another, is the guest's fault" {
	expect_fault cut crashed kernel "broke the agent's protocol"
}

@test "a frame without JSON, or with JSON that is no message, is the guest's fault" {
	expect_fault no-json crashed kernel "broke the agent's protocol"
	expect_fault no-message crashed kernel "broke the agent's protocol"
}

@test "a guest whose disk is full fails its workload" {
	expect_fault full-disk workload-failed workload "No space left on device"
}

@test "a load that is killed halfway is the workload's failure" {
	ramrig_keep load run load-dies --out "$OUT/load"
	expect_code load 1
	expect_end load wrk-dies workload-failed workload "measure: measure was ended by signal 9"
	expect_nothing_left
}

@test "a guest whose node demotes to itself does not conform" {
	ramrig_keep tier run tier-fails --out "$OUT/tier"
	expect_code tier 4
	expect_end tier no-demotion nonconforming kernel "conformance: "
	expect_in "$(reason tier no-demotion)" "demotion"
	expect_nothing_left
}

@test "a QEMU that dies is the rig's, and the cell is run again" {
	start_apart shot "$RAMRIG" --path "$OWN_PATH" run shot --out "$OUT/shot"
	wait_for 120 measuring
	# shellcheck disable=SC2046
	kill -KILL $(own_guests)
	end_apart shot
	expect_code shot 0
	expect_json shot/cells/0001.attempt-1/result.json \
		'.outcome == "infra-error" and .charged_to == "rig" and (.reason | contains("QEMU died"))'
	expect_end shot qemu-dies ok "" ""
	expect_json shot/cells/0001/result.json '.attempt == 2'
	expect_nothing_left
}
