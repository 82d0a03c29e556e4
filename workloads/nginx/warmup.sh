#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The load of measure.sh for RAMRIG_WARMUP; its figures are thrown away.
exec env RAMRIG_DURATION="$RAMRIG_WARMUP" RAMRIG_REQUESTS=0 sh /workload/measure.sh
