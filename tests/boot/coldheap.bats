#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# coldheap in a guest: an amount of work, where its pages are, that it needs
# nothing but what its result holds, and what is traced of it. One boot.

load common

setup_file() {
	own_workplace
	ramrig_keep heap run heap --out heap
}

teardown_file() {
	own_workplace_remove
}

measured() { # FILTER: of the figures
	tail -n 1 "$OUT/heap/cells/0001/output/measure.txt" | jq -e "$1" || fail "not so: $1"
}

@test "the heap is filled, accessed and swept, and every page is right" {
	expect_code heap 0
	expect_equal "$(outcome "$OUT/heap")" ok
	measured '.accesses == 20000 and .corrupt == 0'
	expect_in "$(<"$OUT/heap/cells/0001/output/verify.txt")" "all 16384 pages were checked"
}

@test "all pages are on the one node there is, before and after" {
	for output in heap warmup measure; do
		sed -n 's/^where {/{/p' "$OUT/heap/cells/0001/output/$output.txt" |
			jq -e '[.hot, .warm, .cold] | all(."node 0" == .pages) and
				(map(.pages) | add == 16384)' || fail "$output: pages elsewhere"
	done
	measured '.hot_dram_share == 1 and .cold_dram_share == 1 and .hot_swap_share == 0'
}

@test "the sweep is no part of the measured window" {
	expect_json "$OUT/heap/cells/0001/result.json" \
		'[.phases[].name] | index("verify") == index("measure") + 1'
}

@test "the result holds the program that ran" {
	cmp "$OUT/heap/workloads/coldheap/coldheap" "$ROOT/build/workloads/coldheap/coldheap"
}

# Microseconds, as tracefs prints them.
trace_times() { # FOLDER
	sed -n '/^#/!s/^.*\] [^ ]* *\([0-9]*\)\.\([0-9]*\): .*/\1\2/p' "$1/trace.txt"
}

@test "all that is traced lies within the measured window, on the window's clock" {
	local cell=$OUT/heap/cells/0001 from to n=0 t
	from=$(jq '.window.from_ns / 1000 | floor' "$cell/result.json")
	to=$(jq '.window.to_ns / 1000 | ceil' "$cell/result.json")
	for t in $(trace_times "$cell"); do
		n=$((n + 1))
		[ "$t" -ge "$from" ] && [ "$t" -le "$to" ] || fail "$t is not within $from and $to"
	done
	expect_json "$cell/result.json" ".trace == {entries: $n, lost: 0, cpus: 2, cut: false}"
	expect_in "$(<"$cell/trace.txt")" "# entries-in-buffer/entries-written: $n/$n   #P:2"
}

@test "the measuring program begins and ends in the trace, by its name and number" {
	local cell=$OUT/heap/cells/0001 begin pid
	begin=$(grep 'sched_process_exec: filename=/workload/coldheap ' "$cell/trace.txt" | head -n 1)
	pid=$(sed 's/.* pid=\([0-9]*\) .*/\1/' <<<"$begin")
	[ -n "$pid" ] || fail "no begin" "$(<"$cell/trace.txt")"
	sed "1,/ pid=$pid old_pid=/d" "$cell/trace.txt" |
		grep -q "^ *coldheap-$pid .* sched_process_exit: comm=coldheap pid=$pid " ||
		fail "no end of $pid" "$(<"$cell/trace.txt")"
}
