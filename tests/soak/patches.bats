#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# try and bisect at full length: a harmless patch through both default experiments, a
# series of eight of which one slows every swap-in down, a series of which one makes a
# kernel that panics, and a bisection that is interrupted. Each boot is real; a quarter
# of an hour in all on a quiet machine.

load ../boot/common

SERIES=$OWN_PATH/patches/swap-in
PANIC=$OWN_PATH/images/kernels/testbed-6.12-panics/0001-mm-panic-at-boot.patch

setup_file() {
	own_workplace
	ramrig_keep harmless try "$SERIES"/0002-*.patch --jobs 2 --out "$OUT/harmless"
	ramrig_keep slow bisect --experiment try-coldheap --metric accesses_per_s --jobs 2 \
		"$SERIES"/*.patch --out "$OUT/slow"
	ramrig_keep panics bisect --experiment swap-in --jobs 2 \
		"$SERIES"/0001-*.patch "$SERIES"/0002-*.patch "$PANIC" "$SERIES"/0003-*.patch \
		--out "$OUT/panics"
	ramrig_keep alike bisect --experiment swap-in --jobs 2 "$SERIES"/0002-*.patch \
		"$SERIES"/0003-*.patch --out "$OUT/alike"
	start_apart torn "$RAMRIG" --path "$OWN_PATH" bisect --experiment swap-in --jobs 2 \
		"$SERIES"/0005-*.patch "$PANIC" --out "$OUT/torn"
	wait_for 600 test -e "$OUT/torn/kernel-0002/cells/0005/started.json"
	kill -INT "$pid"
	end_apart torn
	pid=
	ramrig_keep resumed bisect --resume "$OUT/torn" --jobs 2
}

teardown_file() {
	own_workplace_remove
}

@test "a harmless patch is equivalent" {
	echo "# try took $(<harmless.seconds) s" >&3
	expect_code harmless 0
	expect_in "$(<harmless.out)" "Verdict: equivalent"
}

@test "the patch of eight that slows swap-in down is named, and how sure that is" {
	echo "# bisecting took $(<slow.seconds) s" >&3
	expect_code slow 0
	expect_json slow/bisect.json '.verdict == "found" and .suspects[0].change == 6
		and .error_at_most <= 0.05 and .question.kind == "figure" and .question.change < -0.01'
	expect_in "$(<slow.out)" "6  mm: memory: look around before each swap-in"
	expect_json slow/bisect.json '[.steps[].changes] == [8, 4, 6, 5]'
}

@test "the patch whose kernel panics is named" {
	echo "# bisecting took $(<panics.seconds) s" >&3
	expect_code panics 0
	expect_json panics/bisect.json '.verdict == "found" and .suspects[0].change == 3
		and .question.kind == "failure" and .question.failed == 8'
	expect_in "$(<panics.out)" "memory_tier_init"
}

@test "nobody is blamed where the ends cannot be told apart" {
	echo "# finding that out took $(<alike.seconds) s" >&3
	expect_code alike 1
	expect_in "$(<alike.out)" "No patch is named: the ends cannot be told apart."
	expect_json alike/bisect.json '.verdict == "ends-alike" and .suspects == []'
}

@test "a bisection that was interrupted goes on where it was" {
	expect_code torn 3
	expect_in "$(<torn.err)" "ramrig bisect --resume"
	expect_code resumed 0
	expect_json torn/bisect.json '.suspects[0].change == 2'
	[ ! -e torn/kernel-0002/cells/0001.attempt-1 ] || fail "cell 1 was run again"
}

@test "no guest, work folder or mount is left" {
	expect_nothing_left
}
