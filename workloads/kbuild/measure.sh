#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# make in the tree that the image has; every object file that comes out is
# counted. The last line is JSON.
set -eu
out=/srv/build/$RAMRIG_CONFIG
stamp=/var/tmp/kbuild-began
[ -d "$out" ] || {
	echo "parameter 'config' is '$RAMRIG_CONFIG'; the image has: $(cd /srv/build && echo *)"
	exit 1
}
jobs=$RAMRIG_JOBS
[ "$jobs" -gt 0 ] || jobs=$(nproc)

touch $stamp
began=$(date +%s%N)
# shellcheck disable=SC2086 # several targets
make -s -C /srv/linux O="$out" -j"$jobs" $RAMRIG_TARGETS
ended=$(date +%s%N)

objects=$(find "$out" -newer $stamp -name '*.o' | wc -l)
[ "$objects" -ge "$RAMRIG_OBJECTS" ] || {
	echo "the build is incomplete: $objects object files, at least $RAMRIG_OBJECTS expected"
	exit 1
}
awk "BEGIN { printf \"{\\\"time\\\": %.3f, \\\"objects\\\": %d}\\n\", ($ended - $began) / 1e9, $objects }"
