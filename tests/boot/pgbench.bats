#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# PostgreSQL on the image's cluster, once without limits and once in half of
# what it took then: what it prints of itself, and what a limit_ratio does. Two boots.

load common

setup_file() {
	own_workplace
	ramrig_keep pressed run pressed --out pressed
}

teardown_file() {
	own_workplace_remove
}

metric() { # CELL NAME
	jq -e ".metrics.$2.value" "$OUT/pressed/cells/$1/result.json"
}

@test "an amount of transactions is done, none fails, and each is in the log" {
	expect_code pressed 0
	for cell in 0001 0002; do
		tail -n 1 "$OUT/pressed/cells/$cell/output/measure.txt" |
			jq -e '.transactions == 400 and .failed == 0 and .p50 <= .p99 and .p99 <= .p999 and
				.p999 <= .max and .tps > 0' || fail "cell $cell"
		sed -n 's/^histogram //p' "$OUT/pressed/cells/$cell/output/measure.txt" |
			jq -e '([.buckets[][1]] | add) == 400 and .n == 400' || fail "histogram of $cell"
	done
}

@test "the server says with which settings it ran" {
	grep -qx 'setting: shared_buffers = 32MB' "$OUT/pressed/cells/0001/output/measure.txt"
	grep -qx 'setting: synchronous_commit = off' "$OUT/pressed/cells/0001/output/measure.txt"
}

@test "the limit is half of the peak without one, and the kernel kept to it" {
	local peak limit
	peak=$(jq '.peaks.database' "$OUT/pressed/cells/0001/result.json")
	limit=$(jq '.fidelity.limits.database' "$OUT/pressed/cells/0002/result.json")
	expect_json "$OUT/pressed/cells/0001/result.json" '.pair == 0 and (.fidelity | has("limits") | not)'
	[ "$limit" -eq "$(jq -n "$peak / 2 / 4096 | floor * 4096")" ] || fail "$limit of $peak"
	# A charge may pass it for a moment, by a batch of pages of each CPU.
	jq -en "$(metric 0002 cgroup_database_peak) <= $limit + 1048576" ||
		fail "$(metric 0002 cgroup_database_peak) over $limit"
	expect_in "$(ramrig figures pressed)" "memory.max of database"
}

@test "no guest, work folder or mount is left" {
	expect_nothing_left
}
