#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# ramrig-balancer on a folder of plain files that says what a zram says. What such files
# can't do, write pages back, is seen in a guest.

load common

BALANCER=$ROOT/build/ramrig-balancer

# A zram of 1 GiB whose pool takes 60 of at most 64 MiB, half of it to spare on the
# backing device.
setup_device() {
	device=root/sys/block/zram0
	mkdir -p $device
	echo /dev/nvme0n1 >$device/backing_dev
	echo 1073741824 >$device/disksize
	echo "125829120 58720256 62914560 67108864 62914560 0 0 12 12" >$device/mm_stat
	echo "0 0 0" >$device/bd_stat
	echo 77 >$device/writeback_limit
	echo 0 >$device/writeback_limit_enable
	for file in idle writeback compact; do
		: >$device/$file
	done
}

balancer() { # OPTION...
	run_apart "$BALANCER" --device zram0 --root root --cgroup-self '' --scan-interval 100ms "$@"
}

# The lines of the log that are of an event, and a filter that must hold for all of them.
logged() { # EVENT FILTER
	jq -se "map(select(.event == \"$1\")) | length > 0 and all(.[]; $2)" <<<"$output" >/dev/null ||
		fail "not so of $1: $2"
}

@test "the first line tells every setting, the last the totals" {
	setup_device
	balancer --steps 2 --pool-percent 70 --write-budget 1MiB --min-age 30s --huge never
	expect_status 0
	[ "$(jq -r .event <<<"$output" | tr '\n' ' ')" = "start step step stop " ] || fail "other lines"
	logged start '.device == "zram0" and .backing == "/dev/nvme0n1" and .pool_percent == 70 and
		.hysteresis_percent == 5 and .write_budget_bytes == 1048576 and .min_age_ms == 30000 and
		.scan_interval_ms == 100 and .huge == "never" and .refault_percent == 10 and
		.refault_window_ms == 60000 and .steps == 2 and .dry_run == false'
	logged stop '.total_steps == 2 and .total_written_pages == 0 and .total_cpu_us >= 0'
}

@test "the pool's size is what was said, else mem_limit, else disksize" {
	setup_device
	balancer --steps 1
	logged start '.pool_size_bytes == 67108864 and .pool_size_from == "mem_limit"'
	logged step '.pool_percent == 93.75'
	balancer --steps 1 --pool-size 120MiB
	logged start '.pool_size_bytes == 125829120 and .pool_size_from == "option"'
	logged step '.pool_percent == 50 and .why == "below-mark"'
	sed -i 's/67108864/0/' $device/mm_stat
	balancer --steps 1
	logged start '.pool_size_bytes == 1073741824 and .pool_size_from == "disksize"'
}

@test "above the mark pages are marked down to the minimum age, and written within the budget" {
	setup_device
	balancer --steps 1 --min-age 1s --write-budget 512KiB --huge never
	expect_status 0
	logged step '.why == "nothing-idle" and .age_s == 1 and .wanted_pages == 6144 and .budget_left_pages == 128'
	[ "$(<$device/writeback)" = idle ] || fail "writeback: $(<$device/writeback)"
	# As many as the budget lets, and given back as it was found.
	[ "$(head -n 1 $device/writeback_limit)" = 778 ] || fail "limit: $(<$device/writeback_limit)"
	[ "$(head -c 1 $device/writeback_limit_enable)" = 0 ] || fail "the limit was left on"
}

@test "incompressible pages go alone where nothing else may" {
	setup_device
	balancer --steps 1 --min-age 1s --huge only
	[ "$(<$device/writeback)" = huge_idle ] || fail "writeback: $(<$device/writeback)"
	sed -i 's/12 12$/0 12/' $device/mm_stat
	balancer --steps 1 --min-age 1s --huge only
	logged step '.why == "no-huge" and (has("age_s") | not)'
}

