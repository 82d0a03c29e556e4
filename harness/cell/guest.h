/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_GUEST_H
#define RAMRIG_GUEST_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include "image/kernel.h"
#include "lib/err.h"
#include "lib/json.h"
#include "proto/link.h"
#include "vm/accel.h"
#include "vm/domain.h"
#include "vm/session.h"

/*
 * A booted guest: session, link and root disk. The one boot path of cells,
 * of `ramrig shell` and of the reference kernel's trial.
 */
struct guest {
	struct session *session;
	struct link *link;
	json_t *hello;
	FILE *log;		/* agent.jsonl */
	char *xml;
	enum guest_clock clock;
	int64_t started_ms;	/* clock_now_ms() when QEMU was asked for */
	int64_t hello_ms;	/* how long the agent's hello took from then, wall time */
	int64_t verb_ms;	/* how long a quick verb may take in this guest */
	char *disks[TOPOLOGY_DEVICES_MAX];	/* each device's "/dev/...", once it is up; cell/bring-up.h */
};

struct guest_opts {
	const char *uri;
	const char *run_dir;	/* of the work folder; this process's account's */
	const char *out_dir;	/* console.log, domain.xml, argv.json and agent.jsonl are written here */
	const char *emulator;
	enum accel accel;
	enum guest_clock clock;
	const struct topology *topology;
	const struct vm_features *features;	/* NULL where the topology needs none */
	const char *bzimage, *initrd, *image;	/* as this account sees them */
	const json_t *modules;	/* as initramfs_write() gives them, loaded after hello */
	uint32_t seed;
	bool interactive;
	int64_t hello_deadline_ms;	/* how long hello may take, wall time */
	void (*console_line)(void *arg, const char *line);
	void *arg;
};

/* CPUs the guest gets: the topology's, but one under the virtual clock. */
unsigned guest_cpus(const struct topology *t, enum guest_clock clock);

/* The libvirt domain that guest_boot() would start. Pure. The caller frees *ret. */
int guest_describe(const struct guest_opts *o, char **ret, struct err *e);

/*
 * Starts QEMU and waits for the agent's hello.
 *
 * -ETIMEDOUT, -ECANCELED, -ECONNRESET or -EPROTO where the guest was started
 * but did not say hello: *ret is set then too, for session_why() and the console.
 * Any other error is the rig's, and *ret is untouched.
 */
int guest_boot(const struct guest_opts *o, struct guest **ret, struct err *e);

/* Loads the modules and mounts the root disk. Errors are those of link_call(). */
int guest_mount_root(struct guest *g, const struct guest_opts *o, struct err *e);

/* Asks for a power-off and waits for it. */
int guest_power_off(struct guest *g, struct err *e);

/* How long the host waits for what may take @guest_ms on the guest's clock. */
int64_t guest_wall_ms(const struct guest *g, int64_t guest_ms);

/* A quick verb: link_call() with this guest's deadline. */
int guest_call(struct guest *g, const char *verb, json_t *params, json_t **ret_result,
	       struct err *e);

/* Reads a small file; the caller frees *ret. -ENOENT where there is none. */
int guest_read(struct guest *g, const char *path, char **ret, struct err *e);

void guest_free(struct guest *g);	/* destroys what still runs; NULL is fine */

#endif
