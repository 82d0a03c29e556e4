#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# senpai beside a load whose memory in use doubles, and halves again: it takes what is not in
# use, lets go of it within one interval once it is, and comes back when the load is calm. When
# the load changed is told by the load, what senpai did by its log, what memory did by samples.
# One boot of three minutes.

load ../boot/common

TICK=1	# s, of ramrig-senpai

setup_file() {
	own_workplace
	ramrig_keep surge run surge --out surge
}

teardown_file() {
	own_workplace_remove
}

figure() { # NAME
	jq ".metrics.$1.value" surge/cells/0001/result.json
}

steps() { # FILTER of the array of its steps
	jq -s "map(select(.event == \"step\") | .t = .t_ns / 1e9)
		| . as \$all | $1" surge/cells/0001/output/senpai.txt
}

holds() { # FILTER
	[ "$(steps "$1")" = true ] || fail "not so: $1" "$(steps 'map(.why) | unique' | tr -d '\n')"
}

@test "the load went its way, and the daemon acted" {
	expect_code surge 0
	expect_equal "$(outcome surge)" ok
	expect_json surge/cells/0001/result.json '.proof.status == "ok"'
}

@test "memory that is not in use goes" {
	holds "map(select(.t < $(figure all_at))) | (last.current_bytes < 0.9 * (map(.current_bytes) | max))"
}

@test "it backs off within one interval after all memory came into use" {
	late=$(steps "first(.[] | select(.t > $(figure all_at) and .why == \"backoff\")).t - $(figure all_at)")
	echo "# $late s after" >&3
	jq -ne "$late <= 2 * $TICK" >/dev/null || fail "it took $late s"
}

@test "what came back is left alone for a while, although the load is calm by then" {
	holds "map(select(.t > $(figure all_at) + 3 and .t < $(figure all_at) + 15)) | all(.[]; (.asked_bytes // 0) == 0)"
}
