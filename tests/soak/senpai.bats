#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# senpai beside a load whose memory in use doubles, and halves again: it takes what is not in
# use, lets go of it once it is, and comes back when half is enough again. When
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

# What comes back from swap is no pressure where it was cold as it went (the kernel's workingset):
# pressure rises as the next probe meets pages that are in use.
@test "a step that sees more stall than the target backs off, and asks for nothing" {
	holds "all(.[] | select((.growth_us // 0) > 10000); .why == \"backoff\" and (.asked_bytes // 0) == 0)"
	late=$(steps "first(.[] | select(.t > $(figure all_at) and .why == \"backoff\")).t - $(figure all_at)")
	echo "# backed off $late s after all memory came into use" >&3
	jq -ne "$late <= 4 * $TICK" >/dev/null || fail "it took $late s"
}

@test "memory is back at once where it is in use, and stays" {
	holds "map(select(.t > $(figure all_at) + 3 and .t < $(figure again_at)) | .current_bytes)
		| min > 0.95 * max and min > 128 * 1048576"
}

@test "once half is in use again the other half goes again" {
	holds "last.current_bytes < 0.7 * (map(.current_bytes) | max)"
}
