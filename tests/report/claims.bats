#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The page of claims in a real browser, as page.bats looks at that of a result.

load ../cli/common
load browser

HERE=$BATS_TEST_DIRNAME

@test "the page of claims says no error, asks for nothing, and axe finds nothing serious" {
	command -v node >/dev/null || skip "node is missing: run ci/setup"
	recorded=$HERE/../unit/data/results/quickstart
	ramrig claims run --result "$recorded" --html claims.html
	ramrig compare "$recorded" --json >compare.json || true
	look_at claims.html compare.json \
		light:quiet,policy,layout,axe dark:axe narrow:quiet,layout,axe >found
	output=$(grep -v ' done$' found) && fail "this was found"
	[ "$(grep -c ' done$' found)" = 8 ]
}
