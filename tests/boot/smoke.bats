#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# One pair of the quickstart in small, as a user would run it: it proves that
# the whole way works, from an experiment to a comparison, and that what it
# leaves is a complete result and nothing else. The run is made once; while its
# first guest runs, QEMU's process is looked at.

load common

setup_file() {
	own_workplace
	ramrig_keep run run smoke --out "$OUT/smoke" &
	local run=$!
	if wait_for 600 running; then
		look_at_qemu "$(own_guests | head -n 1)"
	fi
	wait $run
}

teardown_file() {
	own_workplace_remove
}

running() {
	[ -n "$(own_guests)" ] || [ -e "$OUT/run.code" ]
}

look_at_qemu() { # PID
	tr '\0' '\n' <"/proc/$1/cmdline" >"$OUT/qemu.cmdline"
	sed -n 's/^Uid:\t\([0-9]*\)\t.*/\1/p' "/proc/$1/status" >"$OUT/qemu.uid"
	sed -n 's/^CapEff:\t//p' "/proc/$1/status" >"$OUT/qemu.capabilities"
	sed -n 's/^Seccomp:\t//p' "/proc/$1/status" >"$OUT/qemu.seccomp"
}

@test "a run exits with 0 and both its cells are ok" {
	echo "# a pair took $(<run.seconds) s" >&3
	expect_code run 0
	expect_equal "$(outcome smoke | sort | uniq -c | xargs)" "2 ok"
}

@test "elsewhere than on a terminal, progress is a plain line a cell" {
	expect_equal "$(grep -Ec '^cell [12] of 2  pair 1  (na|ksm) +ok +[0-9.]+ s$' run.err)" 2
	run ! grep -q $'\033' run.err
	run ! grep -q $'\033' run.out
}

@test "the comparison says where the result lies and that the proof held" {
	expect_in "$(<run.out)" "result: $OUT/smoke"
	expect_in "$(<run.out)" "proof ok"
}

@test "the console is there from the kernel's first line on" {
	for log in smoke/cells/*/console.log; do
		expect_in "$(head -n 1 "$log")" "Linux version 6.12"
	done
}

@test "the domain is what libvirt's own schema allows" {
	command -v virt-xml-validate >/dev/null || skip "no virt-xml-validate (libvirt-clients)"
	for xml in smoke/cells/*/domain.xml; do
		virt-xml-validate "$xml" domain || fail "$xml"
	done
}

@test "every sample has a value, or null, for every column, and time goes on" {
	for samples in smoke/cells/*/samples.jsonl; do
		jq -s -e '(.[0].columns | length) as $n | $n > 50 and length > 5
			and ([.[1:][] | .v | length == $n] | all)
			and ([.[1:][] | .t_ns] | . == (. | unique))' "$samples" >/dev/null ||
			fail "$samples"
	done
}

@test "every row of conformance is ok, and there are some" {
	for result in smoke/cells/*/result.json; do
		expect_json "$result" '(.conformance | length) >= 3 and all(.conformance[]; .ok)'
	done
}

@test "KSM's proof has its checks, and without a policy there is none" {
	expect_json <(jq 'select(.arm == "ksm")' smoke/cells/*/result.json) \
		'.proof.status == "ok" and (.proof.checks | length) == 2'
	expect_json <(jq 'select(.arm == "na")' smoke/cells/*/result.json) '.proof.status == "none"'
}

@test "a figure has value, unit and kind, and all that nginx promises are there" {
	for result in smoke/cells/*/result.json; do
		expect_json "$result" '(.metrics | keys) as $k
			| (["rps", "p50", "p90", "p99", "p999", "max", "errors", "mem_used"] - $k) == []
			and all(.metrics[]; (.value | type) == "number" and (.unit | length) > 0
				and (.kind | IN("measured", "derived")))
			and .metrics.rps.value > 0 and .metrics.errors.value == 0'
	done
}

@test "a result says which kernel, which QEMU and which libvirt it was" {
	for result in smoke/cells/*/result.json; do
		expect_json "$result" '(.release | startswith("6.12"))
			and ([.versions.ramrig, .versions.qemu, .versions.libvirt] | map(length > 0) | all)
			and (.fidelity.accelerator | IN("tcg", "kvm")) and .fidelity.cpus == 2'
	done
}

@test "the index has both cells, and is what the folders say" {
	command -v sqlite3 >/dev/null || skip "no sqlite3 (Debian package sqlite3)"
	expect_equal "$(sqlite3 smoke/index.sqlite \
		"select group_concat(arm || ' ' || outcome) from (select * from cell order by arm)")" \
		"ksm ok,na ok"
	expect_equal "$(sqlite3 smoke/index.sqlite "select count(*) from metric where name = 'rps'")" 2
}

@test "compare --json gives the keys that scripts are built on, and the same again" {
	ramrig compare --json smoke >comparison.json
	expect_json comparison.json '.schema == 1 and .experiment == "smoke"
		and (.comparisons | length) == 2 and .cells.ok == 2
		and (["crashed", "hung", "workload-failed", "nonconforming", "infra-error"]
			- (.cells | keys)) == []'
	expect_json comparison.json 'all(.comparisons[]; (["workload", "topology", "base_kernel",
		"arm_kernel", "base", "arm", "metric", "unit", "better", "scale", "pairs",
		"base_median", "arm_median", "change", "ci", "p", "p_adjusted", "family", "margin",
		"mde", "verdict", "proof", "fidelity"] - keys) == []
		and .proof == "ok" and (.fidelity.nodes | keys) == ["0"])'
	expect_equal "$(ramrig compare --json smoke | sha256sum)" "$(sha256sum <comparison.json)"
}

@test "QEMU does not run as root, has no capabilities, and its sandbox is on" {
	[ -s qemu.cmdline ] || fail "no QEMU was seen during the run"
	[ "$(<qemu.uid)" -ne 0 ] || fail "QEMU runs as root"
	expect_equal "$(<qemu.capabilities)" 0000000000000000
	expect_equal "$(<qemu.seccomp)" 2
	expect_in "$(grep -A 1 '^-sandbox$' qemu.cmdline | tail -n 1)" "on,"
}

@test "the guest has no network device" {
	for xml in smoke/cells/*/domain.xml; do
		run ! grep -q '<interface' "$xml"
	done
	run ! grep -Eq '(virtio-net|e1000|rtl8139|netdev)' qemu.cmdline
}

@test "no guest, work folder or mount is left" {
	expect_nothing_left
}
