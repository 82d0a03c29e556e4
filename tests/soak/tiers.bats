#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The series in images/kernels/testbed-6.12-tiers/ as one that is sent to a mailing list
# has to be: each patch is clean, and the kernel builds and boots with the first of them, the
# first two, and so on, with the options on that there are by then. Then its own tests.

load ../boot/common

SERIES=$ROOT/images/kernels/testbed-6.12-tiers

setup_file() {
	own_workplace
	ramrig_keep base kernel build testbed-6.12
	ramrig_keep tiers kernel build testbed-6.12-tiers
}

teardown_file() {
	own_workplace_remove
}

# The kernel that has the first $1 patches.
step_write() { # COUNT
	local folder=$OUT/path/images/kernels/step-$1
	mkdir -p "$folder"
	local patches=("$SERIES"/*.patch)
	patches=("${patches[@]:0:$1}")
	cp "${patches[@]}" "$folder"
	sed -n 's/^+config //p' "$folder"/*.patch | while read -r option; do
		grep -x "CONFIG_$option=y" "$SERIES/tiers.config" || true
	done >"$folder/step.config"
	{
		printf 'kernel: step-%s\nsummary: a part of the series\nbase: testbed-6.12\n' "$1"
		printf 'fragments: [step.config]\nseries:\n'
		printf '  - %s\n' "${patches[@]##*/}"
	} >"$folder/kernel.yaml"
}

@test "the kernel's own checker finds nothing in any patch" {
	checkpatch=$(find "${XDG_CACHE_HOME:-$HOME/.cache}/ramrig/workshop" \
		-path '*/src/scripts/checkpatch.pl' | head -n 1)
	[ -n "$checkpatch" ] || fail "no workshop has scripts/checkpatch.pl"
	for patch in "$SERIES"/*.patch; do
		run perl "$checkpatch" --no-tree --quiet "$patch"
		[ "$status" = 0 ] && [ -z "$output" ] || fail "$patch:" "$output"
	done
}

# Where the kernel with the whole series was compiled.
obj_find() {
	grep -lx CONFIG_SWAP_BALANCER=y \
		"${XDG_CACHE_HOME:-$HOME/.cache}"/ramrig/workshop/*/obj-*/.config |
		xargs grep -Lx CONFIG_KASAN=y | head -n 1
}

# But for contexts: pte_offset_map() leaves RCU locked only where it succeeds, which sparse cannot
# follow in any file that walks page tables.
@test "sparse finds nothing in the files that it adds" {
	obj=$(dirname "$(obj_find)")
	[ -e "$obj/.config" ] || fail "no workshop has compiled it"
	readarray -t objects < <(sed -n '/^--- \/dev\/null/{n;s,^+++ b/\(.*\)\.c$,\1.o,p}' "$SERIES"/*.patch |
		grep -v kunit)
	[ "${#objects[@]}" -ge 3 ] || fail "${objects[@]}"
	run make -C "$obj/../src" O="$obj" C=2 CHECK="sparse -Wno-context" "${objects[@]}"
	[ "$status" = 0 ] || fail "$output"
	for object in "${objects[@]}"; do
		expect_in "$output" "/src/${object%.o}.c"
	done
	! grep -E 'warning:|error:' <<<"$output" || fail "$output"
}

@test "the kernel builds and boots at every step" {
	local all=("$SERIES"/*.patch)
	for ((n = 1; n <= ${#all[@]}; n++)); do
		step_write "$n"
		ramrig_keep "step-$n" --path "$OUT/path" run alone --kernel "step-$n" --out "$OUT/step-$n"
		expect_code "step-$n" 0
		expect_equal "$(outcome "step-$n")" ok
	done
}

@test "its own tests of what it decides pass, on a kernel with all checks on" {
	ramrig_keep debug run alone --kernel testbed-6.12-tiers-debug --out "$OUT/debug"
	expect_code debug 0
	expect_equal "$(outcome debug)" ok
	for suite in swap_balancer pageout_tiering; do
		grep -Eq "\] ok [0-9]+ $suite[[:space:]]*\$" debug/cells/0001/console.log ||
			fail "$suite:" "$(grep -E '(not )?ok [0-9]+ ' debug/cells/0001/console.log)"
	done
	! grep -q 'not ok' debug/cells/0001/console.log || fail "$(grep 'not ok' debug/cells/0001/console.log)"
}

@test "no guest, work folder or mount is left" {
	expect_nothing_left
}
