/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_KERNEL_SOURCE_CONFIG_H
#define RAMRIG_KERNEL_SOURCE_CONFIG_H

#include <stddef.h>
#include "lib/err.h"
#include "lib/json.h"

/* An option that a fragment asks for and the configuration does not have. */
struct config_miss {
	const char *fragment;	/* the path, borrowed */
	unsigned line;
	char name[64];		/* without CONFIG_ */
	char wanted[64];	/* "y", "m", "n", "0x10", "\"text\"" */
	char got[64];		/* likewise; "n" when it is off */
};

/*
 * Checks that every option which the @fragments (paths) ask for, the last one
 * that names it deciding, has its value in the text @config. -EINVAL and
 * *ret_miss for the first that has not; @e then says so in short.
 */
int config_check(const json_t *fragments, const char *config, struct config_miss *ret_miss,
		 struct err *e);

/* The value of CONFIG_@name in @config: "n" where it is off or unknown. Returns @buf. */
const char *config_value(const char *config, const char *name, char *buf, size_t size);

/*
 * Says in @e why @m did not come out as asked, going by the Kconfig files of the
 * tree @src: what the option depends on and which of that is off in @config.
 * Returns -EINVAL.
 */
int config_explain(const char *src, const struct config_miss *m, const char *config,
		   struct err *e);

#endif
