#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# ramrig-senpai on a tree of plain files: options, what it decides and writes, cgroups that
# come and go, signals. What a kernel does with it is seen in a guest.

load common

SENPAI=$ROOT/build/ramrig-senpai

teardown() {
	[ -z "${daemon-}" ] || kill "$daemon" 2>/dev/null || true
}

pressure() { # TOTAL-US [AVG10]
	printf '%s avg10=%s avg60=0.00 avg300=0.00 total=%s\n' some "${2-0.00}" "$1" full 0.00 0
}

setup_tree() {
	mkdir -p tree/proc/pressure tree/sys/fs/cgroup
	pressure 0 >tree/proc/pressure/memory
	printf '%s kB\n' 'MemTotal: 4000000' 'MemFree: 1000000' 'Active(anon): 100000' \
		'Inactive(anon): 900000' 'Active(file): 500000' 'Inactive(file): 500000' \
		'SwapTotal: 2000000' "SwapFree: ${1-2000000}" >tree/proc/meminfo
}

cgroup_make() { # NAME
	local dir=tree/sys/fs/cgroup/$1
	mkdir -p "$dir"
	echo 1000000000 >"$dir/memory.current"
	printf '%s\n' 'active_anon 300000000' 'inactive_anon 300000000' 'active_file 100000000' \
		'inactive_file 200000000' >"$dir/memory.stat"
	echo 0 >"$dir/memory.min"
	echo 0 >"$dir/memory.low"
	pressure 0 >"$dir/memory.pressure"
	: >"$dir/memory.reclaim"
}

# Half a second in ticks of 50 ms, an interval of 100 ms, of /web.
senpai() {
	run_apart "$SENPAI" --root tree --tick 50ms --interval 100ms --steps 10 "$@"
}

steps() { # JQ-FILTER: of the steps, in one array
	jq -se "map(select(.event == \"step\")) | $1" <<<"$output" >/dev/null || fail "not so: $1"
}

reclaimed() { # NAME
	cat "tree/sys/fs/cgroup/$1/memory.reclaim"
}

start() {
	"$SENPAI" --root tree --tick 20ms --interval 20ms "$@" >log 2>&1 3>&- &
	daemon=$!
	wait_for 'head -n 1 log | grep -q "\"event\":\"start\""'
}

wait_for() { # COMMAND
	local end=$((SECONDS + 30))
	until eval "$1"; do
		[ $SECONDS -lt $end ] || fail "waited in vain for: $1" "$(tail log)" || return 1
		sleep 0.05
	done
}

@test "what is wrong with the options is one sentence and exit code 2" {
	setup_tree
	local wrong
	for wrong in '' '--cgroup /a --law pid' '--cgroup /a --tick 5' '--cgroup /a --tick 1s --interval 500ms' \
		'--cgroup /a --pressure 0ms' '--cgroup /a --max-probe 1.5' '--cgroup /a --max-probe nan' \
		'--cgroup /a --ratio 0' '--cgroup /a --floor 100MB' '--cgroup /a --floor /a=' \
		'--cgroup /a --floor ../a=1MiB' '--cgroup ../a' '--cgroup /a/*/b' '--cgroup /a --swappiness 201' \
		'--cgroup /a --nice 20' '--cgroup /a --steps -1' '--cgroup /a --piece 1KiB' \
		'--cgroup /a --cgroup-self /' '--cgroup /a b' '--cgroup /a --no-such'; do
		# shellcheck disable=SC2086
		run_apart "$SENPAI" --root tree $wrong
		[ "$status" -eq 2 ] || fail "taken: $wrong"
		[ -z "$output" ] && [ "$(wc -l <"$BATS_TEST_TMPDIR/errors")" -eq 1 ] || fail "not one sentence: $wrong"
	done
}

@test "help shows every option of the manual, and the manual every option" {
	run_apart "$SENPAI" --help
	expect_status 0
	local option
	for option in $(grep -o '^ .*--[a-z-]*' <<<"$output" | grep -o -- '--[a-z-]*' | grep -v -e --help -e --usage); do
		grep -q -- "$option" "$ROOT/docs/senpai.md" || fail "the manual lacks $option"
	done
	for option in $(grep -o -- '`--[a-z-]*' "$ROOT/docs/senpai.md" | tr -d '`'); do
		expect_in "$output" "$option"
	done
}

@test "the first line has every setting in effect, the last one the totals" {
	setup_tree
	cgroup_make web
	senpai --cgroup web/ --floor 1MiB --floor /web=2MiB --law ratio
	expect_status 0
	head -n 1 <<<"$output" | jq -e '.event == "start" and .cgroups == ["/web"] and .law == "ratio" and
		.tick_ms == 50 and .interval_ms == 100 and .pressure_us == 10000 and .floor_bytes == 1048576 and
		.floors == {"/web": 2097152} and .cgroup_self == "" and .swappiness == -1'
	tail -n 1 <<<"$output" | jq -e '.event == "stop" and .steps == 10 and .asked_total_bytes > 0 and .cpu_us > 0'
	steps 'length == 10 and all(.law == "ratio" and has("limit_bytes") == false)'
}

