#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Writes the table (lines "key value" of 16 bytes), starts RAMRIG_COPIES servers,
# each with a FIFO for keys and one for values, waits until all have read the
# table, and stays for as long as they run.
set -eu
dir=/run/lookup
mkdir -p $dir
perl -e 'printf "k%06d v%06d\n", $_, $_ for 1 .. $ENV{RAMRIG_TABLE_SIZE} / 16' > $dir/table

i=0
while [ $i -lt "$RAMRIG_COPIES" ]; do
	mkfifo $dir/ask.$i $dir/answer.$i
	# Open at both ends, a FIFO neither blocks here nor ends with a client.
	perl /workload/server.pl 0<>$dir/ask.$i 1<>$dir/answer.$i 2>>$dir/up &
	i=$((i + 1))
done
until [ "$(grep -c up $dir/up)" -eq "$RAMRIG_COPIES" ]; do
	sleep 0.1
done
echo all servers are up
wait
