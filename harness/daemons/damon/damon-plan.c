/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include "daemons/damon/damon-plan.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#define PAGE 4096

int damon_settings_check(const struct damon_settings *s, struct err *e)
{
	bool all = false, one = false;

	if (!s->n_schemes)
		return err_set(e, EINVAL,
			       "there is no --scheme; 'stat' alone watches and does nothing");
	for (unsigned i = 0; i < s->n_schemes; i++) {
		all |= s->schemes[i].node == RAM_NODE_ALL;
		one |= s->schemes[i].node != RAM_NODE_ALL;
	}
	if (all && one)
		return err_set(e, EINVAL,
			       "schemes name both single nodes and all of them; two kdamonds "
			       "would take each other's accessed bits");
	if (!s->sample_us || s->aggr_us < s->sample_us)
		return err_set(e, EINVAL,
			       "an aggregation of %" PRIu64 " us cannot be of samples of %" PRIu64
			       " us",
			       s->aggr_us, s->sample_us);
	if (s->min_nr_regions < 3 || s->max_nr_regions < s->min_nr_regions)
		return err_set(e, EINVAL,
			       "regions must be at least 3, and at most no fewer than at least");
	return 0;
}

unsigned damon_kdamonds_group(const struct damon_settings *s,
			      struct damon_kdamond ret[static DAMON_SCHEMES_MAX])
{
	unsigned n = 0;

	for (unsigned i = 0; i < s->n_schemes; i++) {
		unsigned k = 0;

		while (k < n && ret[k].node != s->schemes[i].node)
			k++;
		if (k == n) {
			ret[n].node = s->schemes[i].node;
			ret[n++].n_schemes = 0;
		}
		ret[k].schemes[ret[k].n_schemes++] = i;
	}
	return n;
}

uint64_t damon_age(uint64_t ms, uint64_t aggr_us)
{
	if (ms == DAMON_AGE_MAX)
		return UINT32_MAX;
	uint64_t n = (ms * 1000 + aggr_us - 1) / aggr_us;

	return n < UINT32_MAX ? n : UINT32_MAX;
}

/* A plan in the making, and the folder whose files are being written. */
struct maker {
	struct damon_plan *plan;
	char *folder;
};

static void put(struct maker *m, const char *file, const char *value)
{
	struct damon_plan *p = m->plan;
	struct damon_write *more = reallocarray(p->writes, p->n + 1, sizeof(*more));

	if (!more)
		abort();
	p->writes = more;
	more[p->n++] = (struct damon_write){ path_format("%s/%s", m->folder, file),
					     path_format("%s", value) };
}

static void put_number(struct maker *m, const char *file, uint64_t value)
{
	cleanup_free char *text = path_format("%" PRIu64, value);

	put(m, file, text);
}

static void put_range(struct maker *m, const char *name, uint64_t min, uint64_t max)
{
	cleanup_free char *min_file = path_format("%s/min", name);
	cleanup_free char *max_file = path_format("%s/max", name);

	put_number(m, min_file, min);
	put_number(m, max_file, max);
}

static void put_region(struct maker *m, uint64_t i, uint64_t from, uint64_t to)
{
	cleanup_free char *start = path_format("targets/0/regions/%" PRIu64 "/start", i);
	cleanup_free char *end = path_format("targets/0/regions/%" PRIu64 "/end", i);

	put_number(m, start, from);
	put_number(m, end, to);
}

/* How many regions a range is cut into: the last of them is what is left, half of one at least. */
static uint64_t pieces(const struct ram_range *r, uint64_t piece)
{
	uint64_t length = r->end - r->start;
	uint64_t n = length / piece + (length % piece >= piece / 2);

	return n ? n : 1;
}

static void put_ram(struct maker *m, const struct ram *ram, uint64_t piece)
{
	uint64_t n = 0, at = 0;

	for (unsigned i = 0; i < ram->n; i++)
		n += pieces(&ram->ranges[i], piece);
	put_number(m, "targets/nr_targets", 1);
	put_number(m, "targets/0/regions/nr_regions", n);
	for (unsigned i = 0; i < ram->n; i++) {
		const struct ram_range *r = &ram->ranges[i];
		uint64_t last = pieces(r, piece) - 1;

		for (uint64_t k = 0; k <= last; k++)
			put_region(m, at++, r->start + k * piece,
				   k == last ? r->end : r->start + (k + 1) * piece);
	}
}

/* How long the regions are that DAMON begins with; whole pages. */
static uint64_t piece_of(const struct damon_settings *s, const struct ram *ram)
{
	uint64_t total = 0, piece;

	if (!s->splits)
		return UINT64_MAX;
	for (unsigned i = 0; i < ram->n; i++)
		total += ram->ranges[i].end - ram->ranges[i].start;
	piece = total / s->min_nr_regions & ~(uint64_t)(PAGE - 1);
	return piece ? piece : PAGE;
}

