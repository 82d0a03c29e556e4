#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What `make install` lays down works without the tree it was built in.

load common

setup_file() {
	export STAGE=$BATS_FILE_TMPDIR/stage
	# The flags of the make that runs this test are kept, else it would build anew.
	make -C "$BATS_TEST_DIRNAME/../.." install DESTDIR="$STAGE" PREFIX=/usr >&2
}

@test "make install lays down programs, agent, man page, completion and data" {
	for file in bin/ramrig libexec/ramrig/ramrig-agent libexec/ramrig/probes/memory \
		share/man/man1/ramrig.1 share/bash-completion/completions/ramrig \
		share/ramrig/experiments/quickstart.yaml share/ramrig/topologies/dram.yaml \
		share/ramrig/policies/ksm.yaml share/ramrig/reports/claims/ksm-load.yaml \
		share/ramrig/workloads/nginx/workload.yaml \
		share/ramrig/workloads/lib/wrk.lua \
		share/ramrig/workloads/coldheap/coldheap \
		share/ramrig/images/kernels/debian-6.12/kernel.yaml \
		share/ramrig/images/rootfs/default/image.yaml; do
		[ -s "$STAGE/usr/$file" ] || fail "missing: $file"
	done
}

@test "programs may be executed, everything may be read, nothing is writable by others" {
	[ -x "$STAGE/usr/bin/ramrig" ]
	[ -x "$STAGE/usr/libexec/ramrig/ramrig-agent" ]
	[ -x "$STAGE/usr/libexec/ramrig/probes/memory" ]
	[ -x "$STAGE/usr/share/ramrig/workloads/coldheap/coldheap" ]
	[ -z "$(find "$STAGE" ! -perm -444)" ] || fail "$(find "$STAGE" ! -perm -444)"
	[ -z "$(find "$STAGE" ! -type l -perm /022)" ] || fail "$(find "$STAGE" -perm /022)"
}

@test "the installed program finds its own data and its agent" {
	unset RAMRIG_DATA
	run_apart "$STAGE/usr/bin/ramrig" complete experiment
	expect_status 0
	expect_in "$output" quickstart
	run_apart "$STAGE/usr/bin/ramrig" doctor --json
	expect_in "$(jq -r '.checks[] | select(.id == "agent") | .finding' <<<"$output")" "$STAGE/usr/"
}

@test "what runs in the guest needs no library" {
	for program in libexec/ramrig/ramrig-agent libexec/ramrig/probes/memory \
		share/ramrig/workloads/coldheap/coldheap; do
		run_apart ldd "$STAGE/usr/$program"
		expect_in "$output$errors" "not a dynamic executable"
	done
}
