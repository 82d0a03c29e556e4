/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_SPEC_H
#define RAMRIG_SPEC_H

#include <stdio.h>
#include "lib/err.h"
#include "lib/json.h"

/*
 * A file that people write: YAML in, checked and normalised JSON out.
 *
 * Each kind of file has one table of its keys (schema.c): type, limits,
 * default, meaning. Loading, its errors, and the reference in docs/ all derive
 * from it. After loading, sizes are integers in bytes, durations integers in
 * milliseconds, shares ("5%") reals (0.05), defaults filled in; what is
 * optional and has no default stays absent.
 */
enum spec_kind {
	SPEC_IMAGE,		/* images/rootfs/NAME/image.yaml */
	SPEC_KERNEL,		/* images/kernels/NAME/kernel.yaml */
	SPEC_TOPOLOGY,		/* topologies/NAME.yaml */
	SPEC_POLICY,		/* policies/NAME.yaml */
	SPEC_WORKLOAD,		/* workloads/NAME/workload.yaml */
	SPEC_EXPERIMENT,	/* experiments/NAME.yaml */
	SPEC_CLAIM,		/* reports/claims/NAME.yaml */
	SPEC_KIND_COUNT
};

/* What `memory.max` may be, as a part of the most that a group took without one. */
#define LIMIT_RATIO_MIN 0.05
#define LIMIT_RATIO_MAX 4.0

struct spec;

/*
 * Reads and checks @path, at most 1 MiB.
 *
 * Returns -EINVAL for what is wrong in the file: e->msg begins with
 * "path:line:column: ", e->excerpt shows the line with a caret under the
 * column. An unknown key names the nearest known one. The caller frees *ret.
 */
int spec_load(enum spec_kind kind, const char *path, struct spec **ret, struct err *e);

/* The same for @text, as if it stood in the file @path. */
int spec_load_text(enum spec_kind kind, const char *path, const char *text, size_t len,
		   struct spec **ret, struct err *e);

/*
 * The same as spec_load(), with the value of the key @key of the file, which must be
 * there, replaced by @text (YAML): what is wrong in it is an error at the place of what it
 * replaces.
 */
int spec_load_replaced(enum spec_kind kind, const char *path, const char *key, const char *text,
		       struct spec **ret, struct err *e);

/* The checked document; it lives as long as @s. */
const json_t *spec_doc(const struct spec *s);
const char *spec_path(const struct spec *s);

/*
 * Fills @e with an error at the value that @pointer (a JSON pointer such as
 * "/arms/1/policies/0") names in the file: for checks that need more than one
 * file. Returns -EINVAL.
 */
int spec_error(const struct spec *s, const char *pointer, struct err *e, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* Writes the table of @kind's keys as Markdown: the reference in docs/. */
void spec_print_reference(enum spec_kind kind, FILE *out);

/* "topology", "policy", ... */
const char *spec_kind_name(enum spec_kind kind);

void spec_free(struct spec *s);	/* NULL is fine */

static inline void spec_freep(struct spec **s)
{
	spec_free(*s);
}
#define cleanup_spec __attribute__((cleanup(spec_freep)))

#endif
