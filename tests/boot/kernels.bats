#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Other kernels than the experiment's, and who is charged when one fails.
# Debian 6.1, whose virtio drivers are modules that the initramfs must bring, and
# which cannot merge the memory of whole processes (PR_SET_MEMORY_MERGE came with
# 6.4): it must boot, and the arm that it cannot run must be told as the kernel's,
# in plain words. A kernel whose first instruction is an invalid one: charged to
# it, since the reference kernel passes. Hardware on which the reference kernel
# does not boot either: nobody's fault but the rig's, and tried three times.

load common

setup_file() {
	own_workplace
	ramrig_keep fetch kernel fetch debian-6.1 debian-6.12
	ramrig_keep run run merging --kernel debian-6.1 --out "$OUT/older"
	break_kernel '\x0f\x0b' "$OUT/broken"	# ud2
	ramrig_keep broken run alone --kernel "$OUT/broken" --out "$OUT/died"
	ramrig_keep tiny run tiny --out "$OUT/tiny"
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

@test "a kernel that dies before hello is crashed and charged, as the reference passes" {
	echo "# the cell and the reference's trial took $(<broken.seconds) s" >&3
	expect_code broken 4
	expect_equal "$(jq -r '.outcome + " " + .charged_to' died/cells/0001/result.json)" \
		"crashed kernel"
	expect_in "$(reason died calm)" "boot: "
}

@test "where the reference kernel does not boot either, it is an infra error, tried thrice" {
	expect_code tiny 3
	expect_equal "$(jq -r '"\(.outcome) \(.charged_to) \(.attempt)"' \
		tiny/cells/0001/result.json)" "infra-error rig 3"
	expect_in "$(reason tiny calm)" "this is the reference kernel itself"
	expect_equal "$(grep -c infra-error tiny.err)" 3
}

@test "no guest, work folder or mount is left" {
	expect_nothing_left
}
