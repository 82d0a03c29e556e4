#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The workload fleet, run on this host, and with it the load that it shares with
# nginx: wrk as a closed and as an open loop, against servers that stand still for
# a while. What merges is seen in a guest.

load common

FLEET=$ROOT/build/workloads/fleet/fleet

# The defaults of workload.yaml, but for few and small servers; sizes and durations as
# programs get them.
defaults_set() {
	workload_defaults fleet
	export RAMRIG_INSTANCES=4 RAMRIG_CONTAINERS=0 RAMRIG_SHARED=$((100 << 12)) \
		RAMRIG_OWN=$((50 << 12)) RAMRIG_SESSION=$((20 << 12)) RAMRIG_CONNECTIONS=4 \
		RAMRIG_PORT=$((20000 + RANDOM % 20000)) RAMRIG_WARMUP=300 RAMRIG_DURATION=2000
}

setup_fleet() { # NAME=VALUE...
	defaults_set
	[ $# -eq 0 ] || export "${@?}"
	rm -f serve.out		# of a fleet before
	"$FLEET" --pids pids serve >serve.out 2>&1 3>&- &
	fleet=$!
	local end=$((SECONDS + 30))
	until grep -qs '^fleet is ready' serve.out; do
		kill -0 "$fleet" || fail "$(<serve.out)" || return 1
		[ $SECONDS -lt $end ] || fail "not ready in time" || return 1
		sleep 0.05
	done
}

teardown() {
	[ -z "${fleet-}" ] || kill "$fleet" || true
}

# As the guest has it: all in one folder.
workload_make() {
	mkdir workload
	cp "$ROOT"/workloads/lib/wrk.{sh,lua} "$ROOT"/workloads/fleet/measure.sh workload/
	printf '#!/bin/sh\nexec %s --pids %s "$@"\n' "$FLEET" "$PWD/pids" >workload/fleet
	chmod +x workload/fleet
}

load_make() { # [NAME=VALUE...]
	run_apart env "$@" sh "$ROOT/workloads/lib/wrk.sh" measure / 100
}

figure() { # FILTER
	tail -n 1 <<<"$output" | jq -e "$1" || fail "not so: $1"
}

# The histogram's samples are the requests that were answered, neither more nor less.
expect_all_counted() {
	local requests
	requests=$(figure .requests)
	sed -n 's/^histogram {/{/p' <<<"$output" | jq -e ".n == $requests and
		([.buckets[][1]] | add) == $requests" || fail "not $requests samples"
}

# One of the four servers stands still for a second in the middle of what follows.
stall() {
	local server
	server=$(head -n 1 pids)
	(sleep 0.5 && kill -STOP "$server" && sleep 1 && kill -CONT "$server") 3>&- &
}

@test "it measures every figure of workload.yaml" {
	setup_fleet RAMRIG_DURATION=1000
	workload_make
	run_apart sh workload/measure.sh
	expect_status 0
	# shellcheck disable=SC2013
	for name in $(sed -n 's/^  - {name: \([a-z0-9_]*\), unit.*/\1/p' \
		"$ROOT/workloads/fleet/workload.yaml"); do
		figure ".$name | type == \"number\""
	done
	figure '.errors == 0 and .rps > 0 and .maps_max > 5 and .maps_share < 0.01'
	expect_all_counted
	run_apart sh workload/wrk.sh warmup / 100
	expect_status 0
}

@test "an open loop keeps its rate, and makes the amount of work that was asked for" {
	setup_fleet
	load_make RAMRIG_RATE=800 RAMRIG_REQUESTS=400
	expect_status 0
	figure '.requests == 400 and .overdue == 0 and .rps == 800'
	expect_all_counted
	# Fewer requests than connections: each has one, and they are due in turn.
	load_make RAMRIG_RATE=20 RAMRIG_REQUESTS=3
	figure '.requests == 3 and .overdue == 0 and .rps == 20'
	load_make RAMRIG_RATE=1 RAMRIG_DURATION=900
	expect_status 1
	expect_in "$output" "no request is due: rate is 1, for 900 ms"
}

@test "a closed loop ends after the requests that were asked for" {
	setup_fleet
	load_make RAMRIG_REQUESTS=2000 RAMRIG_CONNECTIONS=1 RAMRIG_THREADS=1
	expect_status 0
	figure '.requests > 1990 and .requests <= 2000'
}

@test "a closed loop hides a second in which a server stands still" {
	setup_fleet
	stall
	load_make
	figure '.max > 950 and .p999 < 100'
	expect_all_counted
}

@test "an open loop counts all that was due meanwhile from when it was due" {
	setup_fleet
	stall
	load_make RAMRIG_RATE=1000
	# 250 of 2,000 requests were due in that second; their latencies fall evenly to zero.
	figure '.max > 950 and .p999 > 900 and .p99 > 800 and .p90 > 100 and .overdue == 0'
	expect_all_counted
}

@test "what is never answered counts with the time that it waited" {
	setup_fleet
	kill -STOP "$(head -n 1 pids)"
	load_make RAMRIG_RATE=400 RAMRIG_DURATION=1000
	figure '.overdue == 100 and .max > 1900 and .p90 > 1000 and .p50 < 300 and .requests == 300'
	kill -CONT "$(head -n 1 pids)"
}

@test "answers other than those that were asked for are errors" {
	setup_fleet
	run_apart env RAMRIG_DURATION=1000 sh "$ROOT/workloads/lib/wrk.sh" measure / 1000
	figure '.errors == .requests'
}

@test "each data set that opts in cuts the memory, and the limit of mappings is told as what it is" {
	local limit pages
	limit=$(</proc/sys/vm/max_map_count)
	pages=$((limit / 2 + 100))
	setup_fleet RAMRIG_MERGE=madvise RAMRIG_DATA_SETS=10
	run_apart "$FLEET" --pids pids maps
	local few
	few=$(jq .maps_max <<<"{$output")
	kill "$fleet"
	wait "$fleet" || true
	setup_fleet RAMRIG_MERGE=madvise RAMRIG_DATA_SETS=50
	run_apart "$FLEET" --pids pids maps
	[ $(($(jq .maps_max <<<"{$output") - few)) -eq 80 ] || fail "not two mappings a data set: $few"
	RAMRIG_INSTANCES=1 RAMRIG_DATA_SETS=$pages RAMRIG_SHARED=$((pages << 12)) \
		RAMRIG_OWN=$((pages << 12)) run_apart "$FLEET" --pids other serve
	expect_status 1
	expect_in "$errors" "instance 0: vm.max_map_count of $limit reached: madvise(MADV_MERGEABLE) failed after "
	expect_in "$errors" " of $pages data sets, with $limit mappings; opt in fewer, raise the limit"
}

# Servers that are more than a zombie, which a container's process 1 may leave.
living() {
	local pid
	for pid in $(<pids); do
		grep -qs '^State:.[^ZX]' "/proc/$pid/status" && echo "$pid"
	done || true
}

@test "a server that dies ends the fleet, with its name and its end" {
	setup_fleet
	kill -SEGV "$(sed -n 3p pids)"
	status=0
	wait "$fleet" || status=$?
	fleet=
	expect_status 1
	expect_in "$(<serve.out)" "instance 2 was ended by signal 11"
	local end=$((SECONDS + 10))
	until [ -z "$(living)" ]; do
		[ $SECONDS -lt $end ] || fail "still there: $(living)"
		sleep 0.05
	done
}

@test "a server that is killed while it loads ends the wait for it" {
	defaults_set
	RAMRIG_INSTANCES=2 RAMRIG_OWN=$((1 << 30)) "$FLEET" --pids pids serve >serve.out 2>&1 3>&- &
	fleet=$!
	local end=$((SECONDS + 10)) server
	until server=$(pgrep -n -P "$fleet"); do
		[ $SECONDS -lt $end ] || fail "no server"
		sleep 0.05
	done
	kill -KILL "$server"
	status=0
	wait "$fleet" || status=$?
	fleet=
	expect_status 1
	expect_in "$(<serve.out)" "was ended by signal 9"
}

@test "what is no request is refused, and the server goes on" {
	setup_fleet
	exec 4<>"/dev/tcp/127.0.0.1/$RAMRIG_PORT"
	printf 'POST / HTTP/1.1\r\n\r\n' >&4
	expect_in "$(timeout 5 cat <&4)" "400 Bad Request"
	exec 4>&-
	load_make RAMRIG_RATE=400 RAMRIG_REQUESTS=40
	figure '.requests == 40 and .errors == 0'
}

@test "bad parameters are refused with a sentence" {
	defaults_set
	RAMRIG_OWN=5000 run_apart "$FLEET" --pids pids serve
	expect_status 1
	expect_in "$errors" "own is 5000 bytes, not whole pages"
	RAMRIG_CONTAINERS=5 run_apart "$FLEET" --pids pids serve
	expect_in "$errors" "5 containers for 4 instances"
	RAMRIG_DATA_SETS=51 run_apart "$FLEET" --pids pids serve
	expect_in "$errors" "shared or own has 50 pages only"
	RAMRIG_PORT=65534 run_apart "$FLEET" --pids pids serve
	expect_in "$errors" "4 instances do not fit above it"
	run_apart "$FLEET" --pids none maps
	expect_status 1
	expect_in "$errors" "cannot open none; is the fleet ready?"
	run_apart "$FLEET" fly
	expect_status 2
	RAMRIG_CONNECTIONS=2 RAMRIG_THREADS=3 run_apart sh "$ROOT/workloads/lib/wrk.sh" measure / 100
	expect_status 1
	expect_in "$output" "connections (2) must be at least as many as threads (3)"
}
