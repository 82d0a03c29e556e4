/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_ACCEL_H
#define RAMRIG_ACCEL_H

#include <stdbool.h>
#include "lib/err.h"

/* What runs the guest's instructions: QEMU's translator, or the processor. */
enum accel { ACCEL_TCG, ACCEL_KVM };

/* "tcg", "kvm": as results, doctor and QEMU's -accel write it. */
const char *accel_name(enum accel a);

/*
 * Whether KVM really runs a guest here: /dev/kvm opens for the account QEMU
 * will run as, and a throw-away guest gave its byte (accel_try()). Neither
 * existing, nor opening, nor a virtual machine created proves it.
 *
 * The guest's verdict is kept in the cache (accel.json) for as long as the
 * host stays booted, the account is the same, and QEMU's program and /dev/kvm
 * are the same files. Without KVM this is no error: *ret is ACCEL_TCG and
 * *ret_why one sentence. *ret_why is never NULL; the caller frees it. -ENOENT
 * when there is no QEMU.
 *
 * Call it before any thread is started: it forks.
 */
int accel_probe(enum accel *ret, char **ret_why, struct err *e);

/*
 * Starts a throw-away guest (a boot sector of ours, no disk of anybody's)
 * under @a with the QEMU program @qemu, not as root, and waits for its byte,
 * 5 seconds under KVM and longer under the slower TCG.
 *
 * Returns 0 and sets *ret_ran to whether the byte came; where it did not,
 * *ret_why says in one sentence what happened (the caller frees it, NULL when
 * the byte came). -errno when no guest could be tried at all.
 */
int accel_try(const char *qemu, enum accel a, bool *ret_ran, char **ret_why, struct err *e);

#endif
