#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# wrk against all instances, for RAMRIG_DURATION milliseconds (wrk counts in
# whole seconds) or until RAMRIG_REQUESTS are answered. The last line is JSON.
set -eu
seconds=$(((RAMRIG_DURATION + 999) / 1000))
[ "$RAMRIG_REQUESTS" -eq 0 ] || seconds=86400	# the script ends it
[ "$RAMRIG_THREADS" -gt 0 ] && threads=$RAMRIG_THREADS || threads=$RAMRIG_INSTANCES
[ "$RAMRIG_CONNECTIONS" -ge "$threads" ] || {
	echo "connections ($RAMRIG_CONNECTIONS) must be at least as many as threads ($threads)"
	exit 1
}
export WRK_THREADS="$threads"
exec wrk -t "$threads" -c "$RAMRIG_CONNECTIONS" -d "${seconds}s" \
	-s /workload/wrk.lua http://127.0.0.1:8080/file
