#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A cell may end in many ways, and each must be told for what it is: the arms of
# one experiment break their guest on purpose, one way each (the probe, in
# path/workloads/probe, does what the arm's policy wrote into the host name).
# All cells are run in one go, which also shows that one broken guest does not
# keep the next from running.

load common

setup_file() {
	own_workplace
	ramrig_keep run run outcomes --out "$OUT/outcomes"
}

teardown_file() {
	own_workplace_remove
}

@test "every cell was run once, but where QEMU was at fault, and what was well is ok" {
	echo "# nine cells took $(<run.seconds) s" >&3
	expect_equal "$(ls outcomes/cells | grep -v attempt)" "$(printf '%04d\n' 1 2 3 4 5 6 7 8 9)"
	# Again only for the fault of QEMU's that docs/cells.md tells of; any other one is shown.
	local again
	for again in outcomes/cells/*.attempt-*; do
		[ ! -e "$again" ] ||
			expect_in "$(jq -r .reason "$again/result.json")" "QEMU ran a breakpoint that the kernel"
	done
	expect_equal "$(outcome outcomes calm)" ok
}

@test "a kernel that panics is crashed, with the panic's own line as the reason" {
	expect_end outcomes panic crashed kernel "Kernel panic - not syncing: sysrq triggered crash"
}

@test "a guest whose process 1 dies is crashed" {
	expect_end outcomes agent-dies crashed kernel "Attempted to kill init"
}

@test "a guest that powers itself off while it measures is crashed" {
	expect_end outcomes power-off crashed kernel "shut down by itself"
}

@test "a measuring program that fails is workload-failed, with what it last printed" {
	expect_end outcomes fail workload-failed workload "exit code 5"
	expect_in "$(reason outcomes fail)" "the probe gives up"
}

@test "a measuring program that does not end is workload-failed at its timeout" {
	expect_end outcomes too-long workload-failed workload "did not end within 8 s"
}

@test "a server that dies is the reason that is given, not the load that then fails" {
	expect_end outcomes server-dies workload-failed workload "server ended by itself"
	expect_in "$(reason outcomes server-dies)" "the server gives up"
}

@test "a workload whose own check fails is workload-failed" {
	expect_end outcomes not-served workload-failed workload "the probe had no errors"
}

@test "a kernel without what a policy needs is nonconforming, whichever kernel it is" {
	expect_end outcomes needs-more nonconforming kernel "/sys/kernel/mm/no-such-feature"
}

@test "each reason is one line that starts with the phase" {
	for arm in panic agent-dies power-off fail too-long server-dies not-served needs-more; do
		expect_equal "$(reason outcomes $arm | wc -l)" 1
		[[ $(reason outcomes $arm) =~ ^(policies|measure):\ [a-z] ]] || fail "$(reason outcomes $arm)"
	done
}

@test "a kernel's failure decides the exit code, whatever else went wrong" {
	expect_code run 4
}

@test "without the kernel's failures, those of the workload do" {
	cp -r outcomes others
	for n in $(jq -r 'select(.charged_to == "kernel") | .n' others/cells/????/result.json); do
		rm -r "others/cells/$(printf %04d "$n")"
	done
	ramrig_keep others compare others
	expect_code others 1
}

@test "a console and the talk with the agent are kept of guests that died, too" {
	n=$(jq -r 'select(.arm == "panic") | .n' outcomes/cells/????/result.json)
	dir=outcomes/cells/$(printf %04d "$n")
	grep -q 'sysrq triggered crash' "$dir/console.log" || fail "not on the console"
	grep -q job-start "$dir/agent.jsonl" || fail "not in agent.jsonl"
}

@test "a crash is a report with its function, its stack and its lines, shown once by compare" {
	report=$(jq -c 'select(.arm == "panic") | .reports[0]' outcomes/cells/????/result.json)
	expect_in "$(jq -r .function <<<"$report")" "sysrq_handle_crash+0x"
	expect_equal "$(jq -r '.kind, .fatal, .stack[1]' <<<"$report" | paste -sd ' ')" \
		"panic true __handle_sysrq"
	hash=$(jq -r .hash <<<"$report")
	expect_in "$(reason outcomes panic)" "(report $hash, console line "
	"$RAMRIG" compare outcomes > compared || true
	expect_equal "$(grep -c '^    \[.*Kernel panic - not syncing: sysrq triggered crash' compared)" 1
	expect_in "$(paste -sd ' ' compared | tr -s ' ')" "its kernel died of it (report $hash: cell "
}

@test "a guest that is well says that its kernel is not tainted" {
	expect_equal "$(jq -c 'select(.arm == "calm") | [.taint.number, .reports]' \
		outcomes/cells/????/result.json)" "[0,[]]"
}

@test "no guest, work folder or mount is left" {
	expect_nothing_left
}
