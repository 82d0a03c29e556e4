#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A sequential run ends at the look that settles it, and --resume adds nothing to it.
# What looks make of a result is told by tests/unit/test-compare-looks.c.

load ../boot/common

setup_file() {
	own_workplace
	ramrig_keep looked run looked-at --out "$OUT/looked"
}

teardown_file() {
	own_workplace_remove
}

@test "arms that are the same are settled at the first look" {
	expect_code looked 0
	expect_equal "$(find looked/cells -mindepth 1 -maxdepth 1 -name "????" | wc -l)" 16
	ramrig compare looked --json >comparison.json
	expect_json comparison.json '.sequential | .reached == 1 and .settled and .spared_cells == 24'
	expect_json comparison.json '.comparisons[0] | .verdict == "equivalent" and .pairs == 8'
	expect_json comparison.json '.cells."not-done" == 0'
}

@test "resumed, a settled run boots nothing more" {
	ramrig_keep again run --resume looked
	expect_code again 0
	expect_equal "$(find looked/cells -mindepth 1 -maxdepth 1 -name "????" | wc -l)" 16
	[ "$(<again.seconds)" -lt 10 ] || fail "it took $(<again.seconds) s"
}

@test "a look that was interrupted is taken when the run goes on" {
	rm -r looked/cells/0016
	ramrig_keep on run --resume looked
	expect_code on 0
	expect_equal "$(find looked/cells -mindepth 1 -maxdepth 1 -name "????" | wc -l)" 16
	expect_equal "$(jq -r .outcome looked/cells/0016/result.json)" ok
}

@test "no guest, work folder or mount is left" {
	expect_nothing_left
}
