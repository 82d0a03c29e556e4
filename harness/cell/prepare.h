/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_PREPARE_H
#define RAMRIG_PREPARE_H

#include "image/image.h"
#include "lib/json.h"

/* The kernel that tells a failure of the rig from one of the kernel under test. */
#define REFERENCE_KERNEL "debian-6.12"

/*
 * Whether the programs that every guest needs are here: QEMU, qemu-img,
 * libvirt's driver, the agent. The error says which is not, and how to get it.
 */
int prepare_host(struct err *e);

/*
 * Makes what a plan names: builds the image, fetches the kernels and the
 * reference kernel where the cache lacks them, and fills in the plan's "image",
 * "kernels" and "reference".
 */
int prepare_plan(const struct search *s, json_t *plan, const struct progress *p, struct err *e);

/*
 * Refuses a prepared plan with an arm whose policies need an option that its kernel is built
 * without, as far as the kernel's configuration is known. -EINVAL names all three.
 */
int prepare_needs(const json_t *plan, struct err *e);

#endif
