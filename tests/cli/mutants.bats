#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The table of mutants against the tree: `make mutants` and `make soak` are run seldom, and code moves.

load common

@test "each mutant edits a file that is there, and its killer is there" {
	cd "$ROOT"
	stale=()
	while IFS=$'\t' read -r name file edit killer; do
		case $name in '' | '#'*) continue ;; esac
		case $edit in
		"rows "*) grep -Fq "${edit#rows }[]" "$file" || stale+=("$name") ;;
		*) ! sed "$edit" "$file" | cmp -s - "$file" || stale+=("$name") ;;
		esac
		[ -e "$file" ] || stale+=("$name")
		case $killer in
		*.bats:*) grep -q "^@test .*${killer#*:}" "tests/${killer%%:*}" || stale+=("$name") ;;
		*) [ -e "tests/unit/$killer.c" ] || stale+=("$name") ;;
		esac
	done <tests/mutants/table
	[ ${#stale[@]} -eq 0 ] || fail "no longer as they were written: ${stale[*]}"
}
