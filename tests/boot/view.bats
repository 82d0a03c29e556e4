#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The memory view of a guest that swaps against what its own free and vmstat said.
# Between two quiet seconds the guest swaps out and in; then nothing changes while
# free is asked. One boot.

load common

setup_file() {
	own_workplace
	ramrig_keep view run view --out view
	ramrig_keep series series view --json
}

teardown_file() {
	own_workplace_remove
}

figure() { # NAME: of the guest's own tools
	jq ".metrics.$1.value" view/cells/0001/result.json
}

# Of a point of the guest's time, in seconds since boot, the same on the series' clock.
on_window() { # SECONDS
	jq "$1 - .window.from_ns / 1e9" view/cells/0001/result.json
}

# The series' value in the last sample before free was asked.
value_at_free() { # SERIES
	jq --arg name "$1" --argjson at "$(on_window "$(figure free_s)")" \
		'(.t_s | map(select(. <= $at)) | length - 1) as $row
			| .series[] | select(.name == $name) | .values[$row]' series.out
}

# What a rate came to while vmstat counted, in KiB.
total_of() { # SERIES
	jq --arg name "$1" --argjson from "$(on_window "$(figure vmstat_from_s)")" \
		--argjson to "$(on_window "$(figure vmstat_to_s)")" \
		'.t_s as $t | .series[] | select(.name == $name) | .values as $v
			| [range(1; $t | length) | select($t[.] > $from and $t[. - 1] < $to)
				| $v[.] * ($t[.] - $t[. - 1])] | add' series.out
}

expect_near() { # WHAT SEEN WANTED OFF-AT-MOST
	jq -en "($2 - $3) | fabs <= $4" >/dev/null || fail "$1: seen $2, wanted $3, off by at most $4"
}

@test "memory is what free says" {
	expect_code view 0
	expect_code series 0
	local mib=1048576
	expect_near used "$(value_at_free mem_used)" "$(figure used)" $mib
	expect_near free "$(value_at_free mem_free)" "$(figure free)" $mib
	expect_near shared "$(value_at_free mem_shared)" "$(figure shared)" 65536
	expect_near buff/cache "$(value_at_free mem_buff_cache)" "$(figure buff_cache)" $mib
	expect_near available "$(value_at_free mem_available)" "$(figure available)" $mib
	expect_near swap "$(value_at_free swap_used)" "$(figure swap)" 65536
}

@test "what is swapped and read and written is what vmstat says" {
	local column total
	for column in si so bi bo; do
		total=$(figure "vmstat_$column")
		[ "$total" -ge 8192 ] || fail "vmstat saw $column of $total KiB, so nothing is shown"
		# Interval by interval vmstat rounds to 1 KiB, and a daemon may write a page at the edge.
		expect_near "$column" "$(total_of "$column")" "$total" "$(jq -n "256 + $total / 100")"
	done
}

@test "a cell's result has the memory view as metrics" {
	expect_json view/cells/0001/result.json '.metrics
		| .mem_used.value + .mem_available.value > 400 * 1048576
			and .mem_shared.value >= 8 * 1048576 and .mem_buff_cache.value > .mem_shared.value
			and .si.unit == "KiB/s" and .so.value > 0 and .bi.value > 0 and .bo.value > 0
			and (.cpu_user.value + .cpu_system.value + .cpu_idle.value + .cpu_iowait.value
				| . > 0.98 and . <= 1.0001)'
}