static void put_quotas(struct maker *m, const struct damon_scheme *s)
{
	put_number(m, "quotas/ms", s->ms);
	put_number(m, "quotas/bytes", s->bytes);
	put_number(m, "quotas/reset_interval_ms", s->reset_interval_ms);
	put_number(m, "quotas/weights/sz_permil", s->sz_permil);
	put_number(m, "quotas/weights/nr_accesses_permil", s->nr_accesses_permil);
	put_number(m, "quotas/weights/age_permil", s->age_permil);
	if (s->goal == DAMON_GOAL_NONE)
		return;
	put_number(m, "quotas/goals/nr_goals", 1);
	put(m, "quotas/goals/0/target_metric", damon_goals[s->goal]);
	put_number(m, "quotas/goals/0/target_value", s->target_value);
}

static void put_watermarks(struct maker *m, const struct damon_scheme *s)
{
	if (!s->has_watermarks)
		return;
	put(m, "watermarks/metric", "free_mem_rate");
	put_number(m, "watermarks/interval_us", s->wmark_interval_ms * 1000);
	put_number(m, "watermarks/high", s->wmark_high);
	put_number(m, "watermarks/mid", s->wmark_mid);
	put_number(m, "watermarks/low", s->wmark_low);
}

static void put_filters(struct maker *m, const struct damon_scheme *s)
{
	if (s->n_filters)
		put_number(m, "filters/nr_filters", s->n_filters);
	for (unsigned i = 0; i < s->n_filters; i++) {
		const struct damon_filter *f = &s->filters[i];
		cleanup_free char *folder = path_format("%s/filters/%u", m->folder, i);
		struct maker filter = { m->plan, folder };

		put(&filter, "type", damon_filter_types[f->type]);
		put(&filter, "matching", f->skip ? "Y" : "N");
		if (f->type == DAMON_FILTER_MEMCG)
			put(&filter, "memcg_path", f->memcg);
		if (f->type == DAMON_FILTER_ADDR) {
			put_number(&filter, "addr_start", f->start);
			put_number(&filter, "addr_end", f->end);
		}
	}
}

static void put_scheme(struct maker *m, const struct damon_scheme *s, uint64_t aggr_us)
{
	put(m, "action", damon_actions[s->action]);
	if (s->target_nid >= 0)
		put_number(m, "target_nid", (uint64_t)s->target_nid);
	put_number(m, "apply_interval_us", s->apply_interval_ms * 1000);
	put_range(m, "access_pattern/sz", s->min_sz, s->max_sz);
	put_range(m, "access_pattern/nr_accesses", s->min_nr_accesses, s->max_nr_accesses);
	put_range(m, "access_pattern/age", damon_age(s->min_age_ms, aggr_us),
		  damon_age(s->max_age_ms, aggr_us));
	put_quotas(m, s);
	put_watermarks(m, s);
	put_filters(m, s);
}

static void put_context(struct maker *m, const struct damon_settings *s,
			const struct damon_kdamond *k)
{
	put(m, "operations", "paddr");
	put_number(m, "monitoring_attrs/intervals/sample_us", s->sample_us);
	put_number(m, "monitoring_attrs/intervals/aggr_us", s->aggr_us);
	put_number(m, "monitoring_attrs/intervals/update_us", s->update_us);
	put_range(m, "monitoring_attrs/nr_regions", s->min_nr_regions, s->max_nr_regions);
	put_ram(m, &k->ram, piece_of(s, &k->ram));
	put_number(m, "schemes/nr_schemes", k->n_schemes);
	for (unsigned i = 0; i < k->n_schemes; i++) {
		cleanup_free char *folder = path_format("%s/schemes/%u", m->folder, i);
		struct maker scheme = { m->plan, folder };

		put_scheme(&scheme, &s->schemes[k->schemes[i]], s->aggr_us);
	}
}

void damon_plan_make(const struct damon_settings *s, const struct damon_kdamond *kdamonds,
		     unsigned n_kdamonds, struct damon_plan *ret)
{
	char top[] = DAMON_KDAMONDS;
	struct maker m = { ret, top };

	*ret = (struct damon_plan){ 0 };
	put_number(&m, "nr_kdamonds", n_kdamonds);
	for (unsigned i = 0; i < n_kdamonds; i++) {
		cleanup_free char *contexts = path_format("%u/contexts/nr_contexts", i);
		cleanup_free char *folder = path_format("%s/%u/contexts/0", top, i);
		struct maker context = { ret, folder };

		put_number(&m, contexts, 1);
		put_context(&context, s, &kdamonds[i]);
	}
	for (unsigned i = 0; i < n_kdamonds; i++) {
		cleanup_free char *state = path_format("%u/state", i);

		put(&m, state, "on");
	}
}

void damon_plan_clear(struct damon_plan *p)
{
	for (size_t i = 0; i < p->n; i++) {
		free(p->writes[i].file);
		free(p->writes[i].value);
	}
	free(p->writes);
	*p = (struct damon_plan){ 0 };
}
