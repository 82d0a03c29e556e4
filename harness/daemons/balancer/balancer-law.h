/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_BALANCER_LAW_H
#define RAMRIG_BALANCER_LAW_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The balancer's control law: when cold pages of a zram are written to its backing
 * device, how old they must be, and how many. Pure: time and readings come from the
 * caller. Amounts are in units of 4 KiB, as bd_stat and writeback_limit count; times are
 * seconds of CLOCK_BOOTTIME, as zram stamps its slots.
 *
 * Marks. Above pool_percent of the pool's size pages are written until the pool is
 * hysteresis_percent of the size below that. As the mark is to hold between steps, too, it
 * begins as soon as the pool would be above it after growing as much as it lately did
 * between two steps at the most (fading with refault_window_s), or by a fifth of the
 * hysteresis: after a quiet time the first burst comes unforetold. What must go is the
 * pool's excess divided by what a resident page takes of it on average; an incompressible
 * page takes all of one.
 *
 * Ages, the coldest first. zram walks its slots in the order of their index and has no
 * list by age, so one call with a low age and a limit would take whatever comes first.
 * The law goes down a ladder: half of the greatest age there can be, half of that, and so
 * on to the minimum; a rung whose pages have all gone is followed by the next. Pages so
 * go in buckets of age. (The exact order would need block_state of debugfs read as a
 * whole in every step, some 40 bytes a slot, and one write of page_index= a page, which
 * does not look whether the page was read in the meantime.) A rung that was emptied says
 * that no page is older: the next step starts there. So a step usually marks once,
 * and not at all while nothing can be an eighth older than the minimum.
 *
 * Budget. A bucket of tokens fills at budget_per_s and holds what a scan interval (but at
 * least a second) brings. All growth of bd_writes is paid from it, whoever wrote: it is
 * the device that wears. It may go into debt: zram counts a page that changed while it
 * was being written in bd_writes, but not in writeback_limit. So over any window of T
 * seconds no more is asked for than budget_per_s * T + the bucket.
 *
 * Refaults. Reads of the backing device, fading with refault_window_s, against all that
 * lies there and was read: the share of it that comes back within a window. Above
 * refault_percent what was cold was not, and the level goes up by one, once a window. The
 * minimum age, and the pause after a step that marked, are doubled by each level; an error
 * of the kernel raises it, too. It comes down by one when four windows have passed since it
 * last changed, and the share is half the bar or less. (Reads against recent writes would not
 * do: where nothing is freed, all that goes out comes back some day, so in the long run they
 * are as many, whether pages stay for a minute or a day.)
 */
#define LAW_EVIDENCE	64	/* pages below which refaults are not judged */
#define LAW_LEVEL_MAX 6	 /* minimum age and pause are at most 64-fold */

struct law_config {
	double pool_percent, hysteresis_percent; /* of the pool's size */
	double scan_interval_s, min_age_s;
	double budget_per_s;
	double refault_percent, refault_window_s;
	uint64_t page_units; /* the kernel's page in units of 4 KiB: it writes no less */
	bool huge_only;	     /* nothing but incompressible pages is written */
};

/* What the device said at one moment. */
struct law_seen {
	double now_s;
	bool initialised; /* it has a size; else nothing below counts */
	uint64_t pool_size_bytes, pool_bytes;
	uint64_t resident;	/* pages in the pool */
	uint64_t huge;		/* incompressible ones among them */
	uint64_t backing;	/* on the backing device now */
	uint64_t reads, writes; /* of the backing device, since the device was set up */
};

/* Why a step wrote nothing; LAW_GO: it may. Words and sentences are in law_whys[]. */
enum law_why {
	LAW_GO,
	LAW_UNINITIALISED,
	LAW_BELOW_MARK,
	LAW_PAUSED,
	LAW_NO_BUDGET,
	LAW_BACKING_FULL,
	LAW_NO_HUGE,
	LAW_TOO_YOUNG,
	LAW_NOTHING_IDLE,
	LAW_BUSY,
	LAW_FAILED,
	LAW_STOPPED,
	LAW_DRY_RUN,
	LAW_WHY_COUNT
};

extern const struct law_why_text {
	const char *word; /* in the log */
	const char *help;
} law_whys[LAW_WHY_COUNT];

/* What became of a rung. */
enum law_end {
	LAW_EMPTIED, /* every page of that age was written */
	LAW_LIMITED, /* there are more, but no more were asked for */
	LAW_FULL,    /* the backing device has no room left */
	LAW_TAKEN,   /* another call to zram's writeback or recompression is under way */
	LAW_BROKEN,  /* the kernel reported an error */
};

struct law {
	struct law_config config;
	struct law_seen last;
	bool draining;			/* between the mark and the low mark */
	bool fresh;			/* a step has begun and observed nothing */
	double growth_bytes;		/* of the pool between steps, at the most */
	double tokens;
	double cutoff_s;		/* no page in the pool was last used before */
	double rung_s;			/* the age of this step's last rung; INFINITY: none yet */
	double reads_recent;
	unsigned level;
	double level_since_s;
	double resume_s;		/* until then it pauses */
	uint64_t full_at;		/* pages on the backing device when it was full; 0: never */
	enum law_why ended;		/* why the step goes down no further; LAW_GO: it may */
	uint64_t step_reads, step_writes;	/* since the last step ended */
};

/* Starts from a first reading, with a full bucket. */
void law_start(struct law *l, const struct law_config *config, const struct law_seen *first);

/* A new step begins. The totals step_reads and step_writes start anew. */
void law_step(struct law *l);

/*
 * Takes in a reading: budget, refaults, marks. Counters that fell say that the device was
 * reset: what was known of ages is forgotten, and they count from zero.
 */
void law_observe(struct law *l, const struct law_seen *seen);

/* By the last reading: LAW_GO and the age in whole seconds to mark by, or why not. */
enum law_why law_next(const struct law *l, uint64_t *ret_age_s);

/*
 * How many units to write now by the last reading, a multiple of page_units: no more
 * than wanted, and than the budget has. 0: none. @huge: of incompressible pages.
 */
uint64_t law_pages(const struct law *l, bool huge);

/* How many would bring the pool to the low mark, whatever the budget. */
uint64_t law_wanted(const struct law *l, bool huge);

/* The rung @age_s, marked at @marked_s, came to @end. Readings after it were observed. */
void law_rung(struct law *l, uint64_t age_s, double marked_s, enum law_end end);

/* What is in force at the present level. */
double law_min_age_s(const struct law *l);

/* The share that came back within a window; negative while there is too little evidence. */
double law_refault_percent(const struct law *l);

/* The pool in percent of its size. */
double law_pool_percent(const struct law_seen *seen);

#endif
