#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# doctor looks and never changes anything but the cache's verdict on KVM.

load common

@test "doctor --json is JSON with the keys that scripts rely on" {
	run_apart ramrig doctor --json
	[ "$status" -eq 0 ] || [ "$status" -eq 3 ] || fail "unexpected exit code"
	jq -e '.schema == 1
		and (.accelerator | IN("kvm", "tcg"))
		and (.accelerator_why | type == "string")
		and ([.features["cxl-persistent", "cxl-volatile", "hmat", "nvme", "icount",
		      "tcg-plugins"] | type == "boolean"] | all)
		and (.checks | length > 20)
		and ([.checks[] | (.id | test("^[a-z-]+$"))
			and (.status | IN("ok", "info", "warn", "problem"))
			and (.finding | length > 0)] | all)' <<<"$output" >/dev/null ||
		fail "not as documented"
}

@test "every warning and problem has a mend, and no check stands twice" {
	run_apart ramrig doctor --json
	jq -e '[.checks[] | select(.status == "warn" or .status == "problem")
		| (.mend | type == "string" and length > 0)] | all' <<<"$output" >/dev/null ||
		fail "no mend"
	jq -e '[.checks[].id] | length == (unique | length)' <<<"$output" >/dev/null || fail "twice"
}

@test "on a host that is set up, doctor finds no problem" {
	run_apart ramrig doctor
	expect_status 0
	expect_in "$output" "QEMU"
	expect_in "$output" "Runs will work here"
	[ -z "$errors" ]
}

@test "without QEMU, doctor says what to install and exits with 3" {
	mkdir bin
	ln -s "$(command -v sh)" bin/sh
	ln -s "$(command -v setpriv)" bin/setpriv
	PATH=$BATS_TEST_TMPDIR/bin run_apart "$RAMRIG" doctor
	expect_status 3
	expect_in "$output" "PROBLEM"
	expect_in "$output" "qemu-system-x86"
}

@test "a cache that cannot be made is a problem with a mend" {
	XDG_CACHE_HOME=/proc/no-such-folder run_apart ramrig doctor --json
	expect_status 3
	[ "$(jq -r '.checks[] | select(.id == "disk-cache") | .status' <<<"$output")" = problem ]
}

@test "the leftover of a dead run is named, and removed by --clean alone" {
	mkdir -p work/ramrig-dead01/run
	echo x >work/ramrig-dead01/run/console.log
	: >work/ramrig-dead01/lock
	run_apart ramrig doctor --json
	[ "$(jq -r '.checks[] | select(.id == "leftovers") | .status' <<<"$output")" = warn ]
	[ -d work/ramrig-dead01 ] || fail "doctor removed it unasked"
	run_apart ramrig doctor --clean
	expect_in "$errors" work/ramrig-dead01
	[ ! -e work/ramrig-dead01 ] || fail "it is still there"
}

@test "what belongs to a run that lives is left alone by --clean" {
	mkdir -p work/ramrig-alive1/run
	: >work/ramrig-alive1/lock
	flock work/ramrig-alive1/lock "$RAMRIG" doctor --clean >output
	[ -d work/ramrig-alive1/run ] || fail "it is gone"
}

@test "doctor --clean has nothing to remove where nothing was left" {
	run_apart ramrig doctor --clean
	expect_status 0
	[ -z "$errors" ]
}
