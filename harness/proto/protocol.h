/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_PROTOCOL_H
#define RAMRIG_PROTOCOL_H

/*
 * The protocol between ramrig and ramrig-agent: the one description both sides
 * are built from.
 *
 * Carrier: the virtio-serial port PROTOCOL_PORT, a byte stream each way.
 *
 * Frame: four bytes, the length of what follows, least significant first; then
 * that many bytes of JSON (UTF-8), one object. A length of 0 or over
 * PROTOCOL_FRAME_MAX ends the session: neither side ever reads past it.
 *
 * The agent speaks first, once:
 *   { "event": "hello", "protocol": 1, "release": "6.12.117+deb12-amd64",
 *     "machine": "x86_64", "monotonic_ns": 1894000000 }
 * The host ends the session when "protocol" is not its own.
 *
 * Then the host sends requests, each with an "id" of its own choosing:
 *   { "id": 7, "verb": "read", "path": "/proc/vmstat" }
 * and gets one answer to each, in any order:
 *   { "id": 7, "result": { "data": "nr_free_pages 213\n..." } }
 *   { "id": 7, "errno": 2, "error": "cannot open /proc/vmstat: No such file or directory" }
 * Between them the agent sends events, which have no id.
 *
 * Verbs. Paths are the guest's; "root": true means below PROTOCOL_SYSROOT,
 * where the root disk is mounted. Optional keys are in brackets.
 *
 *   ping        -> { monotonic_ns }
 *   modules     files: [name or "name option=value ...", ...]: loads
 *               /modules/NAME in this order with these options; one that is
 *               loaded already is fine -> { loaded: n }
 *   mount       serial: of the disk (virtio-blk or NVMe), target, type,
 *               [options], timeout_ms: waits for the disk to appear -> {}
 *               An empty serial with source: mounts a virtual file system.
 *   disk        serial, timeout_ms: waits for the disk (virtio-blk or NVMe)
 *               -> { device: "/dev/nvme1n1" }
 *   mkdir       path: makes one folder; that of configfs makes an object -> {}
 *   swap-on     device, priority (0 to 32767): swapon(2). From here, so that
 *               /proc/swaps names the device as everyone else does: what a job
 *               turns on has the path below PROTOCOL_SYSROOT -> {}
 *   write       path, data, [read_back: true], [root], [create: true, mode]
 *               -> { [value: what the file then reads, without final newline] }
 *   read        path, [max_bytes], [root] -> { data } for a file (bytes that are
 *               not UTF-8 come as '?'), { entries: [name, ...] } for a folder.
 *               paths: [path, ...] instead of path -> { files: { PATH: data,
 *               [name, ...], or null where there is none } }; max_bytes is of
 *               each, and what does not fit into one answer fails with EFBIG
 *   job-start   name, argv: [...], [env: {K: V}], [cgroup: "server"],
 *               [root: true], [cwd], [merge_any: true],
 *               [mempolicy: "weighted-interleave", over all nodes], [output_max],
 *               [tty: "/dev/hvc0"] -> { job, pid }
 *               Runs in the cgroup PROTOCOL_CGROUP/NAME, made when missing.
 *   job-wait    job, timeout_ms, [until: "text"]: answers when the job has
 *               ended, or once its output holds the text
 *               -> { running: true, output } or { running: false, exit or
 *               signal, output, output_dropped: bytes, user_us, system_us,
 *               started_ns, ended_ns: CLOCK_MONOTONIC }
 *               ETIMEDOUT leaves the job running.
 *   job-kill    job, [signal: 15]: to the whole process group, then, with
 *               grace_ms, SIGKILL to what is left -> {}
 *   daemon-start  as job-start, plus ready: "text" and timeout_ms: answers once
 *               the output holds the text; ECHILD when it ended first (the error
 *               then quotes its last output) -> { job, pid }
 *   daemon-stop job, grace_ms -> as job-wait
 *   sample-start  hz (1 to 100), sources: [{ name, kind, path, [keys] }]
 *               -> { columns: ["vmstat.pgfault", ...] }
 *   sample-stop -> { samples: sent, late: ticks missed }
 *   trace-set   events: ["vmscan:mm_vmscan_direct_reclaim_begin", ...],
 *               buffer_kib: of each CPU: readies tracefs to record these
 *               tracepoints, with CLOCK_MONOTONIC and the names of tasks, and
 *               records nothing yet. ENOENT names one that the kernel lacks -> {}
 *   trace-start -> {}
 *   trace-stop  -> { entries: in the buffer, lost: that it had no room for, cpus }
 *   trace-read  max_bytes (PROTOCOL_TRACE_MAX at most): takes lines out of the
 *               buffer, oldest first, as trace_pipe shows them
 *               -> { data: whole lines, end: true when none is left }
 *               Without end there are at least half of max_bytes.
 *   power-off   syncs, answers, then powers the machine off -> {}
 *
 * Sample sources, by kind:
 *   "value"   the file holds one number                 -> column NAME
 *   "keyed"   lines "key number" or "key: number kB"    -> columns NAME.KEY
 *             (kB becomes bytes)                           for each of keys
 *   "psi"     a pressure file -> NAME.some_us NAME.full_us (the totals)
 *   "thread"  path is a kernel thread's comm            -> NAME, CPU time in us
 *   "fields"  one line of numbers; keys name them in order, "-" passes over one
 *                                                       -> columns NAME.KEY
 *   "numa"    a cgroup's memory.numa_stat, lines "key N0=number N1=number"; keys are
 *             "KEY.N0"                                  -> columns NAME.KEY.N0
 *   "swaps"   /proc/swaps; keys are "KEY=/dev/PATH"     -> columns NAME.KEY:
 *             bytes of each that are in use, null where it is not swapped to
 * In "keyed" files a line may begin with "Node N ", which is passed over.
 *
 * Events:
 *   { "event": "sample", "t_ns": CLOCK_MONOTONIC, "v": [n or null, ...] }
 *       one value a column; null where the file or key is absent
 *   { "event": "daemon-exit", "job": n, "name", "exit" or "signal", "output" }
 *       a daemon ended that nobody had stopped
 */
#define PROTOCOL_VERSION 1
#define PROTOCOL_PORT "org.ramrig.agent"
#define PROTOCOL_FRAME_MAX (1U << 20)
#define PROTOCOL_SYSROOT "/sysroot"
#define PROTOCOL_CGROUP "/sys/fs/cgroup/ramrig"
#define PROTOCOL_TRACE_MAX (PROTOCOL_FRAME_MAX / 2 - 4096)	/* each byte may need two in JSON */
#define PROTOCOL_COLUMNS_MAX 1024	/* of one sampler */
#define PROTOCOL_JOBS_MAX 256
#define PROTOCOL_OUTPUT_MAX (256U << 10)	/* bytes of a job's output that are kept: the last */

#endif
