#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A run may be killed at any moment. The worst case first: ramrig's processes
# are all killed at once (-9) while the second of four cells measures, so that
# nobody is left who could tidy up. QEMU survives that; the next run has to end
# it, run the torn cell again, and count it once. Then the milder ways, which
# leave nothing from the start.

load common

setup_file() {
	own_workplace
	start_apart first "$RAMRIG" --path "$OWN_PATH" run twins --pairs 2 --out "$OUT/killed"
	if ! wait_for 600 test -e killed/cells/0002 || ! wait_for 120 measuring; then
		kill "$pid"
		end_apart first
		fail "$(<first.err)" || return 1
	fi
	# shellcheck disable=SC2046
	kill -9 $(process_tree "$pid" | grep -vxF "$(own_guests)")
	end_apart first
	sha256sum killed/cells/0001/result.json >first.sum
	own_guests >survivors
	ls killed/cells/0002 >torn
	jq -r .outcome killed/cells/0002/started.json >torn.outcome
	ramrig_keep torn compare --json killed
	ramrig_keep doctor doctor --json
	ramrig_keep resume run --resume "$OUT/killed"
}

teardown_file() {
	own_workplace_remove
}

has_guest() {
	[ -n "$(own_guests)" ]
}

nothing_left() {
	[ -z "$(own_guests)" ] && [ -z "$(ls -A "$TMPDIR")" ]
}

@test "after kill -9 of everything, doctor shows what is left and how to remove it" {
	expect_equal "$(<first.code)" 137
	expect_json doctor.out '.checks[] | select(.id == "leftovers")
		| .status == "warn" and (.mend | contains("ramrig doctor --clean"))'
	expect_in "$(<doctor.out)" "$TMPDIR/ramrig-"
}

@test "the torn cell is written down as failed, and no comparison counts it" {
	run ! grep -q result.json torn
	expect_equal "$(<torn.outcome)" infra-error
	expect_json torn.out '.cells.ok == 1 and .cells["not-done"] == 3'
}

@test "--resume finishes the plan" {
	echo "# resuming three cells took $(<resume.seconds) s" >&3
	expect_code resume 0
	expect_equal "$(outcome killed | xargs)" "ok ok ok ok"
}

@test "--resume leaves the cell alone that was done" {
	sha256sum --check --quiet first.sum
}

@test "each cell counts once, and the torn one's remains are kept apart" {
	expect_json <(ramrig compare --json killed) \
		'.cells.ok == 4 and .cells["not-done"] == 0 and .comparisons[0].pairs == 2'
	[ -e killed/cells/0002.attempt-0/started.json ] || fail "$(ls killed/cells)"
}

@test "--resume has ended the guest that was left, and removed its folder" {
	while read -r guest; do
		[ ! -e "/proc/$guest" ] || fail "guest $guest still runs"
	done <survivors
	expect_nothing_left
}

@test "the kernel lies elsewhere in memory from boot to boot" {
	[ "$(jq .metrics.kernel_base.value killed/cells/????/result.json | sort -u | wc -l)" -ge 3 ]
}

@test "SIGINT from a terminal ends a run within 20 s, which says how to go on" {
	start_apart int "$RAMRIG" --path "$OWN_PATH" run twins --out "$OUT/stopped"
	wait_for 60 has_guest
	stop=$SECONDS
	kill -INT -- -"$pid"
	end_apart int
	[ $((SECONDS - stop)) -le 20 ] || fail "it took $((SECONDS - stop)) s"
	expect_code int 3
	expect_in "$(<int.err)" "ramrig run --resume $OUT/stopped"
	expect_nothing_left
}

@test "SIGTERM to the run alone ends it in the same way" {
	start_apart term "$RAMRIG" --path "$OWN_PATH" run --resume "$OUT/stopped"
	wait_for 60 measuring
	stop=$SECONDS
	kill -TERM "$pid"
	end_apart term
	[ $((SECONDS - stop)) -le 20 ] || fail "it took $((SECONDS - stop)) s"
	expect_code term 3
	expect_nothing_left
	expect_equal "$(ls stopped/cells/*/result.json 2>/dev/null)" ""
}

@test "after kill -9 of the run alone, its cell tidies up by itself" {
	start_apart alone "$RAMRIG" --path "$OWN_PATH" run --resume "$OUT/stopped"
	wait_for 60 has_guest
	kill -9 "$pid"
	end_apart alone
	pid=
	expect_code alone 137
	wait_for 20 nothing_left
}
