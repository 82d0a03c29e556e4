#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# kill -9 of all of ramrig's processes at ten moments drawn at random, each time
# followed by --resume, which is killed in turn. Whatever the moment, the last
# --resume finishes the plan with every cell counted once, and nothing is left.
# RAMRIG_SOAK_SEED=N draws the same moments again.

load ../boot/common

KILLS=10

setup_file() {
	own_workplace
	RANDOM=${RAMRIG_SOAK_SEED:=$(date +%s)}
	echo "$RAMRIG_SOAK_SEED" >seed
	start_apart run "$RAMRIG" --path "$OWN_PATH" run twins --pairs 6 --out "$OUT/soaked"
	wait_for 600 test -e soaked/plan.json
	for ((i = 1; i <= KILLS; i++)); do
		sleep $((RANDOM % 12)).$((RANDOM % 10))
		kill_all_but_guests
		ramrig compare --json soaked >"compare-$i.json" || true
		start_apart run "$RAMRIG" --path "$OWN_PATH" run --resume "$OUT/soaked"
	done
	end_apart run
	pid=
}

teardown_file() {
	own_workplace_remove
}

kill_all_but_guests() {
	local guests
	guests=$(own_guests)
	# shellcheck disable=SC2046
	kill -9 $(process_tree "$pid" | grep -vxF "${guests:-none}") 2>/dev/null || true
	wait "$pid" || true
}

@test "the plan is finished, every cell is ok and counted once" {
	echo "# seed $(<seed)" >&3
	expect_code run 0
	expect_equal "$(outcome soaked | sort | uniq -c | xargs)" "12 ok"
	expect_json <(ramrig compare --json soaked) '.comparisons[0].pairs == 6'
}

@test "cells that were done never become fewer" {
	jq -s -e '[.[].cells.ok] | . == sort' $(seq -f 'compare-%g.json' $KILLS) >/dev/null ||
		fail "$(jq -c .cells.ok compare-*.json | xargs)"
}

@test "nothing is left, not even of the first of the dead runs" {
	expect_nothing_left
}
