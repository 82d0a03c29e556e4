/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_SENPAI_LAW_H
#define RAMRIG_SENPAI_LAW_H

#include <stdbool.h>
#include <stdint.h>
#include "daemons/senpai/senpai-why.h"

/*
 * The control laws: how much to reclaim from one cgroup, from its pressure alone. Pure.
 *
 * LAW_PROPORTIONAL is that of senpai.py (github.com/facebookincubator/senpai), whose
 * constants 10 and 20 are kept. S is how long some task stalled on memory (us) since the
 * law last acted, P the target:
 *
 *	S > P, looked at each tick:	limit *= 1 + max_backoff * min((S/P / 20)^2, 1)
 *	else, once an interval:		limit *= 1 - max_probe * min((P/max(S,1) / 10)^2, 1)
 *
 * There, the limit is memory.high, which holds the cgroup down, stalls whoever allocates
 * above it, and grows to let memory come back. Here it is a number that nobody enforces,
 * and what memory exceeds it by is reclaimed:
 *
 *  - memory that grew past the limit takes the limit along (both lines act on the greater
 *    of the two), so that one step never takes more than max_probe of what there is;
 *  - a back-off reclaims nothing, and lifts the limit above memory; the probes that follow
 *    bring it down again before they reclaim. That is how long the back-off lasts: until
 *    (1 - max_probe)^n * (1 + back-off) < 1, n intervals;
 *  - it is never further above memory than the greatest back-off, so that neither a cgroup
 *    that shrank by itself nor a long burst is left alone for longer than that takes.
 *
 * LAW_RATIO is that of the paper (Weiner et al., TMO: Transparent Memory Offloading in
 * Datacenters, ASPLOS 2022, doi 10.1145/3503222.3507731), once an interval:
 *
 *	reclaim = memory * ratio * max(0, 1 - PSI / threshold)
 *
 * PSI is the greater of avg10 and of what the last step alone had: avg10 takes seconds
 * to rise. At the threshold it backs off, and the interval begins anew.
 */
enum law { LAW_PROPORTIONAL, LAW_RATIO, LAW_COUNT };

const char *senpai_law_name(enum law l);

/* Sets *ret to the law called @name; false where there is none. */
bool senpai_law_find(const char *name, enum law *ret);

struct law_settings {
	enum law law;
	uint64_t interval_us;	       /* at least 1 */
	uint64_t pressure_us;	       /* P, at least 1 */
	double max_probe, max_backoff; /* above 0 and at most 1; at least 0 */
	double ratio;		       /* above 0 and at most 1 */
	double threshold_percent;      /* above 0 */
	double io_threshold_percent;   /* of "some" I/O pressure, both laws; 0: not looked at */
};

/* What was seen of the cgroup. Bytes are at most INT64_MAX. */
struct law_input {
	uint64_t elapsed_us;		       /* since the step before */
	uint64_t memory_stall_us, io_stall_us; /* "some total", counting since the cgroup's start */
	double memory_avg10, io_avg10;	       /* percent */
	uint64_t current_bytes;
	uint64_t bottom_bytes; /* not to be reclaimed below */
	bool swap_full;	       /* for the reason given, no more */
};

/* Between steps, one for each cgroup; begins as zeroes. */
struct law_state {
	bool started;
	uint64_t memory_stall_us, io_stall_us; /* as last seen */
	uint64_t stalled_us;		       /* S */
	uint64_t wait_us;		       /* until the interval is over */
	uint64_t limit_bytes;		       /* of the proportional law */
};

struct law_decision {
	enum why why;	       /* WHY_RECLAIM, or why nothing is to be done */
	uint64_t wanted_bytes; /* whole pages; 0 unless WHY_RECLAIM */
	uint64_t growth_us;    /* of the memory stall since the step before */
	uint64_t stalled_us;   /* S that was decided on */
	uint64_t budget_us;    /* stall during the reclaim at which to leave the rest */
};

/*
 * One tick. A counter that fell is a cgroup made anew: the law begins anew with it. The
 * interval is over at the tick nearest to its end.
 */
struct law_decision senpai_law_step(const struct law_settings *s, struct law_state *st,
				    const struct law_input *in);

#endif
