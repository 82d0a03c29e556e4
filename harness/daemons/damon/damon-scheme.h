/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_DAMON_SCHEME_H
#define RAMRIG_DAMON_SCHEME_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include "lib/err.h"

/*
 * A DAMON scheme (DAMOS): what to do with regions of which access pattern, how much of it
 * at most, and with which of their pages. Words and meanings are those of the kernel's
 * admin-guide/mm/damon/usage.rst, but for these: ages are times, not counts of aggregation
 * intervals, and a filter says "only" or "skip" for its `matching` N or Y, which in 6.12 is
 * what gets filtered out.
 *
 *	migrate_cold,node=0,target_nid=1,max_nr_accesses=0,min_age=10s,bytes=32MiB,only=memcg:/a
 */
enum damon_action {
	DAMON_PAGEOUT,
	DAMON_LRU_PRIO,
	DAMON_LRU_DEPRIO,
	DAMON_MIGRATE_HOT,
	DAMON_MIGRATE_COLD,
	DAMON_STAT,
	DAMON_ACTION_COUNT
};
extern const char *const damon_actions[DAMON_ACTION_COUNT];

enum damon_goal { DAMON_GOAL_NONE, DAMON_GOAL_USER_INPUT, DAMON_GOAL_SOME_MEM_PSI_US };
extern const char *const damon_goals[];

enum damon_filter_type {
	DAMON_FILTER_ANON,
	DAMON_FILTER_MEMCG,
	DAMON_FILTER_YOUNG,
	DAMON_FILTER_ADDR
};
extern const char *const damon_filter_types[];

#define DAMON_FILTERS_MAX 8
#define DAMON_PATH_MAX	  256

struct damon_filter {
	enum damon_filter_type type;
	bool skip;		    /* what matches; else what does not */
	char memcg[DAMON_PATH_MAX]; /* "/ramrig/heap", itself alone, not what is below it */
	uint64_t start, end;	    /* of DAMON_FILTER_ADDR */
};

struct damon_scheme {
	enum damon_action action;
	int node;				   /* whose memory; RAM_NODE_ALL */
	int target_nid;				   /* of the migrations; -1 else */
	uint64_t apply_interval_ms;		   /* 0: the aggregation interval */
	uint64_t min_sz, max_sz;		   /* bytes */
	uint64_t min_nr_accesses, max_nr_accesses; /* samples of an aggregation with an access */
	uint64_t min_age_ms, max_age_ms;
	uint64_t ms, bytes, reset_interval_ms;		    /* quotas; ms and bytes 0: none */
	uint64_t sz_permil, nr_accesses_permil, age_permil; /* weights under a quota */
	enum damon_goal goal;
	uint64_t target_value;	  /* us of stall, a second or (some_mem_psi_us) a reset interval */
	char psi[DAMON_PATH_MAX]; /* the cgroup that feeds user_input */
	bool has_watermarks;
	uint64_t wmark_interval_ms, wmark_high, wmark_mid, wmark_low; /* permille of memory free */
	struct damon_filter filters[DAMON_FILTERS_MAX];
	unsigned n_filters;
};

#define DAMON_AGE_MAX UINT64_MAX /* of max_age_ms: however old */

/* Pure: reads one. Returns -EINVAL or -ERANGE with a sentence that names key and scheme. */
int damon_scheme_parse(const char *text, struct damon_scheme *ret, struct err *e);

/* All that a scheme says, with what it did not say as it is then; a limit that is none is null. */
json_t *damon_scheme_json(const struct damon_scheme *s);

/* The actions and keys, for --help. */
void damon_scheme_help(FILE *out);

#endif
