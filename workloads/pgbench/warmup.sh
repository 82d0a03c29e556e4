#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The load of measure.sh for RAMRIG_WARMUP; its figures are thrown away.
set -eu
. "${0%/*}/load.sh"
database_make
RAMRIG_DURATION=$RAMRIG_WARMUP RAMRIG_TRANSACTIONS=0
[ "$RAMRIG_WARMUP" -eq 0 ] || pgbench_run
