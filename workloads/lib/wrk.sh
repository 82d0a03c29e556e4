#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# wrk against RAMRIG_INSTANCES servers on ports from RAMRIG_PORT on. The last line is JSON.
#
# usage: wrk.sh measure|warmup PATH BYTES
#
# PATH is what is asked for; an answer has BYTES at least, its head counted. A warm-up
# takes RAMRIG_WARMUP and is measured all the same.
#
# With RAMRIG_RATE 0 it is a closed loop, of RAMRIG_CONNECTIONS over RAMRIG_THREADS
# threads (0: one for each instance), for RAMRIG_DURATION milliseconds or until
# RAMRIG_REQUESTS are answered where that is not 0. Else so many requests a second
# are due, for so long or so many of them, on connections with a thread each.
set -eu
folder=$(dirname "$0")
[ "$1" = measure ] || { RAMRIG_DURATION=$RAMRIG_WARMUP RAMRIG_REQUESTS=0; }
export RAMRIG_REQUESTS
connections=$RAMRIG_CONNECTIONS

if [ "$RAMRIG_RATE" -gt 0 ]; then
	total=$RAMRIG_REQUESTS
	[ "$total" -gt 0 ] || total=$((RAMRIG_RATE * RAMRIG_DURATION / 1000))
	[ "$total" -gt 0 ] || {
		echo "no request is due: rate is $RAMRIG_RATE, for $RAMRIG_DURATION ms"
		exit 1
	}
	[ "$connections" -le "$total" ] || connections=$total
	threads=$connections
	WRK_DUE=$(((total + threads - 1) / threads))	# of each thread
	# A second more for the answers to the last ones; wrk counts in whole seconds.
	seconds=$(((WRK_DUE * threads + RAMRIG_RATE - 1) / RAMRIG_RATE + 1))
else
	[ "$RAMRIG_THREADS" -gt 0 ] && threads=$RAMRIG_THREADS || threads=$RAMRIG_INSTANCES
	[ "$connections" -ge "$threads" ] || {
		echo "connections ($connections) must be at least as many as threads ($threads)"
		exit 1
	}
	WRK_DUE=0
	seconds=$(((RAMRIG_DURATION + 999) / 1000))
	[ "$RAMRIG_REQUESTS" -eq 0 ] || seconds=86400	# the script ends it
fi
export WRK_DUE WRK_THREADS="$threads" WRK_BYTES="$3"

# Without a timeout of ours wrk takes an answer after two seconds for an error.
exec wrk -t "$threads" -c "$connections" -d "${seconds}s" --timeout 60s \
	-s "$folder/wrk.lua" "http://127.0.0.1:$RAMRIG_PORT$2"
