#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Series of a result that was written by hand: what is printed of which cell.
# tests/boot/view.bats holds them against free and vmstat.

load common

# A recorded result, of which cell 3 has three samples, and a window that begins at the second.
result_make() {
	cp -R "$ROOT/tests/unit/data/results/quickstart" result
	jq '.window = {from_ns: 40500000000, to_ns: 40900000000}' \
		"$ROOT/tests/unit/data/results/quickstart/cells/0003/result.json" >result/cells/0003/result.json
	cat >result/cells/0003/samples.jsonl <<-'END'
		{"columns":["meminfo.MemTotal","meminfo.MemAvailable","vmstat.pswpin"]}
		{"t_ns":40000000000,"v":[104857600,94371840,0]}
		{"t_ns":40500000000,"v":[104857600,52428800,128]}
		{"t_ns":41000000000,"v":[104857600,null,128]}
	END
}

@test "the table has vmstat's and free's words, and its units below" {
	result_make
	run_apart ramrig series result --cell 3
	expect_status 0
	[ "$output" = "    s phase   used available   si
-0.50 before  10.0      90.0    -
 0.00 measure 50.0      50.0 1024
 0.50 after      -         -    0

Cell 3: nginx on dram, debian-6.12, arm ksm.
In MiB: used, available.
In KiB/s: si." ] || fail "another table"
}

@test "CSV has the metrics' names and units, and an empty field where nothing is known" {
	result_make
	run_apart ramrig series result --cell 3 --csv mem_used si
	expect_status 0
	[ "$output" = "t_s,phase,mem_used,si
-0.500,before,10485760,
0.000,measure,52428800,1024
0.500,after,,0" ] || fail "other lines"
}

@test "JSON says whose series they are, and null where nothing is known" {
	result_make
	run_apart ramrig series result --cell 3 --json mem_used
	expect_status 0
	jq -e '.cell == 3 and .arm == "ksm" and .t_s == [-0.5, 0, 0.5] and
		.series == [{name: "mem_used", unit: "bytes", values: [10485760, 52428800, null]}]' \
		<<<"$output" || fail "not so"
}

@test "without --cell, it is the first cell that is done" {
	result_make
	mv result/cells/0003/samples.jsonl result/cells/0002/
	rm result/cells/0001/result.json
	run_apart ramrig series result
	expect_status 0
	expect_in "$output" "Cell 2:"
}

@test "a cell, a metric or samples that are not there exit with 2 and are named" {
	result_make
	# shellcheck disable=SC2154
	run_apart ramrig series result --cell 15
	expect_status 2
	expect_in "$errors" "has no cell 15, but 14"
	run_apart ramrig series result --cell 3 mem_usd
	expect_status 2
	expect_in "$errors" "no metric 'mem_usd'"
	run_apart ramrig series result --cell 4
	expect_status 2
	expect_in "$errors" "cells/0004/samples.jsonl"
	run_apart ramrig series result --csv --json
	expect_status 2
}
