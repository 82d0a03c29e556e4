#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# ci/storm with a stand-in for ramrig that keeps the experiment it was to run, and fails when it
# is told to.

setup() {
	ROOT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	cd "$BATS_TEST_TMPDIR" || return 1
	export RAMRIG=$PWD/stand-in
	cat >stand-in <<-'EOF'
		#!/bin/bash
		echo "$*" >>"$BATS_TEST_TMPDIR/calls"
		grep -h 'duration' "$2/experiments"/*.yaml >>"$BATS_TEST_TMPDIR/parameters"
		[ "$(wc -l <"$BATS_TEST_TMPDIR/calls")" -lt 3 ] || exit 4
	EOF
	chmod +x stand-in
}

@test "each storm has the next seed, and the first that fails is the last" {
	run "$ROOT/ci/storm" --seed 41 --minutes 2 --kernel mine --dir night
	[ "$status" = 4 ]
	[ "$(wc -l <calls)" = 3 ]
	[ "$(sed -n 3p calls)" = "--path night/path --quiet run storm-of-a-night --kernel mine --out night/43" ]
	[ "$(sed -n 3p parameters)" = "    parameters: {duration: 120s, pages: 1024, seed: 43}" ]
	[[ "${lines[2]}" == *" seed 43: exit 4 after "*" s, night/43" ]]
}

@test "it ends after as many as were asked for" {
	run "$ROOT/ci/storm" --seed 41 --storms 2 --dir night
	[ "$status" = 0 ]
	[ "$(wc -l <calls)" = 2 ]
}

@test "what it cannot do is said, with exit code 2" {
	run "$ROOT/ci/storm" --hours none
	[ "$status" = 2 ]
	[ "$output" = "ci/storm: --hours, --storms, --minutes and --seed are whole numbers from 1 on" ]
	run "$ROOT/ci/storm" --wind
	[ "$status" = 2 ]
	[ "$output" = "ci/storm: there is no option '--wind'; --help lists them" ]
}
