#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# drsnoop of libbpf-tools until SIGTERM, then its lines summed up by thread:
#   sum TASK TID COUNT TOTAL-US MAX-US PAGES
# Its output is block-buffered and comes whole when it ends, which it does on
# SIGINT; SIGTERM reaches it as well, and would end it with nothing written. That it
# has attached shows in what it has open: two links, of a reclaim's begin and end.
set -u
(trap '' TERM; exec /usr/sbin/drsnoop >/run/drsnoop.out 2>&1) &
snoop=$!
trap 'kill -INT $snoop' TERM
links() {
	cat /proc/$snoop/fdinfo/* 2>/dev/null | grep -c '^link_type:'
}
until [ "$(links)" -ge 2 ]; do
	kill -0 $snoop 2>/dev/null || { cat /run/drsnoop.out; exit 1; }
	sleep 0.1
done
echo "drsnoop has attached"
wait $snoop	# ends with the signal
wait $snoop
awk '$3 !~ /^[0-9]+$/ { print; next }
	{
		k = $2 " " $3; us = $4 * 1000; n[k]++; total[k] += us; pages[k] += $5
		if (us > max[k]) max[k] = us
	}
	END { for (k in n) printf "sum %s %d %d %d %d\n", k, n[k], total[k], max[k], pages[k] }' \
	/run/drsnoop.out
