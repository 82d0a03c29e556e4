#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# ci/setup against a make-believe apt: the PATH holds only what is put there.
# Installed packages are the lines of $state; what was called is in $calls.

load common

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	bin=$BATS_TEST_TMPDIR/bin state=$BATS_TEST_TMPDIR/installed calls=$BATS_TEST_TMPDIR/calls
	list=$BATS_TEST_TMPDIR/packages
	mkdir bin
	: >"$state"
	: >"$calls"
	for tool in bash sh sed dirname env grep true; do
		ln -s "$(type -P "$tool")" "bin/$tool"
	done
	printf '%s\n' '# why' alpha '' 'beta	# and why' >"$list"

	fake id "echo ${FAKE_UID:-0}"
	fake dpkg-query 'rc=0; for p; do case $p in -*|*\$*) continue;; esac
		if grep -qx "$p" '"$state"'; then echo "$p:amd64 installed"; else rc=1; fi; done; exit $rc'
	fake apt-get 'echo "$*" >>'"$calls"'
		case $1 in
		update) [ ! -e offline ] || { read -r left <offline; [ "$left" -gt 0 ] || exit 0
			echo $((left - 1)) >offline; exit 100; } ;;
		install) for p; do case $p in install|-*) ;; *) echo "$p" >>'"$state"';; esac; done ;;
		esac'
}

# fake NAME SCRIPT: a program of the make-believe host.
fake() {
	printf '#!/bin/sh\n%s\n' "$2" >"bin/$1"
	chmod +x "bin/$1"
}

setup_run() {
	PATH=$bin run_apart "$bin/bash" "$ROOT/ci/setup" "$list"
}

@test "the second run of ci/setup does nothing and says nothing" {
	setup_run
	expect_status 0
	[ "$(grep -c . "$calls")" = 2 ] || fail "calls: $(<"$calls")"
	grep -qx 'install --yes --no-install-recommends alpha beta' "$calls" || fail "$(<"$calls")"
	: >"$calls"
	setup_run
	expect_status 0
	[ -z "$output$errors" ] || fail "it spoke"
	[ ! -s "$calls" ] || fail "it called apt-get: $(<"$calls")"
}

@test "only what is missing is installed" {
	echo alpha >"$state"
	setup_run
	expect_status 0
	grep -qx 'install --yes --no-install-recommends beta' "$calls" || fail "$(<"$calls")"
}

@test "the package lists are fetched again when the first attempt fails" {
	echo 1 >offline
	setup_run
	expect_status 0
	[ "$(grep -c '^update' "$calls")" = 2 ]
}

@test "without a network ci/setup exits with 3 and installs nothing" {
	echo 9 >offline
	setup_run
	expect_status 3
	expect_in "$errors" "package lists cannot be fetched"
	[ ! -s "$state" ]
}

@test "without root and sudo it exits with 3 and says what to run" {
	fake id 'echo 1000'
	setup_run
	expect_status 3
	expect_in "$errors" "apt-get update && apt-get install --yes --no-install-recommends alpha beta"
	[ ! -s "$calls" ]
}

@test "without root it asks sudo, and never for a password where nobody watches" {
	fake id 'echo 1000'
	fake sudo 'echo "sudo $*" >>'"$calls"'; [ "$1" != -n ] || shift; exec "$@"'
	setup_run </dev/null
	expect_status 0
	grep -q '^sudo -n env DEBIAN_FRONTEND=noninteractive apt-get install' "$calls" ||
		fail "$(<"$calls")"
}

@test "the real list names each package once, and all of them are installed by now" {
	[ -z "$(sed -e 's/#.*//' -e '/^ *$/d' "$ROOT/ci/packages" | sort | uniq -d)" ]
	run_apart "$ROOT/ci/setup"
	expect_status 0
	[ -z "$output" ]
}

@test "the shell scripts of ci are good shell" {
	shellcheck "$ROOT/ci/setup" "$ROOT/ci/npm" "$ROOT/.ci/run" "$ROOT/reports/assemble"
}
