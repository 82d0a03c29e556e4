#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# `ramrig claims`: what others have published, and what recorded results say to it.

load common

DATA=$BATS_TEST_DIRNAME/../unit/data
RECORDED=$DATA/results

@test "a vendor's table is shown as it was printed, with both denominators" {
	run_apart ramrig claims show ksm-idle ksm-load
	expect_status 0
	grep -Eq '^10\.203\.10\.183 +64 +35\.4688 +20\.6592 +-41\.8 % +-23\.1 %$' <<<"$output"
	grep -Eq '^10\.203\.10\.185 +64 +44\.1984 +29\.1968 +-33\.9 % +-23\.4 %$' <<<"$output"
}

@test "every figure of seeds 000 and 003 stands in some claim as it was printed" {
	ramrig claims show --json | jq -r '.[].rows[].values[]' >values
	for figure in 35.4688 35.4816 35.4048 35.4432 34.8032 34.816 20.6592 20.4544 20.48 19.5328 \
		19.5584 19.5456 44.1856 44.1472 44.0832 44.1984 29.3632 29.2864 29.1584 29.1968 \
		266137.58 0.68 265752.49 0.37 264480.30 0.99 114.038 1.48 115.852 2.25 121.493 0.08 \
		2733 2.86 36.612 2.82 152135.12 28.75 188.693 2.47 2763 6.66 36.323 5.97 149332.00 \
		27.05 180.166 17.71 2869 4.22 34.903 3.87 140989.81 28.57 203.169 26.32; do
		grep -Fxq -- "$figure" values || fail "no $figure"
	done
}

@test "what the seeds' texts state beside their tables, and public results, stand in some claim" {
	ramrig claims show --json | jq -r '.[].rows[].values[]' >values
	for figure in '900 M' '20 ms' -23% '10 ms' 16 '160 ms' '1.5 %' '5 %' '0 to 1000' '90 %' \
		+5% 'about 3 times' 'below 1 %' 80% '-32% to -20%' 803934208 347762688 238.050 \
		249.420 +18% -40.34% +3.38% 5.16% 1.17 1.05; do
		grep -Fxq -- "$figure" values || fail "no $figure"
	done
}

@test "each published figure gets one of four verdicts, with a reason where none was reached" {
	run_apart ramrig claims run --result "$RECORDED/quickstart" --json
	expect_status 0
	jq -e '[.claims[].figures[]] | length > 50 and
		all(.verdict as $v | ["reproduced", "contradicted", "inconclusive",
			"not-testable-here"] | index($v)) and
		all(select(.verdict != "reproduced" and .verdict != "contradicted") | .reason != "")' \
		<<<"$output" >/dev/null || fail "a verdict or a reason is missing"
	[ "$(jq '[.verdicts[]] | add' <<<"$output")" = "$(jq '[.claims[].figures[]] | length' <<<"$output")" ]
}

@test "a claim that a result contradicts makes the exit code 1" {
	run_apart ramrig --path "$DATA/claims" claims run sample --result "$RECORDED/quickstart"
	expect_status 1
	expect_in "$output" "contradicted"
	run_apart ramrig --path "$DATA/claims" claims run ksm-idle --result "$RECORDED/quickstart"
	expect_status 0
}

@test "claims of one's own lie on the search path" {
	run_apart ramrig --path "$DATA/claims" claims show sample-each
	expect_status 0
	expect_in "$output" "Nobody: What every boot measures"
	run_apart ramrig claims show sample-each
	expect_status 2
	expect_in "$errors" "there is no claim 'sample-each'"
}

@test "what is seen stands beside the vendor's figure, with boots and fidelity" {
	cp -R "$RECORDED/quickstart" .
	run_apart ramrig --path "$DATA/claims" claims run sample sample-stated sample-each \
		--result quickstart
	golden=$ROOT/tests/golden/claims-sample.txt
	[ -z "${RAMRIG_UPDATE_EXPECT:-}" ] || echo "$output" >"$golden"
	diff <(echo "$output") "$golden"
}

@test "a result goes without what only a run takes" {
	run_apart ramrig claims run --result "$RECORDED/quickstart" --pairs 8
	expect_status 2
	expect_in "$errors" "--result takes what is there"
	run_apart ramrig claims run --result nothing
	expect_status 2
}

