/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_EMBED_H
#define RAMRIG_EMBED_H

#include "lib/err.h"

#define EMBED_URI "qemu:///embed"

/* Whether libvirt's driver for QEMU is installed; -ENOPKG says how to get it. */
int embed_check(struct err *e);

/*
 * Makes the root folder of libvirt's embedded driver below @run_dir, with the
 * configuration that lets it run without virtlogd, namespaces and cgroups and
 * with QEMU's sandbox on. The caller frees *ret_uri.
 */
int embed_prepare(const char *run_dir, char **ret_uri, struct err *e);

/*
 * What libvirt learns of QEMU by probing it takes longer than all else before
 * a guest's first instruction (measured: 1.5 s). libvirt keeps it in a folder
 * and knows when it is stale; these carry that folder from one embed root to
 * the next through @caps_dir. They run in the supervisor, and failing is harmless.
 */
void embed_offer_caps(const char *run_dir, const char *caps_dir);	/* before the worker */
void embed_keep_caps(const char *run_dir, const char *caps_dir);	/* after it */

#endif
