/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_GLOBALS_H
#define RAMRIG_GLOBALS_H

#include "image/image.h"
#include "spec/search.h"

/* What the options before or after any command's name have set. */
struct cli_globals {
	struct search search;
	const char *connect;		/* libvirt URI */
	int quiet;
};

extern struct cli_globals cli;

/* Progress as lines on standard error, none with --quiet. */
extern const struct progress cli_progress;

#endif
