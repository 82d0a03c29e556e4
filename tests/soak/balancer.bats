#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The balancer for ten minutes of the guest's time, beside a heap whose hot set moves: what
# comes back goes out again, and would fill four fifths of the pool. What the pool takes
# and what is written is read from the kernel's own counters, as sampled, not
# from the daemon's log. One boot.

load ../boot/common

MARK=60			# policies/zram-balanced.yaml: --pool-percent
LIMIT=$((64 << 20))	# topologies/zram-backed.yaml: memory_limit
BUDGET=512		# pages of 4 KiB a second: --write-budget
BUCKET=1024		# what a scan interval of 2 s brings

setup_file() {
	own_workplace
	ramrig_keep balanced run balanced --out balanced
}

teardown_file() {
	own_workplace_remove
}

# What the kernel counted in the measured window: an array of [seconds, pool in bytes, pages
# written to the backing device, pages read from it].
sampled() {
	jq -cs --argjson window "$(jq .window balanced/cells/0001/result.json)" '
		(.[0].columns | [index("zram.fast.memory", "zram_backing.fast.writes",
			"zram_backing.fast.reads")]) as $at |
		[.[1:][] | select(.t_ns >= $window.from_ns and .t_ns <= $window.to_ns) |
			[.t_ns / 1e9, .v[$at[]]]]' balanced/cells/0001/samples.jsonl
}

steps() {
	jq -cs 'map(select(.event == "step"))' balanced/cells/0001/output/balancer.txt
}

holds() { # FILTER [OPTION...]: of the JSON on standard input
	jq -e "$1" "${@:2}" >/dev/null || fail "not so: $1"
}

@test "the heap is right to the last page, and pages were written back" {
	expect_code balanced 0
	expect_equal "$(outcome balanced)" ok
	expect_in "$(<balanced/cells/0001/output/verify.txt)" "all 57344 pages were checked"
	sampled | holds 'length > 100 and (last[0] - first[0]) > 590 and last[2] > first[2]'
}

@test "the pool is under its mark for ten minutes" {
	sampled >sampled.json
	echo "# pool $(jq -r 'map(.[1]) | "\(min) to \(max)"' sampled.json) bytes of $LIMIT" >&3
	holds "all(.[]; .[1] <= $LIMIT * $MARK / 100)" <sampled.json
}

# A call that had begun before a window may write in it: a second's budget more.
# shellcheck disable=SC2016
@test "no window holds more writes than its budget" {
	sampled | holds 'reduce .[] as $s ({least: infinite, most: 0};
		($s[2] - $s[0] * $rate) as $over |
		.least = ([.least, $over] | min) | .most = ([.most, $over - .least] | max)) |
		.most <= $bucket + $rate' --argjson rate $BUDGET --argjson bucket $BUCKET
}

@test "the log agrees with the kernel, and says why where nothing was written" {
	steps | holds 'length > 250 and all(.[]; (.written_pages > 0) != has("why"))'
	holds '(.[0] | map(.device_written_pages) | add) >= .[1]' -s \
		<(steps) <(sampled | jq 'last[2] - first[2]')
}
