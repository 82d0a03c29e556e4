#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# `ramrig report --format`: text formats as their readers take them. What stands in them is in
# tests/unit/test-report-text.c.

load common

RECORDED=$BATS_TEST_DIRNAME/../unit/data/results

# A result one of whose guests wrote what would break a stream.
hostile() {
	cp -R "$RECORDED/troubled" hostile
	jq '.reason = "\u001b[31m</failure>]]> # ok 9 fake\nnot ok 1 x" | .report = "3f2a91c0" |
		.reports = [{kind: "oops", title: "\u0001", function: "", hash: "3f2a91c0", fatal: true,
			count: 1, line: 4, stack: [], context: ["KTAP version 1", "1..7", "\u0007"]}]' \
		hostile/cells/0010/result.json >edited
	mv edited hostile/cells/0010/result.json
}

# Reads KTAP: plans hold, numbers go up by one, a parent fails with its children. Prints how
# many tests passed, failed and were skipped.
ktap_read() {
	awk '
	function fail(why) { print "line " NR ": " why ": " $0 >"/dev/stderr"; exit bad = 1 }
	{ depth = match($0, /[^ ]/) - 1; text = substr($0, depth + 1) }
	text ~ /^#/ { next }
	depth % 2 { fail("an odd indentation") }
	text == "KTAP version 1" { number[depth] = 0; plan[depth] = -1; failed[depth] = 0; next }
	!(depth in plan) { fail("no version before") }
	text ~ /^1\.\.[0-9]+$/ { plan[depth] = substr(text, 4) + 0; next }
	text ~ /^(not )?ok [0-9]+ [^#]+( # .+)?$/ {
		split(text, part, / /)
		at = part[1] == "not" ? part[3] : part[2]
		if (at != ++number[depth]) fail("not the next number")
		if (depth + 2 in plan) {
			if (number[depth + 2] != plan[depth + 2]) fail("a plan that does not hold")
			if (failed[depth + 2] != (part[1] == "not")) fail("a parent of another mind")
			delete plan[depth + 2]
		}
		if (part[1] == "not") failed[depth] = 1
		if (depth) count[part[1] == "not" ? "failed" : text ~ / # SKIP/ ? "skipped" : "passed"]++
		next
	}
	{ fail("no line of KTAP") }
	END {
		if (bad) exit 1
		if (number[0] != plan[0]) { print "the outer plan does not hold" >"/dev/stderr"; exit 1 }
		print count["passed"] + 0, count["failed"] + 0, count["skipped"] + 0
	}' "$1"
}

@test "KTAP is read by a parser, and what a guest wrote counts for nothing" {
	ramrig report "$RECORDED/quickstart" --format ktap -o good.ktap
	ktap_read good.ktap
	ramrig report "$RECORDED/troubled" --format ktap -o troubled.ktap
	hostile
	ramrig report hostile --format ktap -o hostile.ktap
	[ "$(ktap_read hostile.ktap)" = "$(ktap_read troubled.ktap)" ]
	[ "$(ktap_read troubled.ktap | cut -d' ' -f2)" = 1 ]
}

@test "JUnit is well-formed, and its counts are those of its cases" {
	command -v xmllint >/dev/null || skip "xmllint is missing: package libxml2-utils"
	hostile
	for result in "$RECORDED/quickstart" "$RECORDED/troubled" hostile; do
		ramrig report "$result" --format junit -o junit.xml
		xmllint --noout junit.xml
		for what in tests:testcase failures:failure errors:error skipped:skipped; do
			[ "$(xmllint --xpath "string(/testsuites/@${what%:*})" junit.xml)" = \
				"$(xmllint --xpath "count(//${what#*:})" junit.xml)" ] || fail "$what"
		done
	done
}

@test "names of cases are different, or a CI system would drop some" {
	command -v xmllint >/dev/null || skip "xmllint is missing: package libxml2-utils"
	ramrig report "$RECORDED/troubled" --format junit -o junit.xml
	names=$(xmllint --xpath '//testcase/@name' junit.xml)
	[ "$(sort <<<"$names")" = "$(sort -u <<<"$names")" ]
}

@test "JSON is what compare prints, and figures" {
	ramrig report "$RECORDED/quickstart" --format json -o report.json
	ramrig compare "$RECORDED/quickstart" --json >compare.json || [ $? -eq 1 ]
	jq -S 'del(.figures)' report.json >a
	jq -S . compare.json >b
	cmp a b
	jq -e '.figures | length == 2 and all(.[].figures[]; .dev >= 0 and .mean > 0)' report.json
}

@test "every row of CSV has as many fields as the head, and ends with CRLF" {
	for format in csv csv-comparisons; do
		ramrig report "$RECORDED/troubled" --format "$format" -o report.csv
		run ! grep -qv $'\r$' report.csv
		[ "$(awk -F, '{ print NF }' report.csv | sort -u | wc -l)" = 1 ]
	done
	[ "$(grep -c ',not-done,' <(ramrig report "$RECORDED/troubled" --format csv -o -))" = 3 ]
}

@test "lines of Markdown fit 100 columns" {
	cp -R "$RECORDED/troubled" wordy
	jq '.reason = "x " * 200' "$RECORDED/troubled/cells/0010/result.json" >wordy/cells/0010/result.json
	for result in "$RECORDED/quickstart" "$RECORDED/troubled" wordy; do
		ramrig report "$result" --format markdown -o report.md
		run ! grep -E '^.{101}' report.md
	done
}

@test "a format that does not exist is refused with those that do" {
	run_apart ramrig report "$RECORDED/quickstart" --format pdf
	expect_status 2
	expect_in "$errors" "junit"
}
