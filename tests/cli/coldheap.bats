#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The workload coldheap, run on this host: its heap's process in the background,
# commanded through a socket. What needs a second node or a swap device is seen
# in a guest.

load common

COLDHEAP=$ROOT/build/workloads/coldheap/coldheap

# The defaults of workload.yaml, but for a small heap and amounts of work.
defaults_set() {
	workload_defaults coldheap
	export RAMRIG_HEAP=$((16 << 20)) RAMRIG_LIMIT=0 RAMRIG_RECLAIM=0 RAMRIG_WARMUP=100 RAMRIG_DURATION=300 \
		RAMRIG_ACCESSES=20000 RAMRIG_WARMUP_ACCESSES=1000
}

setup_heap() { # NAME=VALUE...
	defaults_set
	[ $# -eq 0 ] || export "${@?}"
	"$COLDHEAP" --socket socket serve >serve.out 2>&1 3>&- &
	heap=$!
	local end=$((SECONDS + 30))
	until grep -q '^coldheap is ready' serve.out; do
		kill -0 "$heap" || fail "$(<serve.out)" || return 1
		[ $SECONDS -lt $end ] || fail "not ready in time" || return 1
		sleep 0.05
	done
}

teardown() {
	[ -z "${heap-}" ] || kill "$heap" || true
}

coldheap() {
	"$COLDHEAP" --socket socket "$@"
}

# The JSON after a word at the beginning of a line of $output.
said() { # WORD [FILTER-OPTIONS...] FILTER
	sed -n "s/^$1 {/{/p" <<<"$output" | jq -e "${@:2}"
}

figure() { # NAME
	tail -n 1 <<<"$output" | jq -e ".$1"
}

@test "it makes the accesses that were asked for and prints every figure of workload.yaml" {
	setup_heap RAMRIG_ZIPF=99
	run_apart coldheap warmup
	expect_status 0
	expect_in "$output" "warmed up with 1000 accesses"
	run_apart coldheap measure
	expect_status 0
	[ "$(figure accesses)" -eq 20000 ]
	[ "$(figure corrupt)" -eq 0 ]
	local known=number
	said where '.hot.unknown < .hot.pages' || known=null	# without the right to see pages
	for name in $(sed -n 's/^  - {name: \([a-z0-9_]*\), unit.*/\1/p' \
		"$ROOT/workloads/coldheap/workload.yaml"); do
		case $name in
		*_share) figure "$name | type == \"$known\"" || fail "no figure $name" ;;
		*) figure "$name | type == \"number\"" || fail "no figure $name" ;;
		esac
	done
}

@test "accesses and writes fall on the parts at their rates, and every one is in a histogram" {
	setup_heap RAMRIG_HOT_RATE=70 RAMRIG_WARM_RATE=20 RAMRIG_WRITES=50
	run_apart coldheap measure
	expect_status 0
	[ "$(said histogram -s 'map(.n) | add')" -eq 20000 ]
	[ "$(said histogram -s '[.[].buckets[][1]] | add')" -eq 20000 ]
	# Five standard deviations of 20,000 draws.
	said histogram -s 'map({(.part): .n}) | add | (.hot - 14000 | fabs) < 325 and
		(.warm - 4000 | fabs) < 283 and (.cold - 2000 | fabs) < 213' || fail "other rates"
	figure '| (.writes - 10000 | fabs) < 354' || fail "other writes"
}

@test "the table accounts for every page exactly once" {
	setup_heap RAMRIG_SHIFT=1000
	for command in where warmup measure; do
		run_apart coldheap $command
		expect_status 0
		said where '[.hot, .warm, .cold] | map(.pages) | add == 4096' || fail "$command"
		said where '[.hot, .warm, .cold] |
			all(.pages == ([to_entries[] | select(.key != "pages").value] | add))' ||
			fail "$command: the columns do not add up"
	done
	# Nothing here can be swapped, or it has a column.
	[ "$(tail -n +2 /proc/swaps | wc -l)" -eq \
		"$(said where '[.hot | keys[] | select(startswith("/"))] | length')" ]
}

@test "after the fill every page is in memory, where the kernel tells" {
	setup_heap
	output=$(<serve.out)
	said where '.hot.unknown == 0' || skip "this kernel does not tell where pages are"
	said where '[.hot, .warm, .cold] | all(.absent == 0 and .moving == 0)' || fail "not all"
}

@test "the hot set shifts as often as was asked for" {
	setup_heap RAMRIG_SHIFT=1000
	coldheap warmup >warmup.out
	run_apart coldheap measure
	expect_in "$output" "has moved 21 times"
}

@test "several threads share the accesses" {
	setup_heap RAMRIG_THREADS=4 RAMRIG_HOT=1 RAMRIG_WRITES=60 RAMRIG_ACCESSES=50001
	run_apart coldheap measure
	expect_status 0
	[ "$(figure accesses)" -eq 50001 ]
	run_apart coldheap sweep
	expect_status 0
}

