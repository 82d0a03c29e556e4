#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The HTML report of a result that was never run, in a real browser: Chromium without a window.
# check.mjs looks at it once for all tests, in light and dark, as wide as a screen and as a phone,
# and prints what is wrong; here stands what must hold. What a guest can write, the result holds
# in forms that break careless pages (make-result.mjs).

load ../cli/common
load browser

HERE=$BATS_TEST_DIRNAME

# look NAME LOOK:CHECK,CHECK...: findings about PAGES/NAME.html go to PAGES/NAME.found.
look() {
	local name=$1
	shift
	"${RAMRIG:-$HERE/../../build/ramrig}" report "$PAGES/$name" -o "$PAGES/$name.html"
	"${RAMRIG:-$HERE/../../build/ramrig}" compare "$PAGES/$name" --json >"$PAGES/$name.json" || true
	look_at "$PAGES/$name.html" "$PAGES/$name.json" "$@" \
		>"$PAGES/$name.found"
}

setup_file() {
	export PAGES=$BATS_FILE_TMPDIR
	command -v node >/dev/null || skip "node is missing: run ci/setup"
	node "$HERE/make-result.mjs" "$PAGES/full" rows=40 others=8
	look full light:quiet,policy,figures,layout,drawn,axe dark:axe,drawn,paper \
		narrow:layout,drawn,axe narrow-dark:quiet
	node "$HERE/make-result.mjs" "$PAGES/bare" arms=1 pairs=2 rows=0
	jq '.topologies |= map_values({})' "$PAGES/bare/plan.json" >"$PAGES/edited"
	mv "$PAGES/edited" "$PAGES/bare/plan.json"
	look bare light:quiet,layout,axe
	cp -R "$HERE/../unit/data/results/troubled" "$PAGES/troubled"
	look troubled narrow-dark:quiet,layout
}

# clean NAME CHECK LOOK...: in each look the check came to its end and found nothing.
clean() {
	local name=$1 check=$2 look
	shift 2
	for look; do
		output=$(grep "^$check $look:" "$PAGES/$name.found") && fail "this was found"
		grep -Fxq "$check $look done" "$PAGES/$name.found" || fail "$check did not end in $look"
	done
}

@test "the page says no error, asks for nothing, and hostile text stays text" {
	clean full quiet light narrow-dark
}

@test "its policy lets no request and no foreign program through" {
	clean full policy light
}

@test "its figures are those of compare --json" {
	clean full figures light
}

@test "axe finds nothing serious in light, in dark and as wide as a phone" {
	clean full axe light dark narrow
}

@test "headings are in order, tables have captions and scopes, and nothing is wider than the window" {
	clean full layout light narrow
}

@test "every chart is drawn and names the table of its figures" {
	clean full drawn light dark narrow
}

@test "on paper it is light and nothing is cut off" {
	clean full paper dark
}

@test "a result with nothing to compare, without samples or a topology makes a page, too" {
	clean bare quiet light
	clean bare layout light
	clean bare axe light
}

@test "a result in which cells failed makes a page, too" {
	clean troubled quiet narrow-dark
	clean troubled layout narrow-dark
}

@test "the same result gives the same bytes" {
	ramrig report "$PAGES/full" -o again.html
	cmp again.html "$PAGES/full.html"
}