@test "a cgroup without pressure gives a hundredth an interval, above its floor" {
	setup_tree
	cgroup_make web
	cgroup_make db
	senpai --cgroup / --cgroup web --cgroup db --floor /db=895MiB
	expect_status 0
	steps '[.[] | select(.cgroup == "/web" and .why == "reclaim")] |
		length >= 3 and all(.wanted_bytes == 9998336 and .asked_bytes == .wanted_bytes)'
	[ "$(reclaimed web)" = 9998336 ]
	steps '[.[] | select(.cgroup == "/" and .wanted_bytes > 0)] | all(.wanted_bytes == 30720000)'
	steps '[.[] | select(.cgroup == "/db")] | all(.wanted_bytes == 0) and any(.why == "floor")'
	[ -z "$(reclaimed db)" ]
}

@test "under pressure nothing is reclaimed" {
	setup_tree
	cgroup_make web
	pressure 0 5.00 >tree/sys/fs/cgroup/web/memory.pressure
	senpai --cgroup web --law ratio
	steps 'map(.why) == ["start"] + [range(9) | "backoff"]'
	[ -z "$(reclaimed web)" ]
}

@test "a dry run decides the same and writes nothing" {
	setup_tree
	cgroup_make web
	senpai --cgroup web --dry-run
	expect_status 0
	steps 'any(.why == "dry-run" and .wanted_bytes == 9998336)'
	steps 'all(has("asked_bytes") == false)'
	[ -z "$(reclaimed web)" ]
}

@test "with swap nearly full only page cache is reclaimed, and where there is none nothing" {
	setup_tree 90000
	cgroup_make web
	senpai --cgroup web --swappiness 150
	[ "$(reclaimed web)" = "9998336 swappiness=0" ]
	steps 'all(.swap_full) and any(.swappiness == 0)'
	sed -i '/_file/s/ .*/ 0/' tree/sys/fs/cgroup/web/memory.stat
	: >tree/sys/fs/cgroup/web/memory.reclaim
	senpai --cgroup web
	steps 'any(.why == "swap-full")'
	[ -z "$(reclaimed web)" ]
	senpai --cgroup web --swap-reserve 4 --floor 1MiB
	[ "$(reclaimed web)" = 9998336 ]
}

# As memory.reclaim did before it knew swappiness, this file of the daemon's own takes one
# number, and EINVAL is its answer to anything behind it.
@test "a kernel that takes no swappiness is done without, which is said once; with swap full it is let be" {
	setup_tree
	cgroup_make web
	ln -sf /proc/self/timerslack_ns tree/sys/fs/cgroup/web/memory.reclaim
	senpai --cgroup web --swappiness 100
	[ "$(grep -c swappiness-refused <<<"$output")" -eq 1 ] || fail "not said once"
	steps '[.[] | select(.why == "reclaim")] | length >= 3 and all(has("swappiness") == false)'
	setup_tree 90000
	senpai --cgroup web
	[ "$(grep -c swappiness-refused <<<"$output")" -eq 1 ] || fail "not said once"
	steps 'any(.why == "swap-full") and all((.asked_bytes // 0) == 0)'
}

@test "cgroups are found as they come, told once as they go, and others don't suffer" {
	setup_tree
	cgroup_make web/1
	start --cgroup 'web/*' --cgroup late
	wait_for 'grep -q "\"/web/1\".*\"reclaim\"" log'
	cgroup_make web/2
	wait_for 'grep -q "\"/web/2\".*\"reclaim\"" log'
	rm -r tree/sys/fs/cgroup/web/1
	wait_for 'grep -q "\"/web/1\".*\"gone\"" log'
	cgroup_make late
	wait_for 'grep -q "\"/late\".*\"reclaim\"" log'
	grep -q '"/late".*"gone"' log
	[ "$(grep -c '"/web/1".*"gone"' log)" -le 2 ] || fail "told more than once"
	kill -TERM "$daemon"
	wait "$daemon"
	tail -n 1 log | jq -e '.event == "stop"'
}

@test "a cgroup that cannot be read is an error that names the file, and not the end" {
	setup_tree
	cgroup_make web
	cgroup_make bad
	echo rubbish >tree/sys/fs/cgroup/bad/memory.pressure
	mkdir tree/sys/fs/cgroup/bare
	senpai --cgroup bad --cgroup bare --cgroup web
	expect_status 0
	steps '[.[] | select(.cgroup == "/bad")] | all(.why == "error" and (.error | test("no pressure file")))'
	steps '[.[] | select(.cgroup == "/bare")] | all(.why == "error" and (.error | test("memory.current")))'
	steps 'any(.cgroup == "/web" and .why == "reclaim")'
}

@test "both signals end it well, with totals, also while it waits" {
	setup_tree
	cgroup_make web
	local signal
	for signal in INT TERM; do
		start --cgroup web --tick 1h --interval 1h
		wait_for 'grep -q "\"step\"" log'
		kill -"$signal" "$daemon"
		wait "$daemon" || fail "SIG$signal: exit code $?"
		tail -n 1 log | jq -e '.event == "stop" and .steps == 1'
	done
}

@test "a machine that accounts no pressure is refused with what to do" {
	setup_tree
	rm tree/proc/pressure/memory
	senpai --cgroup /
	expect_status 1
	expect_in "$errors" "pressure"
	run_apart "$SENPAI" --root no-such --cgroup /
	expect_status 1
	expect_in "$errors" "no-such"
}
