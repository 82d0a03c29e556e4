#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Guests that never say hello, where only a deadline can tell. A kernel that spins at
# its first instruction is hung, and charged, because the reference kernel passes;
# where that does not either, nobody's fault is shown but the rig's. faults.bats has
# those that fall silent later. Each test boots its own guests, so that it can be run
# alone (tests/mutants does).

load ../boot/common

setup_file() {
	own_workplace
	ramrig_keep fetch kernel fetch debian-6.12 debian-6.1
}

teardown_file() {
	own_workplace_remove
}

@test "a kernel that never says hello is hung, charged to it as the reference passes" {
	break_kernel '\xeb\xfe' "$OUT/spinning"	# jmp to itself
	ramrig_keep hung run alone --kernel "$OUT/spinning" --out "$OUT/hung"
	echo "# telling took $(<hung.seconds) s" >&3
	expect_code hung 4
	expect_equal "$(jq -r '.outcome + " " + .charged_to' hung/cells/0001/result.json)" "hung kernel"
}

@test "where the reference fails as well, it is the rig's" {
	ramrig_keep both run tiny --kernel debian-6.1 --out "$OUT/both"
	expect_code both 3
	expect_equal "$(outcome both)" infra-error
	expect_in "$(reason both calm)" "debian-6.12 does not pass here either"
}

@test "no guest, work folder or mount is left" {
	expect_nothing_left
}
