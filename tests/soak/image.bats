#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# An ordinary user with an empty cache: without a range in /etc/subuid the image
# is built under fakechroot, with one in a user namespace, and in both cases guests
# run on it, one of them with the image's database. Users are made for the test, which therefore needs root;
# called by a user, only the way that this user has is taken.

load ../boot/common

setup_file() {
	own_workplace
}

teardown() {
	user_remove
}

teardown_file() {
	own_workplace_remove
}

build_and_run() { # NAME
	user_keep "$1-build" image build default
	user_keep "$1-run" run alone --out "$HOME_OF_USER/$1"
	echo "# image: $(<"$OUT/$1-build.seconds") s, kernel and a cell: $(<"$OUT/$1-run.seconds") s" >&3
	expect_code "$1-build" 0 || fail "$(tail -n 20 "$HOME_OF_USER"/.cache/ramrig/log/*)" || return 1
	expect_code "$1-run" 0
	expect_equal "$(outcome "$HOME_OF_USER/$1")" ok
	user_keep "$1-db" run database --out "$HOME_OF_USER/$1-db"
	expect_code "$1-db" 0 || fail "$(<"$OUT/$1-db.out")" || return 1
	expect_nothing_left
}

@test "without subuids, a user builds the image and runs a cell on it" {
	user_make empty
	build_and_run without
}

@test "with subuids, a user builds the image in a user namespace" {
	[ "$(id -u)" -eq 0 ] || skip "only root can give a user subuids"
	[ "$(cat /proc/sys/kernel/unprivileged_userns_clone 2>/dev/null || echo 1)" = 1 ] ||
		skip "this host allows no user namespaces (kernel.unprivileged_userns_clone)"
	user_make empty
	usermod --add-subuids 700000-765535 --add-subgids 700000-765535 "$TEST_USER"
	build_and_run with
}
