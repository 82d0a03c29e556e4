#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# More than one cell at once, and a time that must do. Two guests on the virtual
# clock may share the host's CPUs without measuring each other. A budget is for
# whole pairs: it is never overrun by more than the pair that was begun, and
# half a pair is never the end.

load ../boot/common

setup_file() {
	own_workplace
	ramrig_keep jobs run twins --clock virtual --pairs 2 --jobs 2 --out "$OUT/jobs"
	ramrig_keep budget run twins --pairs 50 --budget 60s --out "$OUT/budget"
}

teardown_file() {
	own_workplace_remove
}

@test "two cells at once on the virtual clock are all ok" {
	echo "# four cells, two at once, took $(<jobs.seconds) s" >&3
	expect_code jobs 0
	expect_equal "$(outcome jobs | xargs)" "ok ok ok ok"
}

@test "two cells at once on the host's clock are refused where CPUs are too few" {
	[ "$(nproc)" -lt 4 ] || skip "this host has $(nproc) CPUs, enough for two guests of two"
	ramrig_keep refused run twins --jobs 2 --out "$OUT/refused"
	expect_code refused 2
	[ ! -e refused ] || fail "something was begun"
}

@test "a budget runs whole pairs only, keeps to its time, and says so" {
	done=$(outcome budget | wc -l)
	echo "# $done cells in $(<budget.seconds) s of 60" >&3
	[ "$done" -ge 2 ] && [ $((done % 2)) -eq 0 ] || fail "$done cells"
	[ "$(<budget.seconds)" -le 90 ] || fail "it took $(<budget.seconds) s"
	expect_in "$(<budget.err)" "budget is spent"
}

@test "what a budget left out can be finished later" {
	expect_json <(ramrig compare --json budget) '.cells["not-done"] > 0'
	done=$(outcome budget | wc -l)
	ramrig_keep more run --resume "$OUT/budget" --budget 30s
	[ "$(outcome budget | wc -l)" -gt "$done" ] || fail "no cell more"
}

@test "no guest, work folder or mount is left" {
	expect_nothing_left
}
