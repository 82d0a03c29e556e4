/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>
#include <string.h>
#include <sys/param.h>
#include "daemons/senpai/senpai-law.h"

#define PAGE_BYTES    4096
#define COEFF_PROBE   10 /* the greatest probe at a tenth of the target */
#define COEFF_BACKOFF 20 /* the greatest back-off at twenty times the target */

static const char *const names[LAW_COUNT] = {
	[LAW_PROPORTIONAL] = "proportional",
	[LAW_RATIO] = "ratio",
};

const char *senpai_law_name(enum law l)
{
	return names[l];
}

bool senpai_law_find(const char *name, enum law *ret)
{
	for (enum law l = 0; l < LAW_COUNT; l++) {
		if (!strcmp(names[l], name)) {
			*ret = l;
			return true;
		}
	}
	return false;
}

/* Bytes times a factor of at least 0, at most INT64_MAX. */
static uint64_t scaled(uint64_t bytes, double factor)
{
	double x = (double)bytes * factor;

	return x < 0x1p63 ? (uint64_t)x : INT64_MAX;
}

static uint64_t sum(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

/* The greater of the kernel's average and of the share of the last step; percent. */
static double share_percent(double avg10, uint64_t growth_us, uint64_t elapsed_us)
{
	return fmax(avg10, elapsed_us ? 100.0 * (double)growth_us / (double)elapsed_us : 0);
}

static void law_start(const struct law_settings *s, struct law_state *st,
		      const struct law_input *in)
{
	*st = (struct law_state){
		.started = true,
		.memory_stall_us = in->memory_stall_us,
		.io_stall_us = in->io_stall_us,
		.wait_us = s->interval_us,
		.limit_bytes = in->current_bytes,
	};
}

/* Begins the next interval. */
static void law_rest(const struct law_settings *s, struct law_state *st)
{
	st->wait_us = s->interval_us;
	st->stalled_us = 0;
}

/* Moves the limit by @share of it or of what there is, whichever is greater. */
static void limit_move(const struct law_settings *s, struct law_state *st,
		       const struct law_input *in, double share)
{
	uint64_t highest = scaled(in->current_bytes, 1 + s->max_backoff);

	st->limit_bytes = scaled(MAX(st->limit_bytes, in->current_bytes), 1 + share);
	st->limit_bytes = MIN(st->limit_bytes, highest);
}

static void proportional_back_off(const struct law_settings *s, struct law_state *st,
				  const struct law_input *in)
{
	double over = (double)st->stalled_us / (double)s->pressure_us / COEFF_BACKOFF;

	limit_move(s, st, in, s->max_backoff * fmin(over * over, 1));
}

static uint64_t proportional_probe(const struct law_settings *s, struct law_state *st,
				   const struct law_input *in)
{
	double under = (double)s->pressure_us / (double)MAX(st->stalled_us, 1) / COEFF_PROBE;

	limit_move(s, st, in, -s->max_probe * fmin(under * under, 1));
	return in->current_bytes > st->limit_bytes ? in->current_bytes - st->limit_bytes : 0;
}

static uint64_t ratio_probe(const struct law_settings *s, const struct law_input *in,
			    double percent)
{
	return scaled(in->current_bytes, s->ratio * (1 - percent / s->threshold_percent));
}

/* Holds what is wanted between the floor and a page, and says why it is nothing. */
static void decision_bound(struct law_decision *d, uint64_t wanted, const struct law_input *in)
{
	uint64_t room =
		in->current_bytes > in->bottom_bytes ? in->current_bytes - in->bottom_bytes : 0;

	d->wanted_bytes = MIN(wanted, room) / PAGE_BYTES * PAGE_BYTES;
	if (d->wanted_bytes)
		d->why = WHY_RECLAIM;
	else if (!room)
		d->why = in->swap_full ? WHY_SWAP_FULL : WHY_FLOOR;
	else
		d->why = WHY_SMALL;
}

struct law_decision senpai_law_step(const struct law_settings *s, struct law_state *st,
				    const struct law_input *in)
{
	struct law_decision d = { .why = WHY_START };

	if (!st->started || in->memory_stall_us < st->memory_stall_us ||
	    in->io_stall_us < st->io_stall_us) {
		law_start(s, st, in);
		return d;
	}
	uint64_t io_us = in->io_stall_us - st->io_stall_us;
	d.growth_us = in->memory_stall_us - st->memory_stall_us;
	st->memory_stall_us = in->memory_stall_us;
	st->io_stall_us = in->io_stall_us;
	st->stalled_us = d.stalled_us = sum(st->stalled_us, d.growth_us);
	st->wait_us -= MIN(st->wait_us, in->elapsed_us);

	double percent = share_percent(in->memory_avg10, d.growth_us, in->elapsed_us);
	bool proportional = s->law == LAW_PROPORTIONAL;

	if (proportional ? st->stalled_us > s->pressure_us : percent >= s->threshold_percent) {
		d.why = WHY_BACKOFF;
		proportional_back_off(s, st, in);
		law_rest(s, st);
		return d;
	}
	if (s->io_threshold_percent > 0 &&
	    share_percent(in->io_avg10, io_us, in->elapsed_us) >= s->io_threshold_percent) {
		d.why = WHY_IO;
		law_rest(s, st);
		return d;
	}
	if (st->wait_us > in->elapsed_us / 2) {
		d.why = WHY_WAIT;
		return d;
	}
	uint64_t wanted =
		proportional ? proportional_probe(s, st, in) : ratio_probe(s, in, percent);
	law_rest(s, st);
	d.budget_us =
		proportional ? s->pressure_us : scaled(s->interval_us, s->threshold_percent / 100);
	decision_bound(&d, wanted, in);
	if (proportional && d.why == WHY_SMALL && st->limit_bytes >= in->current_bytes)
		d.why = WHY_LIMIT;
	return d;
}
