#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Another kernel than the experiment's: Debian 6.1, whose virtio drivers are
# modules that the initramfs must bring, and which cannot merge the memory of
# whole processes (PR_SET_MEMORY_MERGE came with 6.4). It must boot, and the arm
# that it cannot run must be told as the kernel's, in plain words.

load common

setup_file() {
	own_workplace
	ramrig_keep fetch kernel fetch debian-6.1
	ramrig_keep run run merging --kernel debian-6.1 --out "$OUT/older"
}

teardown_file() {
	own_workplace_remove
}

@test "Debian's 6.1 kernel boots, and a cell on it is ok" {
	echo "# a pair took $(<run.seconds) s" >&3
	expect_code fetch 0
	expect_equal "$(outcome older calm)" ok
	expect_in "$(jq -r 'select(.arm == "calm") | .release' older/cells/*/result.json)" "6.1."
}

@test "the plan holds the package and its version" {
	expect_json older/plan.json '.kernels["debian-6.1"]
		| (.package | startswith("linux-image-6.1.")) and (.version | length > 0)'
}

@test "a kernel that cannot do what a policy asks is nonconforming, and says what" {
	expect_code run 4
	expect_equal "$(outcome older ksm)" nonconforming
	expect_in "$(reason older ksm)" "this kernel cannot merge the memory of a whole process"
}

@test "no guest, work folder or mount is left" {
	expect_nothing_left
}
