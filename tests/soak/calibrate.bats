#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The goals of the virtual clock, measured: nginx A against A on both clocks, 12 pairs
# each, and a kernel whose path through a swap-in is longer (the planted patch of
# tests/boot/path/patches/swap-in, made shorter) by 1 % of an access told from its base in 8
# pairs. 64 boots, about a quarter of an hour on two quiet cores.

load ../boot/common

PLANTED=$OWN_PATH/patches/swap-in/0006-mm-memory-look-around-before-each-swap-in.patch

setup_file() {
	own_workplace
	# A book of this file's own, beside the caller's images and kernels.
	export BOOK=$OUT/cache
	mkdir -p "$BOOK/ramrig"
	local real=${XDG_CACHE_HOME:-$HOME/.cache}/ramrig entry
	mkdir -p "$real"
	for entry in "$real"/*; do
		[ "${entry##*/}" = calibration.json ] || ln -s "$entry" "$BOOK/ramrig/"
	done
	XDG_CACHE_HOME=$BOOK ramrig_keep virtual calibrate noise --workload nginx --jobs 2 \
		--out "$OUT/virtual"
	XDG_CACHE_HOME=$BOOK ramrig_keep host calibrate noise --workload nginx --clock host \
		--out "$OUT/host"
}

teardown_file() {
	own_workplace_remove
}

known() { # CLOCK: what is kept of nginx's RPS
	jq --arg clock "$1" '[.[] | select(.workload == "nginx" and .clock == $clock)][0].metrics.rps' \
		"$BOOK/ramrig/calibration.json"
}

@test "on the virtual clock nginx's RPS has a CV of at most 0.2 % over fresh boots, in one mode" {
	expect_code virtual 0
	expect_code host 0
	known virtual >rps.json
	printf '# CV of RPS: %s on the virtual clock, %s on the host\n' "$(jq .cv rps.json)" \
		"$(known host | jq .cv)" >&3
	expect_json rps.json '.boots == 24 and .cv <= 0.002 and (.bimodal | not)'
}

@test "at most 5 of 40 comparisons redrawn alarm, and none is called at a margin of 0.5 %" {
	known virtual >rps.json
	printf '# %s\n' "$(jq -c .redrawn rps.json)" >&3
	expect_json rps.json '.redrawn | .comparisons == 40 and .margin == 0.005 and .alarms <= 5 and .called == 0'
}

@test "the virtual clock is valid for nginx's RPS, and show says so" {
	known virtual >rps.json
	expect_json rps.json .valid
	XDG_CACHE_HOME=$BOOK ramrig_keep shown calibrate show
	expect_code shown 0
	grep -A 20 'nginx on dram.*virtual clock' shown.out | grep -q 'valid here for [^;]*rps'
}

@test "a run says beforehand how many pairs its margins take" {
	XDG_CACHE_HOME=$BOOK ramrig_keep planned run try-nginx --kernel debian-6.12 --dry-run
	expect_code planned 0
	grep -Eq '^Noise: rps of nginx on dram: CV [0-9.]+ % over 24 boots .* takes [0-9]+ pairs\.$' \
		planned.out
}

@test "a planted change of 1 % in path length is called a regression in 8 pairs" {
	sed 's/i < 1000/i < 400/' "$PLANTED" >planted.patch
	mkdir -p own/experiments
	sed -e 's/^experiment: .*/experiment: small-change/' \
		-e '/accesses_per_s/s/margin: 1%/margin: 0.5%/' "$ROOT/experiments/try-coldheap.yaml" \
		>own/experiments/small-change.yaml
	ramrig_keep planted --path own try --experiment small-change --jobs 2 --out "$OUT/planted" planted.patch
	expect_code planted 1
	jq '.comparisons[0].comparison.comparisons[] | select(.metric == "accesses_per_s")' \
		planted/try.json >accesses.json
	printf '# accesses_per_s: %s, %s pairs\n' "$(jq .change accesses.json)" "$(jq .pairs accesses.json)" >&3
	expect_json accesses.json '.verdict == "regression" and .pairs == 8 and
		.change < -0.005 and .change > -0.015'
}

@test "no guest, work folder or mount is left" {
	expect_nothing_left
}
