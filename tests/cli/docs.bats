#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Man page and completion are written from the commands' tables: what help
# shows stands in both.

load common

@test "the man page holds every command and every option" {
	page=$(ramrig docs man)
	while read -r name; do
		grep -q "^\.SS $name" <<<"$page" || fail "no $name in the man page"
		# shellcheck disable=SC2086
		for option in $(ramrig help $name | sed -n 's/^  \(-., \)\?--\([a-z-]*\).*/\2/p'); do
			grep -Fq -- "\\-\\-${option//-/\\-}" <<<"$page" || fail "no --$option"
		done
	done <<<"$(command_names)"
}

@test "the man page holds outcomes, verdicts and exit codes" {
	page=$(ramrig docs man)
	for word in workload\\-failed infra\\-error no\\-effect\\-possible inconclusive; do
		grep -Fq ".B $word" <<<"$page" || fail "no $word"
	done
	grep -q '^\.SH EXIT STATUS' <<<"$page"
}

@test "the man page is good roff" {
	command -v groff >/dev/null || skip "groff is missing: package groff-base"
	ramrig docs man >page.1
	run groff -ww -man -Tutf8 page.1
	run_apart groff -ww -man -Tutf8 page.1
	expect_status 0
	[ -z "$errors" ] || fail "groff warns"
}

@test "the man page tells nothing of hidden commands" {
	run ! grep -Eq '^\.SS (docs|complete)' <<<"$(ramrig docs man)"
}

# complete_line WORD...: what completion offers for the last word.
complete_line() {
	(
		PATH=$(dirname "$RAMRIG"):$PATH
		# shellcheck disable=SC1090
		source <(ramrig docs completion)
		# shellcheck disable=SC2034
		COMP_WORDS=(ramrig "$@") COMP_CWORD=$#
		_ramrig_complete
		printf '%s\n' "${COMPREPLY[@]}"
	)
}

@test "completion is good shell" {
	ramrig docs completion >completion.bash
	bash -n completion.bash
	command -v shellcheck >/dev/null || skip "shellcheck is missing"
	shellcheck completion.bash
}

@test "completion offers the first word of every command" {
	offered=$(complete_line "")
	while read -r name; do
		grep -Fxq "${name%% *}" <<<"$offered" || fail "no ${name%% *}"
	done <<<"$(command_names)"
	run ! grep -Exq 'docs|complete' <<<"$offered"
}

@test "completion offers the second words of a family" {
	[ "$(complete_line kernel f)" = fetch ]
}

@test "completion offers a command's options" {
	[ "$(complete_line doctor --js)" = --json ]
}

@test "completion offers names of experiments, topologies and kernels" {
	[ "$(complete_line run quick)" = quickstart ]
	grep -Fxq dram <<<"$(complete_line shell '')"
	grep -Fxq debian-6.12 <<<"$(complete_line kernel fetch deb)"
}

@test "a kind of file that does not exist is refused with those that do" {
	run_apart ramrig complete colour
	expect_status 2
	expect_in "$errors" topology
}

@test "there is a reference of every kind of file" {
	for kind in image kernel topology policy workload experiment claim; do
		run_apart ramrig docs reference "$kind"
		expect_status 0
		expect_in "$output" "|"
	done
}

@test "docs/reference.md is what the program prints" {
	ramrig docs reference >reference.md
	diff -u "$ROOT/docs/reference.md" reference.md ||
		fail "run: build/ramrig docs reference >docs/reference.md"
}

@test "the reference of metrics alone is a part of the whole" {
	whole=$(ramrig docs reference)
	expect_in "$whole" "$(ramrig docs reference metrics)"
	expect_in "$whole" "$(ramrig docs reference policy)"
}

# The pages that people read: ours, not the seeds of others.
pages() {
	printf '%s\n' "$ROOT/README.md" "$ROOT"/docs/*.md
}

@test "every link in README.md and docs/ leads to a file, and to a heading in it" {
	while read -r page; do
		while read -r link; do
			file=${link%%#*} target=$page
			[ -z "$file" ] || target=$(dirname "$page")/$file
			[ -e "$target" ] || fail "$page: no $link"
			[ "$link" = "$file" ] && continue
			sed -n 's/^#\+ //p' "$target" | tr '[:upper:] ' '[:lower:]-' | tr -d "/',?" |
				grep -Fxq -- "${link#*#}" || fail "$page: no heading ${link#*#}"
		done < <(tr '\n' ' ' <"$page" | grep -o '](*[^) ]*)' | grep -v '://' | sed 's/^](\(.*\))$/\1/')
	done < <(pages)
}

@test "every page of docs/ is in its index" {
	for page in "$ROOT"/docs/*.md; do
		[ "$(basename "$page")" = README.md ] && continue
		grep -Fq "($(basename "$page"))" "$ROOT/docs/README.md" || fail "no $page"
	done
}

@test "commands in README.md and docs/ name commands and options that exist" {
	while read -r words; do
		# shellcheck disable=SC2086
		set -- ${words%%#*}
		shift
		[ "${1:-}" = --path ] && shift 2
		name=$1
		grep -Exq "$1 ${2:-}" <<<"$(command_names)" && name="$1 $2"
		[[ $name =~ ^[a-z] ]] || continue
		# shellcheck disable=SC2086
		help=$(ramrig help $name) || fail "no command in: $words"
		while read -r option; do
			grep -Eq -- "$option( |$)" <<<"$help" || fail "no $option in: $words"
		done < <(grep -o -- ' --[a-z-]*' <<<"$words")
	done < <(pages | xargs grep -hE '^    (build/)?ramrig ')
}

@test "README.md has the exit codes and verdicts of the program" {
	while IFS= read -r row; do
		grep -Fqx -- "$row" <(tr -d '`' <"$ROOT/README.md") || fail "not in README.md: $row"
	done < <(ramrig docs reference | tr -d '`' | sed -n '/^## exit codes/,$s/^\(| [0-9] .*\)/\1/p')
	for verdict in regression improvement equivalent inconclusive no-effect-possible; do
		grep -Fq "| \`$verdict\` |" "$ROOT/README.md" || fail "no $verdict"
	done
}

@test "the example of docs/examples makes a plan" {
	run_apart ramrig --path "$ROOT/docs/examples" run lookup-ksm --dry-run
	expect_status 0
	expect_in "$output" "Experiment lookup-ksm"
	expect_nothing_started
}
