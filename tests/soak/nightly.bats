#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Seven short nights of ci/nightly with real boots. The kernel "tip" is the testbed's; from night 5 on
# it has the patch that looks around before each swap-in, some thousand instructions. The nights must
# find it, on night 5 at the earliest, ask a fresh A/B, which boots both kernels, and alarm once.

load ../boot/common

NIGHTS=7
PLANTED=5

# The kernel as it is that night.
tip() { # NIGHT
	local folder=$OUT/own/images/kernels/tip
	mkdir -p "$folder"
	printf '%s\n' 'kernel: tip' 'summary: what is tested each night' 'base: testbed-6.12' \
		>"$folder/kernel.yaml"
	[ "$1" -ge $PLANTED ] || return 0
	cp "$OWN_PATH"/patches/swap-in/0006-*.patch "$folder/"
	echo "series: [$(basename "$folder"/0006-*.patch)]" >>"$folder/kernel.yaml"
}

setup_file() {
	own_workplace
	for ((night = 1; night <= NIGHTS; night++)); do
		tip $night
		code=0
		start=$SECONDS
		"$ROOT/ci/nightly" --dir "$OUT/nights" --path "$OUT/own" --path "$OWN_PATH" \
			--experiment short-night --kernel tip --host here --keep 20 \
			>"$OUT/night-$night.out" 2>&1 </dev/null 3>&- || code=$?
		echo "$code" >"$OUT/night-$night.code"
		echo "# night $night: exit $code after $((SECONDS - start)) s" >&3
	done
	ramrig history check --db nights/history.sqlite --nights $NIGHTS --json >check.json || true
	ramrig history show --db nights/history.sqlite >show.txt
}

teardown_file() {
	own_workplace_remove
}

@test "the nights before it are quiet" {
	for ((night = 1; night < PLANTED; night++)); do
		expect_code "night-$night" 0
	done
}

@test "one night after it alarms, and no other" {
	alarms=0
	for ((night = PLANTED; night <= NIGHTS; night++)); do
		[ "$(<night-$night.code)" -eq 0 ] || alarms=$((alarms + 1))
		[ "$(<night-$night.code)" -le 1 ] || fail "night $night" "$(tail "night-$night.out")"
	done
	expect_equal "$alarms" 1
}

@test "the change is on night 5, and a fresh A/B of both kernels confirmed it" {
	sed 's/^/# /' show.txt >&3
	expect_json check.json '.changes | map(select(.metric == "accesses_per_s")) | length == 1 and
		(.[0] | .night == 5 and .before_night == 4 and .status == "alarm" and
		.confirmation.pairs >= 8 and .confirmation.change < -0.01)'
	result=$(jq -r '.changes[] | select(.status == "alarm") | .confirmation.result' check.json)
	expect_json "$result/plan.json" '(.kernels.before.hash != .kernels.newest.hash) and
		(.metrics | length == 1)'
}

@test "JUnit of the night that alarmed has the failure" {
	failures=$(grep -l '<failure' nights/*/history.junit.xml)
	expect_equal "$(wc -l <<<"$failures")" 1
	expect_in "$(<"$failures")" "accesses_per_s of coldheap on zram"
}

@test "no guest, work folder or mount is left" {
	expect_nothing_left
}
