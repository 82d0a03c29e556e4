/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef OOM_VARIANT_H
#define OOM_VARIANT_H

#include <stdbool.h>
#include <stddef.h>
#include "lib/err.h"

/*
 * Who competes, and by which rules. In the order in which they are started:
 * four contestants that grow, in two cgroups, and the service, which does not.
 */
enum who {
	WHO_BIG,
	WHO_SMALL,
	WHO_MIDDLE,
	WHO_MATE,
	WHO_SERVICE,
	WHO_COUNT
};
#define CONTESTANTS WHO_SERVICE

/* Cgroups below that of the daemon. */
enum cgroup {
	CGROUP_ONE,
	CGROUP_TWO,
	CGROUP_SERVICE,
	CGROUP_REFEREE,
	CGROUP_COUNT
};

extern const char *const cgroup_names[CGROUP_COUNT];

struct who_info {
	const char *name;
	enum cgroup cgroup;
	unsigned weight;	/* its share of each step of growth; 0: it does not grow */
};

extern const struct who_info who_table[WHO_COUNT];

/* All zero changes nothing: growth until the machine is out of memory. */
struct variant_info {
	const char *name;
	const char *sysctl;	/* a file below /proc/sys/vm set to 1, or NULL */
	bool limited;		/* memory.max of CGROUP_TWO is the parameter 'limit' */
	bool group;		/* memory.oom.group of CGROUP_ONE is set */
	int big_adj;		/* oom_score_adj of the biggest */
	unsigned middle_weight;	/* in place of the table's, where it is not 0 */
	bool panics;
};

enum variant {
	VARIANT_PLAIN,
	VARIANT_CLOSE,
	VARIANT_MEMCG,
	VARIANT_ALLOCATING_TASK,
	VARIANT_GROUP,
	VARIANT_ADJUSTED,
	VARIANT_PANIC,
	VARIANT_COUNT
};

extern const struct variant_info variant_table[VARIANT_COUNT];

unsigned variant_weight(const struct variant_info *v, enum who w);
unsigned variant_weights(const struct variant_info *v);	/* of all contestants */

/* Whether the shortage that @v is about can kill @w. */
bool variant_candidate(const struct variant_info *v, enum who w);

/* Whether @w dies where @victim was chosen. */
bool variant_dies(const struct variant_info *v, enum who victim, enum who w);

#endif
