#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Usage errors exit with 2 and start nothing; help goes to standard output.

load common

@test "without a command, help goes to standard error and the exit code is 2" {
	run_apart ramrig
	expect_status 2
	[ -z "$output" ]
	expect_in "$errors" "Usage: ramrig COMMAND"
	expect_nothing_started
}

@test "help goes to standard output and names every exit code" {
	run_apart ramrig help
	expect_status 0
	[ -z "$errors" ]
	expect_in "$output" "Usage: ramrig COMMAND"
	for code in 0 1 2 3 4; do
		grep -Eq "^  $code +[a-z]" <<<"$output" || fail "no exit code $code in help"
	done
	[ "$output" = "$(ramrig --help)" ]
}

@test "help hides the commands that only the Makefile and completion call" {
	run_apart ramrig help
	run ! grep -Eq '^  (docs|complete) ' <<<"$output"
}

@test "every command has help, with --help and with help COMMAND" {
	names=$(command_names)
	expect_in "$names" doctor
	while read -r name; do
		# shellcheck disable=SC2086
		run_apart ramrig $name --help
		expect_status 0
		expect_in "$output" "Usage: ramrig $name"
		# shellcheck disable=SC2086
		[ "$output" = "$(ramrig help $name)" ] || fail "help $name differs from $name --help"
	done <<<"$names"
}

@test "an unknown command exits with 2, names it, and starts nothing" {
	run_apart ramrig frobnicate
	expect_status 2
	[ -z "$output" ]
	expect_in "$errors" "frobnicate"
	expect_nothing_started
}

@test "help for an unknown command exits with 2" {
	run_apart ramrig help frobnicate
	expect_status 2
	expect_in "$errors" "frobnicate"
}

@test "an unknown option of any command exits with 2, names it, and starts nothing" {
	while read -r name; do
		# shellcheck disable=SC2086
		run_apart ramrig $name --no-such-option
		expect_status 2
		expect_in "$errors" "--no-such-option"
		expect_nothing_started
	done <<<"$(command_names)"
}

@test "an argument too many exits with 2 and starts nothing" {
	run_apart ramrig doctor now
	expect_status 2
	expect_in "$errors" "now"
	expect_nothing_started
}

@test "a missing argument exits with 2 and shows the usage" {
	run_apart ramrig run
	expect_status 2
	expect_in "$errors" "EXPERIMENT"
	expect_nothing_started
}

@test "the first word of a family alone, or with a word that it does not have, names the family" {
	run_apart ramrig claims
	expect_status 2
	expect_in "$errors" "there is no command 'claims': there are 'claims show', 'claims run'"
	run_apart ramrig claims list
	expect_status 2
	expect_in "$errors" "there is no command 'claims list': there are 'claims show', 'claims run'"
	expect_in "$errors" "Try 'ramrig help claims'."
	run_apart ramrig help claims list
	expect_status 2
	expect_in "$errors" "there is no command 'claims list': there are"
	run_apart ramrig dance now
	expect_status 2
	expect_in "$errors" "there is no command 'dance'"
}

@test "a folder for --path that does not exist exits with 2" {
	run_apart ramrig --path "$BATS_TEST_TMPDIR/missing" doctor
	expect_status 2
	run_apart ramrig doctor --path "$BATS_TEST_TMPDIR/missing"
	expect_status 2
	expect_in "$errors" "$BATS_TEST_TMPDIR/missing"
}

@test "an experiment that does not exist exits with 2 and starts nothing" {
	run_apart ramrig run no-such-experiment
	expect_status 2
	expect_in "$errors" "no-such-experiment"
	expect_nothing_started
}

@test "the version is one line" {
	run_apart ramrig --version
	expect_status 0
	[[ $output =~ ^ramrig\ [0-9]+\.[0-9]+\.[0-9]+$ ]] || fail "no version"
}

@test "output that cannot be written is an error" {
	[ -e /dev/full ] || skip "no /dev/full here"
	status=0
	ramrig docs man >/dev/full 2>errors || status=$?
	expect_status 3
}
