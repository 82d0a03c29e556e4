/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_SENPAI_WHY_H
#define RAMRIG_SENPAI_WHY_H

/* How a cgroup's step ended: the one word "why" of its line in the log. */
enum why {
	WHY_RECLAIM,
	WHY_START,
	WHY_WAIT,
	WHY_BACKOFF,
	WHY_IO,
	WHY_LIMIT,
	WHY_FLOOR,
	WHY_SWAP_FULL,
	WHY_SMALL,
	WHY_DRY_RUN,
	WHY_PARTIAL,
	WHY_PRESSURE,
	WHY_STOPPED,
	WHY_GONE,
	WHY_ERROR,
	WHY_COUNT
};

/* The word in the log, and what it means, as docs/senpai.md has it. */
const char *why_name(enum why w);
const char *why_help(enum why w);

#endif