@test "a dry run shows the experiments of the claims, each once, and starts nothing" {
	run_apart ramrig claims run ksm-idle ksm-load ksm-stated --dry-run --pairs 8
	expect_status 0
	[ "$(grep -c '^Experiment ' <<<"$output")" = 2 ]
	expect_in "$output" "Experiment fleet-ksm-idle"
	expect_nothing_started
}

@test "a claim that nothing can test takes no cell" {
	run_apart ramrig claims run offloading-kernel --dry-run
	expect_status 0
	[ -z "$output" ]
}

@test "Markdown has the same rows" {
	cp -R "$RECORDED/quickstart" .
	run_apart ramrig --path "$DATA/claims" claims run sample --result quickstart --markdown
	expect_status 1
	grep -Eq '^\| half of it +\| +500 \| +1\.0 \| +-50\.0 % \|.*\| contradicted +\|$' <<<"$output"
	ramrig claims show ksm-load --markdown | grep -Eq '^\| 10\.203\.10\.186 +\| +64 \| +44\.1472 \|'
}

@test "a table of many columns has all of them" {
	mkdir -p reports/claims
	{
		printf '%s\n' 'claim: wide' 'summary: wide' 'source: {title: t, vendor: v, place: p}' \
			'scaled: not' columns:
		printf -- '- {name: c%s}\n' {1..99}
		printf 'rows:\n- {name: r, not_testable: nobody has it, values: ['
		printf '%s, ' {1..98}
		printf '%s\n' '99]}' figures: '- {name: f, column: c1, states: change}'
	} >reports/claims/wide.yaml
	run_apart ramrig --path . claims show wide --markdown
	expect_status 0
	grep -Eq '^\| r +\| .* 65 \| .* 99 \|$' <<<"$output"
	[ "$(grep '^|' <<<"$output" | sed 's/[^|]//g' | sort -u | tr -d '\n' | wc -c)" = 101 ]
	run_apart ramrig --path . claims show wide
	expect_status 0
	grep -Eq '^r .* 65 .* 99$' <<<"$output"
}

@test "of no change within nothing it is not said how many runs it takes" {
	mkdir -p reports/claims
	printf '%s\n' 'claim: same' 'summary: same' 'source: {title: t, vendor: v, place: p}' 'scaled: not' \
		'columns: [{name: RPS}, {name: dev(%)}]' \
		'rows: [{name: na, base: true, values: [500, 50]}, {name: ksm, values: [500, 50], arm: ksm}]' \
		'figures: [{name: f, column: RPS, dev: dev(%), metric: rps, tolerance: 0}]' \
		'experiment: quickstart' 'workload: nginx' >reports/claims/same.yaml
	run_apart ramrig --path . claims run same --result "$RECORDED/quickstart" --json
	expect_status 0
	[[ $output != *"inf runs"* ]] || fail "infinitely many runs"
	expect_in "$output" "no number of runs would"
}

@test "of two forms neither is left out unsaid" {
	run_apart ramrig claims run ksm-idle --result "$RECORDED/quickstart" --json --html page.html
	expect_status 2
	expect_in "$errors" "--json, --markdown and --html exclude each other"
	run_apart ramrig claims show ksm-idle --json --markdown
	expect_status 2
}

@test "in Markdown no name of a claim begins a column" {
	mkdir -p reports/claims
	printf '%s\n' 'claim: piped' 'summary: piped' 'source: {title: t, vendor: v, place: p}' 'scaled: not' \
		'columns: [{name: "a | b"}]' 'rows:' \
		'- {name: "one | two", not_testable: nobody has it, values: ["1 | 2"]}' \
		'figures: [{name: f, column: "a | b", states: change}]' >reports/claims/piped.yaml
	run_apart ramrig --path . claims show piped --markdown
	expect_status 0
	grep -Eq '^\| one / two +\| 1 / 2 \|$' <<<"$output"
	grep -Eq '^\| +\| a / b \|$' <<<"$output"
}

@test "a page holds the same words, and asks for nothing" {
	cp -R "$RECORDED/quickstart" .
	run_apart ramrig --path "$DATA/claims" claims run sample --result quickstart --html page.html
	expect_status 1
	[ -z "$output" ]
	for word in 'half of it' contradicted 'nobody says how many'; do
		grep -Fq "$word" page.html || fail "no $word"
	done
	run ! grep -Eq '(src|href)="?https?:' page.html
}
