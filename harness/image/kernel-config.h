/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_KERNEL_CONFIG_H
#define RAMRIG_KERNEL_CONFIG_H

#include "image/kernel.h"

/* A kernel option that memory features depend on. */
struct kernel_option {
	const char *name;	/* without CONFIG_ */
	const char *meaning;
};

extern const struct kernel_option kernel_options[];	/* ends with a NULL name */

/*
 * Sets *ret to a new JSON object { "KSM": "y", "ZRAM": "m", "DAMON": null, ... } of
 * kernel_options[]: null where the option is off. *ret is NULL where the
 * kernel's config file is not known.
 */
int kernel_config_load(const struct kernel *k, json_t **ret, struct err *e);

/*
 * Sets *ret to the first of @options (an array of names without CONFIG_) that is off in
 * @k's configuration; to NULL where none is, or the configuration is not known.
 */
int kernel_config_missing(const struct kernel *k, const json_t *options, const char **ret,
			  struct err *e);

/* Where the kernel's config file would be; the caller frees it. */
char *kernel_config_path(const struct kernel *k);

/* The pure half: @text is a config file. */
json_t *kernel_config_parse(const char *text);

#endif
