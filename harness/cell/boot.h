/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_BOOT_H
#define RAMRIG_BOOT_H

#include "cell/work.h"

/* What guest_boot() needs to know, from a worker's task; all of it borrowed. */
struct guest_opts boot_opts(const struct workdir *w, const struct account_share *shares,
			    const struct work *k, const char *out_dir);

#endif
