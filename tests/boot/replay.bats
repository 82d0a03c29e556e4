#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A cell that was run here, bundled with its image, moved, and replayed where there is no cache: it
# boots from nothing but the bundle, and its guest is the same to the byte in all that ramrig makes
# of it. The cell and its replay are booted once each.

load common

setup_file() {
	own_workplace
	ELSEWHERE=$(mktemp -d /var/tmp/rig-else-XXXXXX)
	export ELSEWHERE
	chmod 755 "$ELSEWHERE"
	ramrig_keep run run alone --out "$OUT/first"
	ramrig_keep bundle bundle first --with-image -o "$OUT/first.bundle"
	mv "$OUT/first.bundle" "$ELSEWHERE/moved"
	elsewhere replay replay "$ELSEWHERE/moved" 1 --out "$OUT/second"
	elsewhere json replay "$ELSEWHERE/moved" 1 --dry-run --json
	elsewhere again replay second 1 --dry-run
}

# On a machine that has nothing of what was made before.
elsewhere() { # NAME ARGUMENT...
	XDG_CACHE_HOME=$ELSEWHERE/cache ramrig_keep "$@"
}

teardown_file() {
	own_workplace_remove
	rm -rf "$ELSEWHERE"
}

result() { # NAME FILTER
	jq -r "$2" "$1/cells/0001/result.json"
}

@test "a bundle with its image is made of a cell that ran" {
	expect_code run 0
	expect_code bundle 0
	echo "# bundled in $(<bundle.seconds) s: $(stat -c %s "$ELSEWHERE/moved") bytes" >&3
	ramrig_keep show bundle show "$ELSEWHERE/moved"
	expect_in "$(<show.out)" "in the bundle"
}

@test "it is replayed where there is neither kernel nor image in the cache" {
	echo "# the replay took $(<replay.seconds) s, of which the boot is the cell's" >&3
	expect_code replay 0
	expect_equal "$(result second .outcome)" ok
	expect_equal "$(find "$ELSEWHERE/cache/ramrig" -mindepth 1 -maxdepth 1 -name '[ik]*')" ""
}

@test "all that must be equal is, and the table says so" {
	expect_code json 0
	expect_json json.out '[.checks[] | .verdict] | unique | . == ["equal"] or . == ["equal", "told"]'
	expect_json json.out '[.checks[] | .what] | index("image-bytes") and index("domain")'
	expect_in "$(<replay.out)" "This is one boot against one boot: no verdict."
}

@test "the guest had the same initramfs, seed and command line" {
	expect_equal "$(result second .initramfs)" "$(result first .initramfs)"
	expect_equal "$(result second .seed)" "$(result first .seed)"
	run ! grep -q "command line differs" replay.out
	expect_json second/cells/0001/argv.json 'index("-machine") and length > 20'
}

@test "the new result says what it replays, and asks for no verdict" {
	expect_json second/plan.json '.replay.experiment == "alone" and .replay.cell == 1
		and (.replay.bundle | length) == 64 and .replay.differs == [] and .diagnostic'
	ramrig figures second >/dev/null
}

@test "it tells what the cell did then and now" {
	expect_in "$(<replay.out)" "then  ok"
	expect_in "$(<replay.out)" "now   ok"
	grep -Eq '^errors +0 count +0 count +' replay.out || fail "no errors in: $(<replay.out)"
}

@test "a replay can be replayed from its folder" {
	expect_code again 0
	run ! grep -q refused again.out
}

@test "no guest, work folder or mount is left" {
	expect_nothing_left
}
