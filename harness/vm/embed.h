/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_EMBED_H
#define RAMRIG_EMBED_H

#include "lib/err.h"

#define EMBED_URI "qemu:///embed"

/*
 * Makes the root folder of libvirt's embedded driver below @run_dir, with the
 * configuration that lets it run without virtlogd, namespaces and cgroups and
 * with QEMU's sandbox on. The caller frees *ret_uri.
 */
int embed_prepare(const char *run_dir, char **ret_uri, struct err *e);

#endif
