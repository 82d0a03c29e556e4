#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The storm against the kernel series of our own: it must come through, on the kernel that is
# measured and, for STORM_SECONDS of the guest's time, on the one with all checks on; and the
# storm must find each of four faults that were planted in it, by the detector that is for it.

load ../boot/common

STORM_SECONDS=${STORM_SECONDS:-3600}

setup_file() {
	own_workplace
}

teardown_file() {
	own_workplace_remove
}

storm() { # NAME KERNEL
	ramrig_keep "$1" run storm-moving --kernel "$2" --out "$OUT/$1"
	echo "# $2: $(<"$1.seconds") s, $(jq -c '.metrics | {moved, raced, failed, corrupt, pages_verified,
		absent} | map_values(.value)' "$1/cells/0001/result.json")" >&3
}

# The fault must be found, and in these words.
expect_found() { # PLANT PART-OF-REASON
	storm "$1" "storm-$1"
	expect_code "$1" 1
	expect_equal "$(outcome "$1")" workload-failed
	expect_in "$(reason "$1" balancer)" "$2"
}

@test "every page is kept while pages move between devices" {
	storm moving testbed-6.12-tiers
	expect_code moving 0
	expect_equal "$(outcome moving)" ok
	expect_json moving/cells/0001/result.json '.metrics.moved.value > 1000 and .reports == []'
}

@test "a slot taken for what it was when it was copied is a page with old contents" {
	expect_found recheck "every page holds what was written to it"
}

@test "a charge that stays behind is a page in swap that nobody is charged for" {
	expect_found charge "every page in swap is charged for"
}

@test "a shadow that stays behind is a page that the kernel does not know when it comes back" {
	expect_found shadow "the kernel knows of moved pages when they went"
}

@test "a write protection that is forgotten is a fault that nobody is told of" {
	expect_found wp "no write protection is lost"
}

@test "an hour of it on a kernel with all checks on, whose devices fail and whose threads freeze" {
	mkdir -p "$OUT/path/experiments"
	sed "s/duration: 60s/duration: ${STORM_SECONDS}s/; s/storm-moving/storm-long/" \
		"$OWN_PATH/experiments/storm-moving.yaml" >"$OUT/path/experiments/storm-long.yaml"
	ramrig_keep long --path "$OUT/path" run storm-long --kernel testbed-6.12-tiers-debug --out "$OUT/long"
	expect_code long 0
	expect_equal "$(outcome long)" ok
	expect_json long/cells/0001/result.json '.reports == [] and (.metrics | map_values(.value)
		| .moved > 1000 and .failed > 0 and .injections > 0 and .suspends > 0)'
}

@test "no guest, work folder or mount is left" {
	expect_nothing_left
}
