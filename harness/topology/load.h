/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_TOPOLOGY_LOAD_H
#define RAMRIG_TOPOLOGY_LOAD_H

#include "spec/search.h"
#include "topology/admit.h"

/*
 * Topologies as guests get them: a file on the search path, scaled, and held
 * against this host. The one way from a file to a plan's copy.
 */

/* What this host and its QEMU have, found out once and only when first needed. */
struct site {
	struct host_memory host;
	struct vm_features features;
	bool host_known;
	bool qemu_asked, qemu_answered;
};

void site_clear(struct site *s);
#define cleanup_site __attribute__((cleanup(site_clear)))

struct topology_wish {
	unsigned scale;			/* 1: sizes as they stand in the file */
	enum guest_clock clock;
	struct site *site;		/* NULL: held against no host */
};

/*
 * Reads the topology in @path. -EINVAL, with its place in the file, for one
 * that is wrong or that @w->site cannot give; where a feature of QEMU is what
 * lacks, the error names the topologies of @s that would work. A QEMU that
 * cannot be asked is no error: what starts a guest says so better. The caller
 * decrefs *ret.
 */
int topology_load(const struct search *s, const char *path, const struct topology_wish *w,
		  json_t **ret, struct err *e);

/*
 * The names of the topologies of @s that @fits holds for, with their sizes
 * multiplied by @scale: "full, zram and zram-nvme". Files that are wrong are
 * passed over. NULL where there is none. The caller frees it.
 */
char *topology_names(const struct search *s, unsigned scale,
		     bool (*fits)(const struct topology *t, const void *arg), const void *arg);

/* -EINVAL unless @scale is one that the option --scale takes, as the key of experiments does. */
#define TOPOLOGY_SCALE_MAX 4096
int topology_scale_check(int scale, struct err *e);

#endif
