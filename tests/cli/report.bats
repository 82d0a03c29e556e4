#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What `ramrig report` does with its arguments. tests/report looks at what is in its page.

load common

@test "the report goes into the result's folder, and its name is printed" {
	cp -R "$ROOT/tests/unit/data/results/quickstart" result
	run_apart ramrig report result
	expect_status 0
	[ "$output" = result/report.html ] || fail "another name"
	expect_in "$(<result/report.html)" "<title>quickstart - ramrig</title>"
}

@test "it goes where it is told to, standard output included" {
	run_apart ramrig report "$ROOT/tests/unit/data/results/quickstart" -o here.html
	expect_status 0
	[ "$output" = here.html ] || fail "another name"
	ramrig report "$ROOT/tests/unit/data/results/quickstart" --output - >there.html
	cmp here.html there.html
}

@test "what the figures call for is no failure of the report" {
	run_apart ramrig compare "$ROOT/tests/unit/data/results/troubled"
	[ "$status" -ne 0 ] || fail "nothing is wrong with it"
	run_apart ramrig report "$ROOT/tests/unit/data/results/troubled" -o page.html
	expect_status 0
}

@test "a format that does not exist is refused with those that do" {
	run_apart ramrig report "$ROOT/tests/unit/data/results/quickstart" --format pdf
	expect_status 2
	# shellcheck disable=SC2154
	expect_in "$errors" "no format 'pdf'; there is html"
}

@test "what is no result, and a place that cannot be written to, are told" {
	mkdir none
	run_apart ramrig report none
	expect_status 2
	expect_in "$errors" "is not a result"
	run_apart ramrig report "$ROOT/tests/unit/data/results/quickstart" -o none/such/page.html
	expect_status 3
	expect_in "$errors" "none/such/page.html"
}
