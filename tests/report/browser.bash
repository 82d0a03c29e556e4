# SPDX-License-Identifier: GPL-2.0-or-later

# What check.mjs finds on a page. A browser that stands still on a busy machine is started once
# more; a page that makes it stand still does so again, and fails.
look_at() { # PAGE JSON LOOK:CHECKS...
	local rc=0 found
	found=$(timeout 90 node "$BATS_TEST_DIRNAME/check.mjs" "$@") || rc=$?
	[ $rc != 124 ] || found=$(timeout 200 node "$BATS_TEST_DIRNAME/check.mjs" "$@") || return
	[ $rc = 0 ] || [ $rc = 124 ] || return $rc
	printf '%s\n' "$found"
}
