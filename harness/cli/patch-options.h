/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_PATCH_OPTIONS_H
#define RAMRIG_PATCH_OPTIONS_H

#include <popt.h>
#include "contest/site.h"

/* Options of `try` and `bisect`, as a table to include: --base, --jobs, --out. */
extern const struct poptOption patch_options[];

int patch_options_check(struct err *e);

const char *patch_options_base(void);

/* The folder that --out names, or PARENT/WHAT-TIME; the caller frees it. */
char *patch_options_dir(const char *parent, const char *what);

/* The rest of ramrig as these commands use it, with progress on standard error. */
struct contest_site patch_options_site(void);

#endif
