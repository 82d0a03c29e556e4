/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>
#include "daemons/balancer/balancer-law.h"

#define UNIT_BYTES 4096.0

/* How much older than the minimum a page must be able to be before slots are walked for it. */
#define LOOK_AGAIN 1.125

#define RESERVE 5		/* this part of the band is kept for growth that nothing foretold */

#define CALM_WINDOWS 4 /* without a change, before the level comes down */

const struct law_why_text law_whys[LAW_WHY_COUNT] = {
	[LAW_GO] = { "go", "there is something to write" },
	[LAW_UNINITIALISED] = { "uninitialised", "the device has no size: it was reset" },
	[LAW_BELOW_MARK] = { "below-mark", "the pool is below its mark, and should be at the next step" },
	[LAW_PAUSED] = { "paused", "pages came back soon after they were written, so it waits" },
	[LAW_NO_BUDGET] = { "no-budget", "the write budget is used up for now" },
	[LAW_BACKING_FULL] = { "backing-full", "the backing device has no room left" },
	[LAW_NO_HUGE] = { "no-huge", "only incompressible pages may go, and there are none" },
	[LAW_TOO_YOUNG] = { "too-young", "no page can be old enough yet" },
	[LAW_NOTHING_IDLE] = { "nothing-idle", "no page turned out to be old enough" },
	[LAW_BUSY] = { "busy", "another writeback or recompression was under way" },
	[LAW_FAILED] = { "failed", "the kernel reported an error, see error" },
	[LAW_STOPPED] = { "stopped", "a signal came while pages were looked for" },
	[LAW_DRY_RUN] = { "dry-run", "it would have written" },
};

static double bucket_size(const struct law_config *c)
{
	return fmax(c->budget_per_s * fmax(c->scan_interval_s, 1), c->page_units);
}

void law_start(struct law *l, const struct law_config *config, const struct law_seen *first)
{
	*l = (struct law){
		.config = *config,
		.last = *first,
		.tokens = bucket_size(config),
		.cutoff_s = 0, /* the boot: nothing is older */
		.rung_s = INFINITY,
		.level_since_s = first->now_s - config->refault_window_s,
	};
}

void law_step(struct law *l)
{
	l->rung_s = INFINITY;
	l->ended = LAW_GO;
	l->step_reads = l->step_writes = 0;
	l->fresh = true;
}

double law_min_age_s(const struct law *l)
{
	return ldexp(l->config.min_age_s, (int)l->level);
}

double law_refault_percent(const struct law *l)
{
	double all = l->reads_recent + l->last.backing;

	return all < LAW_EVIDENCE ? -1 : 100 * l->reads_recent / all;
}

double law_pool_percent(const struct law_seen *seen)
{
	return seen->pool_size_bytes ? 100.0 * seen->pool_bytes / seen->pool_size_bytes : 0;
}

static void level_raise(struct law *l)
{
	if (l->level < LAW_LEVEL_MAX)
		l->level++;
	l->level_since_s = l->last.now_s;
	/* Each doubling needs evidence of its own. */
	l->reads_recent = 0;
}

static void level_judge(struct law *l)
{
	double percent = law_refault_percent(l), since_s = l->last.now_s - l->level_since_s;

	if (percent > l->config.refault_percent) {
		if (since_s >= l->config.refault_window_s)
			level_raise(l);
	} else if (l->level && percent <= l->config.refault_percent / 2 &&
		   since_s >= CALM_WINDOWS * l->config.refault_window_s) {
		l->level--;
		l->level_since_s = l->last.now_s;
	}
}

static void counters_take(struct law *l, const struct law_seen *seen)
{
	bool reset = seen->reads < l->last.reads || seen->writes < l->last.writes;
	uint64_t reads = seen->reads - (reset ? 0 : l->last.reads);
	uint64_t writes = seen->writes - (reset ? 0 : l->last.writes);
	double passed_s = fmax(seen->now_s - l->last.now_s, 0);
	double fade = exp(-passed_s / l->config.refault_window_s);

	if (reset) {
		l->cutoff_s = 0;
		l->full_at = 0;
	}
	l->reads_recent = l->reads_recent * fade + reads;
	l->growth_bytes *= fade;
	if (l->fresh && seen->pool_bytes > l->last.pool_bytes)
		l->growth_bytes = fmax(l->growth_bytes, seen->pool_bytes - l->last.pool_bytes);
	l->fresh = false;
	l->tokens = fmin(l->tokens + passed_s * l->config.budget_per_s, bucket_size(&l->config)) -
		    writes;
	l->step_reads += reads;
	l->step_writes += writes;
}

