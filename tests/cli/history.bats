#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The history of nights. Results are made by code (nights.bash), with two kernels that lie where the
# plans say. Nothing boots: what an A/B would answer is put into the history, as `ramrig history
# confirm` does.

load common
load nights

setup_file() {
	nights_prepare
}

nights_add() { # NIGHT...
	local i
	for i; do
		ramrig history add "night-$i" >/dev/null || return
	done
}

# What an A/B about the only open change would have answered.
answer_write() { # VERDICT
	sqlite3 results/history.sqlite "INSERT INTO confirmation SELECT c.id, c.found,
		'2026-11-30T00:00:00Z', '$1', 'the A/B says so', 8, -0.049, -0.051, -0.047, 'r/result'
		FROM change c" || fail "no answer could be written"
}

@test "nights are added, again if need be, and listed" {
	nights_make
	run_apart ramrig history add night-1
	expect_status 0
	[ "$output" = "night 1 is night-1" ]
	run_apart ramrig history add night-1
	expect_status 0
	expect_in "$output" "night 1 was there already"
	nights_add 2 3
	run_apart ramrig history list
	expect_status 0
	expect_in "$output" "try-nginx"
	expect_in "$output" "4 ok 4 not-done"
	expect_in "$output" "Some CPU, 2 CPUs, 24 GiB"
	run_apart ramrig history list --json
	jq -e 'length == 3 and all(.[]; .kernels[0].release == "6.12.1" and .cells.ok == 4)' <<<"$output"
}

@test "a regression planted on night 5 is found, and is no alarm before an A/B says so" {
	nights_make
	nights_add 1 2 3 4
	run_apart ramrig history check
	expect_status 0
	expect_in "$output" "no change in the newest nights"
	nights_add 5 6
	run_apart ramrig history check --json
	expect_status 0
	jq -e '.changes | length == 1 and (.[0] | .status == "open" and .night == 5 and
		.before_night == 4 and .metric == "rps" and .arm == "base" and .p < 0.01 and
		(.change + 0.05 | fabs) < 0.002)' <<<"$output"
	answer_write alarm
	run_apart ramrig history check --junit junit.xml
	expect_status 1
	expect_in "$output" "change 1: alarm: the A/B says so: -4.90 % (-5.10 to -4.70 %) in 8 pairs; r/result"
	xmllint --noout junit.xml
	[ "$(xmllint --xpath 'count(//failure)' junit.xml)" = 1 ]
	[ "$(xmllint --xpath 'string(//testsuite/@tests)' junit.xml)" = 2 ]
	[ "$(xmllint --xpath 'count(//testcase)' junit.xml)" = 2 ]
	expect_in "$(xmllint --xpath 'string(//failure/@message)' junit.xml)" "since night 5"
	# It is told once, the morning that it was confirmed.
	nights_add 7
	run_apart ramrig history check --junit junit.xml
	expect_status 0
	[ "$(xmllint --xpath 'count(//failure)' junit.xml)" = 0 ]
	run_apart ramrig history check --nights 2
	expect_status 1
}

@test "show marks the change at its night" {
	nights_make
	nights_add 1 2 3 4 5 6
	run_apart ramrig history show --metric rps --workload nginx --topology dram --arm base
	expect_status 0
	[ "$(wc -l <<<"$output")" -eq 8 ] || fail "not one line a night"
	[ "$(grep -c open <<<"$output")" -eq 1 ]
	[[ $(grep open <<<"$output") =~ ^\ +5\ 2026-11-05.*\ -5\.[01]+\ %\  ]] || fail "not on night 5"
	run_apart ramrig history show --json
	jq -e 'length == 2 and (.[] | select(.metric == "rps") | (.nights | length == 6) and
		.nights[0].boots == 4 and .changes[0].night == 5)' <<<"$output"
	run_apart ramrig history show --html page.html
	expect_status 0
	grep -q '"page":"trends"' page.html || fail "no page"
	chmod a-w results results/history.sqlite
	ramrig history show >/dev/null || fail "a history that cannot be written cannot be read"
	chmod u+w results results/history.sqlite
	run_apart ramrig history show --metric nothing
	expect_status 2
	expect_in "$errors" "no such trend"
}

@test "what was answered is not asked again" {
	nights_make
	nights_add 1 2 3 4 5 6
	ramrig history check >/dev/null
	answer_write not-confirmed
	run_apart ramrig history confirm
	expect_status 0
	[ -z "$errors" ] || fail "something was asked"
	expect_in "$output" "not-confirmed"
	run_apart ramrig history confirm 77
	expect_status 2
	expect_in "$errors" "no change 77"
}