@test "a duration and a rate are kept to" {
	setup_heap RAMRIG_ACCESSES=0 RAMRIG_DURATION=500 RAMRIG_RATE=2000
	run_apart coldheap measure
	expect_status 0
	figure '| .accesses > 900 and .accesses < 1100' || fail "not about 1000 accesses"
}

@test "no access begins after the duration, however far apart they are" {
	setup_heap RAMRIG_ACCESSES=0 RAMRIG_DURATION=300 RAMRIG_RATE=1 RAMRIG_THREADS=3
	local start=${EPOCHREALTIME/[.,]/}
	run_apart coldheap measure
	expect_status 0
	[ $((${EPOCHREALTIME/[.,]/} - start)) -lt 900000 ] || fail "it waited for what was due later"
	[ "$(figure accesses)" -eq 1 ]
}

@test "a wrong bit is found by the sweep, and the page is named" {
	setup_heap
	coldheap corrupt 1000
	run_apart coldheap sweep
	expect_status 1
	expect_in "$output" "corrupt: page 1000 ("
	expect_in "$output" "does not match its checksum"
	expect_in "$errors" "did not hold what was written to them: 1"
}

@test "a wrong bit is found by the accesses, and counted once" {
	setup_heap RAMRIG_HOT_RATE=1 RAMRIG_WARM_RATE=0 RAMRIG_ACCESSES=100000
	for page in 7 700 4095; do
		coldheap corrupt "$page"
	done
	run_apart coldheap measure
	expect_status 0
	[ "$(figure corrupt)" -le 3 ]
	[ "$(figure corrupt)" -ge 1 ]
	run_apart coldheap sweep
	expect_status 1
	expect_in "$errors" "to them: 3"
}

@test "without checks nothing is found until the sweep" {
	setup_heap RAMRIG_CHECK_EVERY=0 RAMRIG_HOT_RATE=1 RAMRIG_WARM_RATE=0 RAMRIG_ACCESSES=100000
	coldheap corrupt 700
	run_apart coldheap measure
	[ "$(figure corrupt)" -eq 0 ]
	run_apart coldheap sweep
	expect_status 1
}

@test "a sweep that was left out says so" {
	setup_heap RAMRIG_SWEEP=0
	run_apart coldheap sweep
	expect_status 0
	expect_in "$output" "none of 4096 pages was swept"
}

@test "bad parameters are refused with a sentence" {
	defaults_set
	RAMRIG_HOT=200 run_apart "$COLDHEAP" --socket socket serve
	expect_status 1
	expect_in "$errors" "parameter 'hot' is 200, not 1 to 98"
	unset RAMRIG_THP
	run_apart "$COLDHEAP" --socket socket serve
	expect_status 1
	expect_in "$errors" "parameter 'thp' is missing"
}

@test "a heap that cannot fit is refused before it is filled" {
	defaults_set
	RAMRIG_HEAP=$((1 << 44)) run_apart "$COLDHEAP" --socket socket serve
	expect_status 1
	expect_in "$errors" "does not fit into"
	[ "$(awk '/^SwapTotal/ { print $2 }' /proc/meminfo)" -eq 0 ] || skip "this host has swap"
	RAMRIG_LIMIT=$((9 << 20)) run_apart "$COLDHEAP" --socket socket serve
	expect_status 1
	expect_in "$errors" "a heap of 16 MiB does not fit into a limit of 9 MiB and 0 MiB of free swap"
	RAMRIG_LIMIT=$((16 << 20)) run_apart "$COLDHEAP" --socket socket serve
	expect_status 1
	expect_in "$errors" "a heap of 16 MiB does not fit into a limit of 16 MiB and"
}

@test "commands that make no sense are refused" {
	run_apart coldheap warmup
	expect_status 1
	expect_in "$errors" "no coldheap serves on socket"
	run_apart coldheap
	expect_status 2
	setup_heap
	run_apart coldheap dance
	expect_status 1
	expect_in "$errors" "there is no command 'dance'"
	run_apart coldheap measure 5000
	expect_status 1
	expect_in "$errors" "the command 'measure' takes no argument"
	run_apart coldheap corrupt 4096
	expect_status 1
	expect_in "$errors" "not a page from 0 to 4095"
}

@test "a heap's process that dies is an error of whoever waits for it" {
	setup_heap RAMRIG_ACCESSES=0 RAMRIG_DURATION=60000
	coldheap measure >measure.out 2>measure.err 3>&- &
	client=$!
	sleep 0.5
	kill -9 "$heap"
	heap=
	status=0
	wait "$client" || status=$?
	expect_status 1
	expect_in "$(<measure.err)" "ended before it had answered"
}
