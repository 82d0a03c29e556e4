#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# files in a guest: the same transactions without a limit and in half of the memory
# that they took. Two boots.

load common

setup_file() {
	own_workplace
	ramrig_keep files run files --out files
}

teardown_file() {
	own_workplace_remove
}

both() { # FILTER: of the results of both cells, .free and .limited
	jq -en --slurpfile free files/cells/0001/result.json \
		--slurpfile limited files/cells/0002/result.json \
		"{free: \$free[0], limited: \$limited[0]} | $1" >/dev/null || fail "not so: $1" \
		"$(grep -hv ^histogram files/cells/*/output/measure.txt)"
}

# Pages in memory of all files, after measuring.
pages_seen() { # CELL
	sed -n 's/^\(hot\|cold\): *\([0-9]*\) of .* in memory$/\2/p' \
		"files/cells/$1/output/measure.txt" | jq -s add
}

@test "both cells do the same, and every file holds what was written to it" {
	expect_code files 0
	expect_equal "$(outcome files | xargs)" "ok ok"
	both '[.free, .limited | .metrics | map_values(.value)
		| [.transactions, .creates + .deletes, .creates, .appended, .corrupt]]
		| .[0] == .[1] and .[0][0] == 4000 and .[0][1] == 4000 and .[0][4] == 0'
	expect_in "$(<files/cells/0002/output/verify.txt)" " files were checked"
}

@test "with room for all, all stay in memory, and no read waits" {
	both '.free.metrics | .hot_cached_share.value == 1 and .cold_cached_share.value == 1
		and .hot_refaults.value == 0 and .cold_refaults.value == 0'
}

@test "in half of it, hot files are pushed out by cold ones that are read once a round" {
	both '.limited.metrics | .cold_miss_share.value > 0.2 and .cold_cached_share.value < 0.8
		and .hot_refaults.value > 0 and .hot_miss_share.value < .cold_miss_share.value'
}

@test "no more of the files is in memory than the limit has room for, but most of it" {
	local limit seen
	limit=$(jq .fidelity.limits.files files/cells/0002/result.json)
	seen=$(($(pages_seen 0002) * 4096))
	[ "$seen" -le "$limit" ] || fail "$seen bytes of files in a limit of $limit"
	[ "$seen" -gt $((limit / 2)) ] || fail "only $seen bytes of files in a limit of $limit"
}
