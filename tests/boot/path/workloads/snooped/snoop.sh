#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# drsnoop of libbpf-tools until SIGTERM. Its output is block-buffered and comes
# whole when it ends, which it does on SIGINT; that it has attached shows in
# what it has open: two links, of the begin and the end of a direct reclaim.
# SIGTERM reaches it as well, and would end it with nothing written.
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
cat /run/drsnoop.out
