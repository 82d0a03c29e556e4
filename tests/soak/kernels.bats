#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Guests that fall silent, where only a deadline can tell, and a guest that
# never stops talking. A kernel that spins at its first instruction never says
# hello: hung, and charged to it, because the reference kernel passes. One that
# is silenced while it measures (real-time spinners on every CPU) is hung, too.

load ../boot/common

setup_file() {
	own_workplace
	ramrig_keep fetch kernel fetch debian-6.12 debian-6.1
	break_kernel '\xeb\xfe' "$OUT/spinning"	# jmp to itself
	ramrig_keep hung run alone --kernel "$OUT/spinning" --out "$OUT/hung"
	ramrig_keep ends run ends --out "$OUT/ends"
	ramrig_keep both run tiny --kernel debian-6.1 --out "$OUT/both"
}

teardown_file() {
	own_workplace_remove
}

@test "a kernel that never says hello is hung, charged to it as the reference passes" {
	echo "# telling took $(<hung.seconds) s" >&3
	expect_code hung 4
	expect_equal "$(jq -r '.outcome + " " + .charged_to' hung/cells/0001/result.json)" "hung kernel"
}

@test "where the reference fails as well, it is the rig's" {
	expect_code both 3
	expect_equal "$(outcome both)" infra-error
	expect_in "$(reason both calm)" "debian-6.12 does not pass here either"
}

@test "a guest that falls silent while it measures is hung" {
	expect_equal "$(outcome ends silent)" hung
}

@test "a guest that floods its console is ended, and its log is bounded" {
	expect_equal "$(outcome ends flood)" crashed
	expect_in "$(reason ends flood)" "flooded its console"
	n=$(jq -r 'select(.arm == "flood") | .n' ends/cells/????/result.json)
	size=$(stat -c %s "ends/cells/$(printf %04d "$n")/console.log")
	[ "$size" -le $((64 << 20)) ] || fail "$size bytes of console"
}

@test "the cell after them is ok" {
	expect_equal "$(outcome ends calm)" ok
}

@test "no guest, work folder or mount is left" {
	expect_nothing_left
}