@test "the A/B is of the two kernels, for what moved alone" {
	nights_make
	nights_add 1 2 3 4 5 6
	run_apart ramrig history confirm --dry-run
	expect_status 0
	expect_in "$output" "change 1:"
	expect_in "$output" "before"
	expect_in "$output" "newest"
	expect_in "$output" "rps"
	run ! grep -q mem_used <<<"$output"
	[ "$(ls results)" = history.sqlite ] || fail "something is left: $(ls results)"
	[ -z "$(ls -A "$TMPDIR")" ] || fail "something is left: $(ls "$TMPDIR")"
	ramrig history check --json | jq -e '.changes[0].status == "open"'
}

@test "with --at-most the plans are those of the worst changes that would be run" {
	nights_make
	nights_add 1 2 3 4 5 6
	sqlite3 results/history.sqlite "UPDATE boot SET value = value * 1.5 WHERE night >= $PLANTED AND
		trend IN (SELECT id FROM trend WHERE metric = 'mem_used')"
	run_apart ramrig history confirm --dry-run
	expect_status 0
	[ "$(grep -c '^change' <<<"$output")" -eq 2 ] || fail "not two plans"
	run_apart ramrig history confirm --dry-run --at-most 1
	expect_status 0
	[ "$(grep -c '^change' <<<"$output")" -eq 1 ] || fail "not one plan"
	expect_in "$output" "mem_used"
	expect_in "$errors" "stays open"
}

@test "an A/B that goes on is held to --jobs as one that begins" {
	nights_make
	nights_add 1 2 3 4 5 6
	mkdir -p ab/change-1/result
	jq '.clock = "host" | .topologies[].cpus = 8' plan.json >ab/change-1/result/plan.json
	run_apart ramrig history confirm --jobs 64 --out ab
	expect_status 2
	expect_in "$errors" "--jobs 64 with guests of"
	[ ! -e ab/change-1/result/cells ]
}

@test "a kernel that is gone or was replaced cannot be asked" {
	nights_make
	nights_add 1 2 3 4 5 6
	echo other >kernels/old
	run_apart ramrig history confirm --dry-run
	expect_in "$errors" "is another now"
	rm kernels/old
	run_apart ramrig history check --confirm
	expect_status 0
	expect_in "$output" "cannot-be-confirmed"
	expect_in "$output" "is gone: $PWD/kernels/old"
	jq -e '.changes[0].confirmation | .pairs == 0 and .result == null' \
		<<<"$(ramrig history check --json)"
}

@test "an experiment that is another now cannot be asked" {
	nights_make
	nights_add 1 2 3 4 5 6
	mkdir -p own/experiments
	sed 's/requests: 8000/requests: 9000/' "$ROOT/experiments/try-nginx.yaml" >own/experiments/try-nginx.yaml
	run_apart ramrig --path own history confirm --dry-run
	expect_status 0
	expect_in "$errors" "measures otherwise"
	rm own/experiments/try-nginx.yaml
	sed 's/name: rps/name: p99/' "$ROOT/experiments/try-nginx.yaml" >own/experiments/try-nginx.yaml
	run_apart ramrig --path own history confirm --dry-run
	expect_in "$errors" "rps is no key metric"
}

@test "wrong use and wrong files exit with 2, damaged ones say what to do" {
	run_apart ramrig history check
	expect_status 2
	expect_in "$errors" "there is no history results/history.sqlite"
	run_apart ramrig history add missing
	expect_status 2
	mkdir results
	head -c 5000 /dev/urandom >results/history.sqlite
	run_apart ramrig history list
	expect_status 3
	expect_in "$errors" "move it away and add the results anew"
	rm results/history.sqlite
	sqlite3 results/history.sqlite 'CREATE TABLE other (a)'
	run_apart ramrig history list
	expect_status 2
	expect_in "$errors" "something else"
	nights_make
	ramrig history add night-1 --db newer.sqlite >/dev/null
	sqlite3 newer.sqlite 'PRAGMA user_version = 9'
	run_apart ramrig history list --db newer.sqlite
	expect_status 2
	expect_in "$errors" "has version 9"
	for wrong in "--nights 0" "--jobs 0" "--at-most -1"; do
		# shellcheck disable=SC2086
		run_apart ramrig history check --db newer.sqlite $wrong
		expect_status 2
	done
}

@test "machines that look alike are told apart by name" {
	nights_make
	ramrig history add night-1 --host left >/dev/null
	ramrig history add night-1 --host right >/dev/null
	ramrig history list --json | jq -e 'length == 2 and [.[].host] == ["left", "right"]'
	ramrig history show --json --metric rps | jq -e 'length == 2 and all(.[].nights; length == 1)'
	ramrig history show --json --metric rps --host left | jq -e 'length == 1 and .[0].host == "left"'
}
