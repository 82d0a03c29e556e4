/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemons/senpai/senpai-why.h"

static const struct {
	const char *name, *help;
} whys[WHY_COUNT] = {
	[WHY_RECLAIM] = { "reclaim", "the kernel was asked for all that was wanted" },
	[WHY_START] = { "start", "the first look at this cgroup, or its counters began anew" },
	[WHY_WAIT] = { "wait", "pressure is low, and the interval is not over" },
	[WHY_BACKOFF] = { "backoff", "memory pressure is above the target" },
	[WHY_IO] = { "io-backoff", "I/O pressure is above `--io-threshold`" },
	[WHY_LIMIT] = { "limit", "memory is still below the limit that the last back-off raised" },
	[WHY_FLOOR] = { "floor", "nothing can be taken above the floor" },
	[WHY_SWAP_FULL] = { "swap-full",
			    "swap is nearly full, and there is no page cache above the floor" },
	[WHY_SMALL] = { "small", "less than a page is wanted" },
	[WHY_DRY_RUN] = { "dry-run", "it would have reclaimed what is wanted" },
	[WHY_PARTIAL] = { "partial", "the kernel found less than it was asked for (EAGAIN)" },
	[WHY_PRESSURE] = { "pressure",
			   "pressure rose while reclaiming: the rest was not asked for" },
	[WHY_STOPPED] = { "stopped", "a signal came while reclaiming: the rest was not asked for" },
	[WHY_GONE] = { "gone", "there is no such cgroup now" },
	[WHY_ERROR] = { "error",
			"a file could not be read or written; `error` says which and why" },
};

const char *why_name(enum why w)
{
	return whys[w].name;
}

const char *why_help(enum why w)
{
	return whys[w].help;
}
