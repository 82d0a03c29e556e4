#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# ramrig shell: the same boot path as a cell's, with a shell at its end. Its
# input need not be a terminal.

load common

setup_file() {
	own_workplace
	local code=0
	printf '%s\n' 'echo "user $(id -u), $(uname -r), $(nproc) CPUs"' \
		'grep -c . /proc/swaps; exit' |
		ramrig shell dram >"$OUT/shell.out" 2>"$OUT/shell.err" || code=$?
	echo $code >"$OUT/shell.code"
	code=0
	echo 'echo "$((6 * 7)) is the answer"; exit' |
		ramrig shell lzo-zram >"$OUT/lame.out" 2>"$OUT/lame.err" || code=$?
	echo $code >"$OUT/lame.code"
}

teardown_file() {
	own_workplace_remove
}

@test "a shell runs what is typed, as root of the guest" {
	expect_code shell 0
	grep -q 'user 0, 6\.12\..*, 2 CPUs' shell.out || fail "$(<shell.out)" "$(<shell.err)"
}

@test "hardware that does not come up is a warning, and the shell opens all the same" {
	expect_code lame 0
	grep -q '^ramrig: warning: zram fast: .*comp_algorithm' lame.err || fail "$(<lame.err)"
	grep -q '42 is the answer' lame.out || fail "$(<lame.out)"
}

@test "no guest, work folder or mount is left" {
	expect_nothing_left
}
