#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The page of the history in a real browser, as page.bats has that of a result: seven nights on five
# machines, with a change on the fifth. A host's name is text that somebody else wrote.

load ../cli/common
load browser
load ../cli/nights

HOSTILE='</script><img src=x onerror="document.title=1">'

setup_file() {
	command -v node >/dev/null || skip "node is missing: run ci/setup"
	nights_prepare
	cd "$BATS_FILE_TMPDIR" || return
	nights_make
	for host in a b c d "$HOSTILE"; do
		for ((i = 1; i <= NIGHTS; i++)); do
			ramrig history add "night-$i" --db history.sqlite --host "$host" >/dev/null
		done
	done
	ramrig history check --db history.sqlite >/dev/null
	ramrig history show --db history.sqlite --html page.html
	look_at page.html night-1/plan.json \
		light:quiet,policy,layout,drawn,axe dark:axe,drawn,paper narrow:quiet,layout,drawn,axe >found
}

@test "it is quiet, readable in light, in dark and as wide as a phone, drawn, and fit for paper" {
	cd "$BATS_FILE_TMPDIR" || return
	[ "$(grep -c ' done$' found)" -eq 12 ] || fail "not all checks came to their end: $(<found)"
	run ! grep -v ' done$' found
}

@test "its figures are those of history show --json" {
	cd "$BATS_FILE_TMPDIR" || return
	sed -n 's/.*<script type="application\/json" id="data">\(.*\)<\/script>$/\1/p' page.html >data.json
	jq -S '[.trends[] | del(.shown) | del(.nights[].text) | del(.changes[].text)]' data.json >page.json
	ramrig history show --db history.sqlite --json | jq -S . >shown.json
	diff page.json shown.json
}
