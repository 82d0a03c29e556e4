/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_KERNEL_SOURCE_WORKSHOP_H
#define RAMRIG_KERNEL_SOURCE_WORKSHOP_H

#include "image/kernel-source.h"
#include "image/kernel-source-origin.h"

/*
 * The folder that kernels of one source are built in, held by one builder at a
 * time. state.json says what src is and whether a builder died over it.
 */
struct workshop {
	char *root;		/* of the cache */
	char *dir;
	char *src;
	char *obj;		/* for one configuration; set by workshop_obj() */
	char *entry;		/* the lock's name */
	int lock;
	json_t *state;
};

/* Waits for the workshop of @o and takes its lock. Close it with workshop_close(). */
int workshop_open(const struct kernel_origin *o, struct workshop *ret, struct err *e);

/* Brings src to the source @o with the patches of @series (see series_load()). */
int workshop_prepare(struct workshop *w, const struct kernel_origin *o, const json_t *series,
		     const char *log, struct err *e);

/*
 * Sets @w->obj to the folder for what is configured by @key, a hash. The first time
 * it starts as a copy of the one used last, since most of that will do.
 */
int workshop_obj(struct workshop *w, const char *key, const char *log, struct err *e);

/* Between these two obj is not to be trusted: a build that is killed leaves halves of files. */
int workshop_build_begin(struct workshop *w, struct err *e);
void workshop_build_end(struct workshop *w);

void workshop_close(struct workshop *w);
#define cleanup_workshop __attribute__((cleanup(workshop_close)))

#endif
