# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What every command-line test starts with: load common

bats_require_minimum_version 1.5.0
ROOT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
RAMRIG=${RAMRIG:-$ROOT/build/ramrig}

# A cache and a work folder of the test's own: a test sees only what it made.
setup() {
	export XDG_CACHE_HOME=$BATS_TEST_TMPDIR/cache TMPDIR=$BATS_TEST_TMPDIR/work
	mkdir -p "$XDG_CACHE_HOME" "$TMPDIR"
	cd "$BATS_TEST_TMPDIR" || return 1
}

ramrig() {
	"$RAMRIG" "$@"
}

# Runs a command with standard output in $output, standard error in $errors,
# the exit code in $status. Calls no other program, so that a test may take
# programs out of PATH (bats' own `run --separate-stderr` needs some).
run_apart() {
	status=0
	output=$("$@" 2>"$BATS_TEST_TMPDIR/errors") || status=$?
	errors=$(<"$BATS_TEST_TMPDIR/errors")
}

# Says what was seen, which bats shows when the test fails.
fail() {
	printf '%s\n' "$@" "exit code: ${status:-}" "output: ${output:-}" "errors: ${errors:-}" >&2
	return 1
}

expect_status() {
	[ "$status" -eq "$1" ] || fail "expected exit code $1"
}

expect_in() {
	case $1 in
	*"$2"*) ;;
	*) fail "expected to find: $2" ;;
	esac
}

# Names of all commands that help shows, one a line: "run", "kernel fetch".
command_names() {
	ramrig help | sed -n '/^Commands:/,/^$/s/^  \([a-z]\+\( [a-z]\+\)\?\) .*/\1/p'
}

# Nothing started: no work folder, no result, no cache entry.
expect_nothing_started() {
	[ -z "$(ls -A "$TMPDIR")" ] || fail "left in the work folder: $(ls -A "$TMPDIR")"
	[ ! -e results ] || fail "there is a results folder"
	[ -z "$(ls -A "$XDG_CACHE_HOME")" ] || fail "left in the cache: $(ls -A "$XDG_CACHE_HOME")"
}

# The parameters of a workload as its programs get them, at their defaults.
workload_defaults() { # NAME
	local name value
	while read -r name value; do
		export "RAMRIG_${name^^}=$value"
	done < <(sed -n '/^parameters:/,/^groups:/{
		s/^  \([a-z_]*\):$/\1/;T value;h;b
		:value
		s/^    default: \(.*\)$/\1/;T;G;s/\(.*\)\n\(.*\)/\2 \1/p
	}' "$ROOT/workloads/$1/workload.yaml")
}
