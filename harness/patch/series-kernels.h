/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_SERIES_KERNELS_H
#define RAMRIG_SERIES_KERNELS_H

#include "patch/bisect.h"

/*
 * The kernels of a bisection: kernel 0 is the good end, kernel k has the first k
 * changes on top of it. Made as kernel files when first asked for.
 */
struct series_kernels {
	const char *dir;	/* of the bisection */
	const json_t *request;	/* { "base", "git" or null, "good", "changes": [{ "title", "patch" or "commit" }] } */
};

/*
 * Takes the series or range of @o apart into *ret_changes, writing patches below
 * @dir, and sets *ret_good to how many of them the good end has.
 */
int series_kernels_read(const struct bisect_opts *o, const char *dir, json_t **ret_changes,
			unsigned *ret_good, struct err *e);

/* How many changes lie between the ends. */
size_t series_kernels_count(const struct series_kernels *s);

/* Of the @k-th change between the ends, from 1. */
const char *series_kernels_title(const struct series_kernels *s, size_t k);

/*
 * The name of kernel @k, whose file is in @search (whose first folder is the
 * bisection's) afterwards. The caller frees *ret.
 */
int series_kernels_make(const struct series_kernels *s, const struct search *search, size_t k,
			char **ret, struct err *e);

#endif
