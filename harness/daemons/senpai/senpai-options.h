/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_SENPAI_OPTIONS_H
#define RAMRIG_SENPAI_OPTIONS_H

#include <jansson.h>
#include "daemons/senpai/senpai-law.h"
#include "lib/err.h"

/* The floor of one cgroup, or of all that a pattern finds. */
struct floor_rule {
	char *path; /* as cgroup_path() has it */
	uint64_t bytes;
};

struct senpai_options {
	struct law_settings law;
	char **cgroups; /* as cgroup_path() has them; ends with NULL, at least one */
	struct floor_rule *floors;
	size_t n_floors;
	uint64_t floor_bytes; /* where no rule fits */
	uint64_t tick_ms, piece_bytes;
	double swap_reserve_percent;
	int swappiness; /* -1: the kernel's own */
	int steps;	/* 0: until a signal */
	int nice;
	bool dry_run;
	const char *root;
	char *cgroup_self; /* as cgroup_path() has it; "": stay */
};

/*
 * Reads the command line; --help prints and exits. -EINVAL with a sentence for options that
 * are wrong. senpai_options_free() also after a failure.
 */
int senpai_options_read(int argc, const char **argv, struct senpai_options *ret, struct err *e);
void senpai_options_free(struct senpai_options *o);

/* Every setting as it is in effect, for the log's first line. */
json_t *senpai_options_json(const struct senpai_options *o);

/*
 * Pure: a cgroup's path below /sys/fs/cgroup with one slash in front and none behind, "/"
 * for the root; a last part "*" stays, and means each child. -EINVAL for another star or
 * a part "..". The caller frees *ret.
 */
int cgroup_path(const char *text, char **ret, struct err *e);

/* The floor of the cgroup @path that @pattern found: of the path, the pattern, or all. */
uint64_t senpai_options_floor(const struct senpai_options *o, const char *path,
			      const char *pattern);

#endif
