#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# ci/nightly with a stand-in for ramrig that writes down how it was called, fails as it is told, and
# makes what a run makes. And what CI systems are given: files that parse, and that call only scripts
# that a person can call, too.

load common

STANDARD="nightly-path nightly-swap nightly-ksm nightly"

# A line in $CALLS for each call; exits with the number in fail/WORDS ("run-nightly", "doctor").
stand_in() {
	export CALLS=$PWD/calls FAIL=$PWD/fail
	mkdir -p fail
	cat >ramrig-stand-in <<-'END'
		#!/bin/bash
		while [ "$1" = --path ]; do shift 2; done
		echo "$*" >>"$CALLS"
		case "$1 $2" in
		"run --resume") name=run-$(basename "$3") out=$3 ;;
		"run "*) name=run-$2 out=$4 ;;
		"history check" | "history add" | "history show" | "cache prune" | "kernel build" | "kernel fetch") name=$1-$2 ;;
		*) name=$1 ;;
		esac
		if [ -n "${out-}" ]; then
			mkdir -p "$out"
			echo '{}' >"$out/plan.json"
			[ -e "$FAIL/$name.unbegun" ] || { mkdir -p "$out/cells/0001" && echo '{}' >"$out/cells/0001/result.json"; }
		fi
		[ "$name" != history-add ] || touch "$5"
		[ ! -e "$FAIL/$name.seconds" ] || sleep "$(<"$FAIL/$name.seconds")"
		[ ! -e "$FAIL/$name.wait" ] || exec sleep 60
		[ ! -e "$FAIL/$name" ] || exit "$(<"$FAIL/$name")"
	END
	chmod +x ramrig-stand-in
	export RAMRIG=$PWD/ramrig-stand-in
}

nightly() {
	"$ROOT/ci/nightly" --dir "$PWD/nights" "$@"
}

calls() { # PATTERN
	grep -c -- "$1" calls || true
}

expect_calls() { # PATTERN COUNT
	[ "$(calls "$1")" -eq "$2" ] || fail "$(calls "$1") calls of $1, not $2" "$(<calls)"
}

@test "a night is the experiments, the history, its check, and nothing is left to go on with" {
	stand_in
	run_apart nightly --path mine --host left
	expect_status 0
	[ "$(sed -n 's/^run \([^ ]*\) .*/\1/p' calls | xargs)" = "$STANDARD" ] || fail "$(<calls)"
	expect_calls '^history add .* --host left$' 4
	expect_calls '^history check --confirm --at-most 3 ' 1
	[ "$(head -n 1 calls)" = "doctor --clean" ]
	[ "$(tail -n 1 calls)" = "cache prune --days 30" ]
	expect_calls "--kernel testbed-6.12 --diagnostic --seed $(date -u +%Y)" 4
	[ ! -e nights/tonight ]
	compgen -G "nights/*/log/doctor.log" >/dev/null || fail "no log"
}

@test "each result gets a page and JUnit XML" {
	stand_in
	run_apart nightly
	expect_status 0
	expect_calls '^report ' 8
	expect_calls '^report .*/nightly --format html --output .*/nightly.html$' 1
	expect_calls '^report .*/nightly --format junit --output .*/nightly.junit.xml$' 1
}

@test "the worst of the exit codes is the night's" {
	stand_in
	# run, check, expected
	while read -r run check wanted; do
		echo "$run" >fail/run-nightly
		echo "$check" >fail/history-check
		run_apart nightly
		[ "$status" -eq "$wanted" ] || fail "$run and $check gave $status, not $wanted"
	done <<-END
		0 1 1
		3 0 3
		1 3 1
		4 1 4
		4 2 2
		139 0 3
		0 137 3
	END
}

@test "where no cell was begun there is nothing to add, and the night's exit code is the run's" {
	stand_in
	echo 3 >fail/run-nightly
	touch fail/run-nightly.unbegun
	run_apart nightly --experiment nightly
	expect_status 3
	expect_calls '^history add ' 0
	expect_calls '^report ' 0
}

@test "a first night without a good boot has no trend to show, and is judged by its boots" {
	stand_in
	echo 4 >fail/run-nightly
	echo 2 >fail/history-show
	run_apart nightly
	expect_status 4
	expect_calls '^history check ' 1
}

@test "the budget is for the experiments alone, not for the kernel's build" {
	stand_in
	echo 5 >fail/kernel-build.seconds
	run_apart nightly --budget 1 --experiment nightly
	expect_status 0
	left=$(sed -n 's/^run nightly .*--budget \([0-9]*\)s$/\1/p' calls)
	[ "$left" -ge 57 ] || fail "$left s of 60 are left"
}

@test "where the doctor finds a problem nothing is run" {
	stand_in
	echo 3 >fail/doctor
	run_apart nightly
	expect_status 3
	expect_calls '^run ' 0
}

