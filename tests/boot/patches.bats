#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What try says of patches, with real builds and real boots: one that makes every
# swap-in slower (path/patches/swap-in/0006), on the smallest experiment that a
# verdict can rest on, and one whose kernel panics. The base is built first where the
# cache lacks it: minutes.

load common

setup_file() {
	own_workplace
	ramrig_keep base kernel build testbed-6.12-tiers
	# Thirty times as slow as the soak test has it: six pairs of so small a cell must tell.
	sed 's/i < 1000;/i < 30000;/' "$OWN_PATH"/patches/swap-in/0006-*.patch >"$OUT/0006-slow-swap-in.patch"
	ramrig_keep slow try "$OUT/0006-slow-swap-in.patch" --base testbed-6.12-tiers --topology dram \
		--experiment swap-in --jobs 2 --out "$OUT/slow"
	ramrig_keep panics try "$OWN_PATH"/images/kernels/testbed-6.12-panics/*.patch \
		--base testbed-6.12-tiers --topology dram --out "$OUT/panics"
}

teardown_file() {
	own_workplace_remove
}

@test "testbed-6.12-tiers is built from source, or was" {
	echo "# building it took $(<base.seconds) s" >&3
	expect_code base 0
	expect_in "$(<base.out)" "testbed-6.12-tiers is 6.12."
}

@test "a patch that slows every swap-in down is a regression, with its proof" {
	echo "# build, smoke and twelve cells took $(<slow.seconds) s" >&3
	expect_code slow 1
	expect_in "$(<slow.out)" "Verdict: regression"
	expect_in "$(<slow.out)" "coldheap on zram, accesses_per_s: regression -"
	expect_json slow/try.json '.comparisons[0].comparison.comparisons[0]
		| .proof == "ok" and .change < -0.2 and .pairs == 6'
	expect_json slow/try.json '[.smoke[] | .topology + " " + .outcome] == ["dram ok"]'
}

@test "its result is one like any other, with the kernels' names" {
	ramrig_keep compared compare "$OUT/slow/swap-in"
	expect_code compared 1
	expect_in "$(<compared.out)" "testbed-6.12-tiers -> testbed-6.12-tiers+slow-swap-in"
}

@test "a patch whose kernel panics is crashed, with the panic's lines, and is not compared" {
	echo "# build and two boots took $(<panics.seconds) s" >&3
	expect_code panics 4
	expect_in "$(<panics.out)" "Verdict: crashed"
	expect_in "$(<panics.out)" "smoke on dram: crashed: boot: "
	grep -q '^    \[.*Kernel panic - not syncing: memory_tier_init() failed' panics.out ||
		fail "$(<panics.out)"
	expect_json panics/try.json '.smoke[0].base.outcome == "ok" and .comparisons == []'
}

@test "no guest, work folder or mount is left" {
	expect_nothing_left
}
