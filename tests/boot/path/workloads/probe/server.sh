#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Says "ready" and stays, unless the console is to be flooded or it is to die.
case $(cat /proc/sys/kernel/hostname) in
flood)
	exec yes 'the guest has much to say, over and over again, to whoever reads' > /dev/ttyS0
	;;
kernel-flood)
	echo flood > /proc/ramrig_fault
	sleep 86400
	;;
esac
echo ready
if [ "$(cat /proc/sys/kernel/hostname)" = server-dies ]; then
	until [ -e /tmp/probe-measures ]; do sleep 0.1; done
	echo the server gives up
	exit 5
fi
exec sleep 86400
