#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Ends the way that the host name asks for. The last line is JSON.
set -eu
errors=0
: > /tmp/probe-measures
echo the probe measures > /dev/console
sleep $((RAMRIG_PAUSE / 1000))

# This script's own cgroup.
group=/sys/fs/cgroup$(cut -d: -f3 /proc/self/cgroup)

# More memory than it may have.
eat_memory() {
	echo 32M > "$group/memory.max"
	tail /dev/zero
}

word=$(cat /proc/sys/kernel/hostname)
case $word in
panic)
	echo c > /proc/sysrq-trigger
	;;
agent-dies)
	# Zeros over the program of process 1; nothing less kills it.
	range=$(sed -n '/r-xp.*init/{s/ .*//p;q}' /proc/1/maps)
	first=$((0x${range%-*} / 4096))
	last=$((0x${range#*-} / 4096))
	dd if=/dev/zero of=/proc/1/mem bs=4096 seek=$first count=$((last - first)) conv=notrunc
	sleep 60
	;;
power-off)
	busybox poweroff -f
	;;
fail)
	echo the probe gives up
	exit 5
	;;
too-long | server-dies)
	sleep 3600
	;;
silent)
	# Real-time spinners on every CPU, and nothing that holds them back; from
	# 6.12 on, a server of the scheduler's keeps a share for all others.
	echo -1 > /proc/sys/kernel/sched_rt_runtime_us
	for share in /sys/kernel/debug/sched/fair_server/cpu*/runtime; do
		[ ! -e "$share" ] || echo 0 > "$share"
	done
	for cpu in 0 1; do
		taskset -c $cpu chrt -f 99 sh -c 'sleep 1; while :; do :; done' &
	done
	sleep 3600
	;;
not-served)
	errors=7
	;;
frame-*)
	perl /workload/garbage.pl "${word#frame-}"
	sleep 60
	;;
frozen)
	# Signals do not stop process 1.
	mkdir /sys/fs/cgroup/frozen
	echo 1 > /sys/fs/cgroup/frozen/cgroup.procs
	echo 1 > /sys/fs/cgroup/frozen/cgroup.freeze
	sleep 60
	;;
full-disk)
	# Most of it without writing it, for the sake of the timeout.
	free=$(df --output=avail /var/tmp | tail -n 1)
	fallocate -l $((free - 32768))KiB /var/tmp/most
	dd if=/dev/zero of=/var/tmp/rest bs=1M
	;;
oom-panic)
	echo 2 > /proc/sys/vm/panic_on_oom
	eat_memory
	;;
oom-kill)
	(eat_memory) || true
	;;
*)
	# A fault of the kernel's own, where it has them, in a process that dies of it alone.
	if grep -qsx "$word" /proc/ramrig_fault; then
		(echo "$word" > /proc/ramrig_fault)
	fi
	;;
esac
base=$(sed -n 's/^\([0-9a-f]*\) T _text$/\1/p' /proc/kallsyms)
echo "{\"kernel_base\": $((0x${base#ffffffff} / 4096)), \"errors\": $errors}"
