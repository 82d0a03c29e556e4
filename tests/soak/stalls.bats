#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What ramrig tells of stalls from tracepoints against what drsnoop of libbpf-tools
# tells, which sees the same through BPF: both at once on one boot of a stock kernel.

load ../boot/common

# What drsnoop prints is in hundredths of a millisecond and finer; both take the
# time inside the same tracepoint, one after the other.
EACH_US=3000		# one stall, where an interrupt comes between the two
ALL_PERMILLE=50		# all stalls of a thread together

setup_file() {
	own_workplace
	ramrig_keep snooped run snooped --out snooped
}

teardown_file() {
	own_workplace_remove
}

# "TASK TID COUNT TOTAL-US MAX-US PAGES" of the threads that measure, sorted.
of_drsnoop() {
	sed -n -e 's/^sum \(fragment .*\)/\1/p' -e 's/^sum \(probe .*\)/\1/p' \
		"$OUT/snooped/cells/0001/output/drsnoop.txt" | sort
}

of_ramrig() {
	jq -r '.stalls.threads[] | select(.mechanism == "reclaim")
		| select(.task == "fragment" or .task == "probe")
		| "\(.task) \(.tid) \(.count) \(.total_us) \(.max_us) \(.pages)"' \
		"$OUT/snooped/cells/0001/result.json" | sort
}

@test "drsnoop ran beside the trace, and neither lost an event" {
	expect_code snooped 0
	expect_equal "$(outcome "$OUT/snooped")" ok
	! grep -i lost "$OUT/snooped/cells/0001/output/drsnoop.txt" || fail "drsnoop lost events"
	expect_json "$OUT/snooped/cells/0001/result.json" \
		'.trace.lost == 0 and (.trace.cut | not) and .stalls.lines_left_out == 0'
}

@test "both tell the same threads, the same number of stalls and the same pages" {
	of_drsnoop | sed 's/^/# drsnoop /' >&3
	of_ramrig | sed 's/^/# ramrig  /' >&3
	[ "$(of_ramrig | awk '{ n += $3 } END { print n + 0 }')" -ge 20 ] ||
		fail "too few stalls to compare" "$(of_ramrig)"
	expect_equal "$(of_ramrig | cut -d' ' -f1-3,6)" "$(of_drsnoop | cut -d' ' -f1-3,6)"
}

@test "both tell the same times" {
	paste -d' ' <(of_ramrig) <(of_drsnoop) | awk -v each=$EACH_US -v all=$ALL_PERMILLE '
		function far(a, b) { return a > b ? a - b : b - a }
		far($4, $10) > each + $10 * all / 1000 || far($5, $11) > each { bad = 1; print }
		END { exit bad }' || fail "times differ"
}