@test "below the mark nothing is touched" {
	setup_device
	balancer --steps 2 --pool-percent 95 --min-age 1s
	expect_status 0
	logged step '.why == "below-mark" and .wanted_pages == 0'
	[ ! -s $device/writeback ] || fail "it wrote"
}

@test "a dry run writes to no file and says what it would do" {
	setup_device
	cp -r root before
	balancer --steps 2 --dry-run
	expect_status 0
	logged step '.why == "dry-run" and .wanted_pages == 6144 and .age_s > 0'
	diff -r root before || fail "it wrote"
}

@test "the table of slots is accounted for" {
	setup_device
	balancer --steps 1
	logged step '.metadata_bytes == 262144 * 24'
}

@test "a device that cannot be balanced is refused, with what to do" {
	setup_device
	echo none >$device/backing_dev
	balancer
	expect_status 1
	expect_in "$errors" "zram0 has no backing device to write to; write a block device's name to"
	rm $device/backing_dev
	balancer
	expect_status 1
	expect_in "$errors" "zram0 has no file backing_dev"
	setup_device
	echo 0 >$device/disksize
	balancer
	expect_status 1
	expect_in "$errors" "zram0 has no size yet"
	balancer --device /dev/zram1
	expect_status 1
	expect_in "$errors" "there is no block device zram1"
	balancer --device ../block/zram0
	expect_status 1
	expect_in "$errors" "'../block/zram0' names no block device"
	[ -z "$output" ] || fail "a log was begun"
}

@test "a device that says what makes no sense ends it" {
	setup_device
	echo "much" >$device/mm_stat
	balancer
	expect_status 1
	expect_in "$errors" "this is no mm_stat of a zram: 'much'"
}

@test "wrong options are refused with a sentence that names them" {
	setup_device
	while IFS='|' read -r options sentence; do
		# shellcheck disable=SC2086
		balancer $options
		expect_status 2
		expect_in "$errors" "$sentence"
		[ "$(wc -l <<<"$errors")" -eq 1 ] || fail "more than a sentence"
	done <<-'END'
		--pool-percent 101|--pool-percent is 101, not 1 to 100
		--pool-percent much|much: invalid numeric value
		--hysteresis 80|--hysteresis (80) leaves nothing of --pool-percent (80)
		--scan-interval 5|--scan-interval: duration '5' has no unit
		--scan-interval 1ms|--scan-interval is 1ms, not 100ms to 24h
		--min-age 500ms|--min-age is 500ms, not 1s to
		--write-budget 4095|--write-budget is 4095, not 4KiB to 1TiB
		--refault-percent 0|--refault-percent is 0, not 1 to 1000
		--huge first|--huge is 'first', not idle, only or never
		--steps -1|--steps is -1
		--fast|--fast: unknown option
		zram0|'zram0' is no option
	END
}

@test "without a device it asks for one, and help names every option" {
	run_apart "$BALANCER"
	expect_status 2
	expect_in "$errors" "Say --device zram0"
	run_apart "$BALANCER" --help
	expect_status 0
	for option in device pool-percent pool-size hysteresis scan-interval min-age write-budget huge \
		refault-percent refault-window steps dry-run root cgroup-self; do
		expect_in "$output" "--$option"
		grep -q -- "--$option" "$ROOT/docs/balancer.md" || fail "docs/balancer.md lacks --$option"
	done
}

@test "a signal ends it cleanly, with totals" {
	setup_device
	for signal in TERM INT; do
		env --default-signal=INT "$BALANCER" --device zram0 --root root --cgroup-self '' \
			--scan-interval 1h >log 3>&- &
		pid=$!
		end=$((SECONDS + 30))
		until grep -q '"event":"step"' log; do
			[ $SECONDS -lt $end ] || fail "no step in time" || return 1
			sleep 0.05
		done
		kill -$signal $pid
		status=0
		wait $pid || status=$?
		expect_status 0
		output=$(<log)
		logged stop '.total_steps == 1'
	done
}
