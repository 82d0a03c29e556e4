#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Every topology file on every stock kernel. `make check` boots one of them for
# its own sake and others in passing; this is the whole list, and what the older
# kernel is known not to be able to do.

load ../boot/common

# 6.1 knows no tiers by HMAT, so what hangs from them differs; and whoever is
# charged for it must be the kernel.
LACKS_TIERS="full tier-hmat"

setup_file() {
	own_workplace
	# By name: --all would take the tests' own files, too.
	local stock=()
	mapfile -t stock < <(basename -s .yaml "$ROOT"/topologies/*.yaml)
	ramrig_keep new topology check "${stock[@]}" --json
	ramrig_keep old topology check "${stock[@]}" --kernel debian-6.1 --json
}

teardown_file() {
	own_workplace_remove
}

# The topologies of a check that ended so.
topologies_with() { # CHECK OUTCOME
	jq -r "[.[] | select(.outcome == \"$2\").topology] | sort | join(\" \")" "$OUT/$1.out"
}

@test "every topology conforms on debian-6.12" {
	echo "# $(jq length "$OUT/new.out") guests took $(<new.seconds) s" >&3
	expect_code new 0
	expect_equal "$(jq length "$OUT/new.out")" "$(ls "$ROOT"/topologies/*.yaml | wc -l)"
	expect_equal "$(topologies_with new nonconforming)" ""
}

@test "on debian-6.1 all but those of HMAT tiers conform, and the kernel is charged" {
	echo "# $(jq length "$OUT/old.out") guests took $(<old.seconds) s" >&3
	expect_code old 4
	expect_equal "$(topologies_with old nonconforming)" "$LACKS_TIERS"
	expect_json "$OUT/old.out" '[.[] | select(.outcome != "ok")] | all(.charged_to == "kernel")'
	expect_json "$OUT/old.out" '[.[] | select(.outcome != "ok").conformance[] | select(.ok | not).what]
		| unique == ["demotion target of node 0", "memory tiers"]'
}

@test "nothing is left behind" {
	expect_nothing_left
}
