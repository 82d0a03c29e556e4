#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Swaps between two quiet seconds, so that it does not matter when exactly vmstat
# and ramrig count, then asks free while nothing changes. The last line is JSON.
set -eu

now() {
	cut -d' ' -f1 /proc/uptime
}

dd if=/dev/zero of=/dev/shm/shared bs=1M count=8 2>/dev/null
heap=/sys/fs/cgroup/ramrig/heap
mkdir $heap
echo 24M > $heap/memory.max

# Programs that come from the disk come before the first quiet second.
vmstat > /dev/null
perl -e 1
sleep 0.6
from=$(now)
vmstat -n 1 > /tmp/vmstat.txt &
vmstat=$!
sleep 1.2
# More than there may be, written, then read. Perl's own copy of it doubles it.
sh -c "echo 0 > $heap/cgroup.procs; exec perl -e '"'
	my $heap = "ram" x (8 << 20);
	my $sum = 0;
	$sum += ord substr($heap, $_ * 4096, 1) for 0 .. length($heap) / 4096 - 1;
	$| = 1;
	print "$sum\nthere\n";
	sleep 600'"'" > /tmp/heap.txt &
perl=$!
until grep -qs there /tmp/heap.txt; do sleep 0.2; done
sleep 1.2
kill $vmstat
to=$(now)

free > /dev/null
sleep 0.6
at=$(now)
free -b > /tmp/free.txt
sleep 0.6
kill $perl

awk -v at="$at" '
	/^Mem:/ {
		printf "{\"free_s\": %s, \"used\": %s, \"free\": %s, ", at, $3, $4
		printf "\"shared\": %s, \"buff_cache\": %s, \"available\": %s, ", $5, $6, $7
	}
	/^Swap:/ { printf "\"swap\": %s, ", $3 }' /tmp/free.txt
# Two lines of head, and one that counts since boot.
awk -v from="$from" -v to="$to" '
	NR > 3 { si += $7; so += $8; bi += $9; bo += $10 }
	END {
		printf "\"vmstat_from_s\": %s, \"vmstat_to_s\": %s, ", from, to
		printf "\"vmstat_si\": %d, \"vmstat_so\": %d, ", si, so
		printf "\"vmstat_bi\": %d, \"vmstat_bo\": %d}\n", bi, bo
	}' /tmp/vmstat.txt
