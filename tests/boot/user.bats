#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# As an ordinary user, who may not open /dev/kvm, has no range in /etc/subuid
# and cannot see root's folders. As root, such a user is made for this test and
# removed afterwards; it runs a copy of the program and has its own cache, into
# which root's image and kernels are copied, so that one boot will do (that a user
# can build the image, too, is in tests/soak). Called by a user, it is that user.

load common

setup_file() {
	own_workplace
	user_make
	user_ramrig doctor --json >"$OUT/doctor.json" 2>"$OUT/doctor.err" || true
	user_keep run run alone --out "$HOME_OF_USER/alone"
}

teardown_file() {
	user_remove
	own_workplace_remove
}

@test "an ordinary user's cell is ok" {
	echo "# as $TEST_USER, one cell took $(<run.seconds) s" >&3
	expect_code run 0
	expect_equal "$(outcome "$HOME_OF_USER/alone")" ok
}

@test "doctor says to a user whether KVM is of use, and has no problem" {
	expect_json doctor.json 'all(.checks[]; .status != "problem")'
	[ ! -r /dev/kvm ] || [ "$(id -u)" -ne 0 ] || expect_json doctor.json '.accelerator == "tcg"'
}

@test "the result belongs to the user" {
	expect_equal "$(stat -c %U "$HOME_OF_USER/alone/cells/0001/result.json")" "$TEST_USER"
	expect_equal "$(find "$HOME_OF_USER/alone" ! -user "$TEST_USER")" ""
}

@test "no guest, work folder or mount is left" {
	expect_nothing_left
}