static void marks_judge(struct law *l)
{
	const struct law_config *c = &l->config;
	double percent = law_pool_percent(&l->last);
	double least_bytes = l->last.pool_size_bytes * c->hysteresis_percent / 100 / RESERVE;

	if (percent <= c->pool_percent - c->hysteresis_percent)
		l->draining = false;
	else if (l->last.pool_bytes + fmax(l->growth_bytes, least_bytes) >
		 l->last.pool_size_bytes * c->pool_percent / 100)
		l->draining = true;
}

void law_observe(struct law *l, const struct law_seen *seen)
{
	if (!seen->initialised) {
		/* Without counters, which start from zero once it has a size again. */
		l->last = (struct law_seen){ .now_s = seen->now_s };
		l->cutoff_s = 0;
		l->full_at = 0;
		l->draining = false;
		return;
	}
	counters_take(l, seen);
	l->last = *seen;
	level_judge(l);
	marks_judge(l);
	if (l->full_at && seen->backing < l->full_at)
		l->full_at = 0;
}

uint64_t law_wanted(const struct law *l, bool huge)
{
	const struct law_config *c = &l->config;
	const struct law_seen *s = &l->last;
	double low = s->pool_size_bytes * (c->pool_percent - c->hysteresis_percent) / 100;
	double each = huge || !s->resident ? UNIT_BYTES : (double)s->pool_bytes / s->resident;
	double excess = s->pool_bytes - low;

	if (!l->draining || excess <= 0 || each <= 0)
		return 0;
	return ceil(fmin(excess / each, s->resident) / c->page_units) * c->page_units;
}

uint64_t law_pages(const struct law *l, bool huge)
{
	uint64_t unit = l->config.page_units, wanted = law_wanted(l, huge);
	uint64_t affordable = l->tokens < unit ? 0 : (uint64_t)(l->tokens / unit) * unit;

	return wanted < affordable ? wanted : affordable;
}

enum law_why law_next(const struct law *l, uint64_t *ret_age_s)
{
	double min_s = law_min_age_s(l), oldest_s = l->last.now_s - l->cutoff_s;
	bool first = isinf(l->rung_s);

	if (!l->last.initialised)
		return LAW_UNINITIALISED;
	if (!l->draining)
		return LAW_BELOW_MARK;
	if (l->ended != LAW_GO)
		return l->ended;
	if (first && l->last.now_s < l->resume_s)
		return LAW_PAUSED;
	if (l->full_at)
		return LAW_BACKING_FULL;
	if (l->tokens < l->config.page_units)
		return LAW_NO_BUDGET;
	if (l->config.huge_only && !l->last.huge)
		return LAW_NO_HUGE;
	if (!l->last.resident)
		return LAW_NOTHING_IDLE;
	if (first && oldest_s < min_s * LOOK_AGAIN)
		return LAW_TOO_YOUNG;
	if (!first && l->rung_s <= ceil(min_s))
		return LAW_NOTHING_IDLE;
	*ret_age_s = fmax(floor(fmin(oldest_s, l->rung_s) / 2), ceil(min_s));
	return LAW_GO;
}

void law_rung(struct law *l, uint64_t age_s, double marked_s, enum law_end end)
{
	static const enum law_why whys[] = {
		[LAW_EMPTIED] = LAW_GO,
		[LAW_LIMITED] = LAW_NO_BUDGET,
		[LAW_FULL] = LAW_BACKING_FULL,
		[LAW_TAKEN] = LAW_BUSY,
		[LAW_BROKEN] = LAW_FAILED,
	};

	l->rung_s = age_s;
	l->ended = whys[end];
	if (end == LAW_EMPTIED)
		l->cutoff_s = fmax(l->cutoff_s, marked_s - age_s);
	if (end == LAW_FULL)
		l->full_at = l->last.backing;
	if (end == LAW_BROKEN)
		level_raise(l);
	/* Half an interval less, or a tick that comes a moment early costs a whole one. */
	if (l->level)
		l->resume_s = l->last.now_s +
			      l->config.scan_interval_s * (ldexp(1, (int)l->level) - 0.5);
}
