#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Says "ready" and stays, unless it is to flood the console or to die.
if [ "$(cat /proc/sys/kernel/hostname)" = flood ]; then
	exec yes 'the guest has much to say, over and over again, to whoever reads' > /dev/ttyS0
fi
echo ready
if [ "$(cat /proc/sys/kernel/hostname)" = server-dies ]; then
	until [ -e /tmp/probe-measures ]; do sleep 0.1; done
	echo the server gives up
	exit 5
fi
exec sleep 86400
