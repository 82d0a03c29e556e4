#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# pgbench with a log of each transaction, from which the percentiles are; the
# last line is JSON. The server's settings stand above it.
set -eu
. "${0%/*}/load.sh"
dir=/var/tmp/pgbench
rm -rf $dir
mkdir -p $dir
$bin/psql -d postgres -At -F ' = ' -c "select name, current_setting(name) from pg_settings
	where source not in ('default', 'client', 'environment variable') order by name" |
	sed 's/^/setting: /'
if ! pgbench_run --log --log-prefix=$dir/log >$dir/output 2>&1; then
	cat $dir/output
	exit 1
fi
cat $dir/output
exec "${0%/*}/txlog" $dir/output $dir/log.*