@test "a night that was stopped goes on where it was" {
	stand_in
	touch fail/run-nightly-ksm.wait
	"$ROOT/ci/nightly" --dir "$PWD/nights" >out 2>&1 3>&- &
	pid=$!
	for ((i = 0; i < 300; i++)); do
		! compgen -G "nights/*Z/nightly-ksm/plan.json" >found || break
		sleep 0.1
	done
	kill -TERM "$pid"
	code=0
	wait "$pid" || code=$?
	[ "$code" -eq 3 ] || fail "exit code $code" "$(<out)"
	[ -e nights/tonight ] || fail "nothing is left to go on with"
	rm fail/run-nightly-ksm.wait
	: >calls
	run_apart nightly
	expect_status 0
	expect_in "$output" "goes on"
	expect_calls '^run nightly-path' 0
	expect_calls '^run --resume .*/nightly-ksm ' 1
	expect_calls '^run nightly --out' 1
	[ "$(compgen -G "nights/*Z" | wc -l)" -eq 1 ]
}

@test "two nights in one folder exclude each other" {
	stand_in
	mkdir -p nights
	exec 8>nights/lock
	flock 8
	run_apart nightly
	exec 8>&-
	expect_status 3
	# shellcheck disable=SC2154
	expect_in "$errors" "another night is running"
	[ ! -e calls ]
}

@test "results of old nights are removed, the history is not" {
	stand_in
	mkdir -p nights/2026110{1,2,3,4}T220000Z nights/mine
	touch nights/history.sqlite
	run_apart nightly --keep 2
	expect_status 0
	[ -d nights/20261104T220000Z ] && [ ! -e nights/20261103T220000Z ] || fail "$(ls nights)"
	[ -d nights/mine ] && [ -e nights/history.sqlite ]
}

@test "a kernel that is a path is taken as it is, another is built or fetched anew" {
	stand_in
	run_apart nightly --kernel /src/linux
	expect_calls '^kernel ' 0
	: >calls
	echo 2 >fail/kernel-build
	run_apart nightly --kernel debian-6.12
	expect_status 0
	expect_calls '^kernel build --newest debian-6.12' 1
	expect_calls '^kernel fetch debian-6.12' 1
	expect_calls '^run .* --kernel debian-6.12 ' 4
}

@test "wrong use exits with 2 and begins nothing" {
	stand_in
	for wrong in "--budget 0" "--budget x" "--keep" "--experiment ../x" "--frobnicate 1" "now"; do
		# shellcheck disable=SC2086
		run_apart nightly $wrong
		expect_status 2
	done
	[ ! -e calls ]
	RAMRIG=$PWD/missing run_apart nightly
	expect_status 2
	expect_in "$errors" "run make first"
	run_apart nightly --help
	expect_status 0
	expect_in "$output" "--at-most N"
}

@test "each nightly experiment makes a plan, of the boots that docs/nightly.md says" {
	for experiment in $STANDARD; do
		ramrig run "$experiment" --dry-run --json >plan.json || fail "no plan of $experiment"
		boots=$(jq '.cells | length' plan.json)
		grep -Eq "^\| \`$experiment\` .*\| $boots \|" "$ROOT/docs/nightly.md" ||
			fail "docs/nightly.md does not say $boots boots of $experiment"
	done
}

# The commands of each file, one a line.
commands_of() { # FILE
	case $1 in
	*gitlab-ci.yml) fy-tool --dump -m json "$1" | jq -r '.[] | objects | .script? // empty | .[]' ;;
	*github-actions.yml) fy-tool --dump -m json "$1" | jq -r '.jobs[].steps[].run // empty' ;;
	*Jenkinsfile) sed -n "s/^ *sh '\(.*\)'$/\1/p" "$1" ;;
	esac
}

@test "what CI systems are given parses, and calls only scripts that are there" {
	command -v fy-tool >/dev/null || skip "fy-tool is missing: package libfyaml-utils"
	for file in gitlab-ci.yml github-actions.yml Jenkinsfile; do
		commands=$(commands_of "$ROOT/ci/$file")
		for wanted in ci/setup .ci/run ci/nightly; do
			grep -Fxq "$wanted" <<<"$commands" || fail "$file does not call $wanted"
		done
		while read -r command; do
			[ "$command" = make ] || [ -x "$ROOT/$command" ] || fail "$file calls $command"
		done <<<"$commands"
	done
}

# Its plain cache action saves of a job that succeeded only: an alarm would come back each night.
@test "on GitHub the history of a night that found something is saved" {
	command -v fy-tool >/dev/null || skip "fy-tool is missing: package libfyaml-utils"
	fy-tool --dump -m json "$ROOT/ci/github-actions.yml" >github.json
	jq -e '[.jobs.nightly.steps[] | select(.uses // "" | startswith("actions/cache/save@"))] |
		length == 1 and .[0].if == "always()" and (.[0].with.path | contains("history.sqlite"))' github.json
	! jq -e '.jobs[].steps[].uses // "" | select(startswith("actions/cache@"))' github.json
}

@test "brackets of the Jenkinsfile are in balance" {
	for pair in '{}' '()' '[]'; do
		open=$(tr -cd "${pair:0:1}" <"$ROOT/ci/Jenkinsfile" | wc -c)
		[ "$open" -eq "$(tr -cd "${pair:1:1}" <"$ROOT/ci/Jenkinsfile" | wc -c)" ] ||
			fail "$pair are not"
	done
}

@test "no registry's host is named in ci/" {
	run ! grep -rEi '[a-z0-9-]+\.(io|com|org|net|dev)\b' "$ROOT/ci"
}

@test "the script is good shell" {
	command -v shellcheck >/dev/null || skip "shellcheck is missing"
	shellcheck "$ROOT/ci/nightly"
}
