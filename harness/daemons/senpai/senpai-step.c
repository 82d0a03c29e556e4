/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include "daemons/lib/journal.h"
#include "daemons/senpai/senpai-step.h"
#include "lib/cleanup.h"
#include "lib/clock.h"
#include "lib/json.h"

static void field_set(json_t *line, const char *key, uint64_t v)
{
	json_object_set_new(line, key, json_integer(v < INT64_MAX ? (json_int_t)v : INT64_MAX));
}

static int input_read(struct senpai *s, const struct watched *c, const struct place *p,
		      struct memory *m, struct law_input *in, json_t *line, struct err *e)
{
	const struct senpai_options *o = s->options;
	struct psi memory, io = { 0 };
	int rc = memory_read(p, o->swap_reserve_percent, m, e);

	if (!rc)
		rc = pressure_read(p, "memory", &memory, e);
	if (!rc && o->law.io_threshold_percent > 0)
		rc = pressure_read(p, "io", &io, e);
	if (rc)
		return rc;
	in->memory_stall_us = memory.some.total_us;
	in->io_stall_us = io.some.total_us;
	in->memory_avg10 = memory.some.avg10;
	in->io_avg10 = io.some.avg10;
	in->current_bytes = m->current;
	in->bottom_bytes = memory_bottom(m, senpai_options_floor(o, c->path, c->pattern));
	in->swap_full = m->swap_full;
	field_set(line, "current_bytes", m->current);
	field_set(line, "bottom_bytes", in->bottom_bytes);
	field_set(line, "swap_free_bytes", m->swap_free);
	json_object_set_new(line, "swap_full", json_boolean(m->swap_full));
	json_object_set_new(line, "avg10", json_real(memory.some.avg10));
	if (o->law.io_threshold_percent > 0)
		json_object_set_new(line, "io_avg10", json_real(io.some.avg10));
	return 0;
}

/* An older kernel knows no swappiness here: said once, and done without from then on. */
static void swappiness_give_up(struct senpai *s, const struct watched *c)
{
	s->swappiness_refused = true;
	journal_write(s->log,
		      json_pack("{s:s, s:s}", "event", "swappiness-refused", "cgroup", c->path));
}

/* Asks with @r's swappiness where this kernel takes one, else without. */
static int ask(struct senpai *s, const struct watched *c, const struct place *p, bool swap_full,
	       struct reclaim_request *r, struct reclaim_result *ret, struct err *e)
{
	if (!s->swappiness_refused || r->swappiness < 0) {
		int rc = reclaim_run(p, r, s->ticker, ret, e);

		if (rc != -EINVAL || r->swappiness < 0)
			return rc;
		swappiness_give_up(s, c);
	}
	/* Page cache alone can't be asked for then, and swap has no room for the rest. */
	if (swap_full) {
		*ret = (struct reclaim_result){ .why = WHY_SWAP_FULL };
		return 0;
	}
	r->swappiness = -1;
	return reclaim_run(p, r, s->ticker, ret, e);
}

static int reclaim(struct senpai *s, const struct watched *c, const struct place *p,
		   const struct memory *m, struct law_decision *d, json_t *line, struct err *e)
{
	struct reclaim_request r = {
		.wanted_bytes = d->wanted_bytes,
		.piece_bytes = s->options->piece_bytes,
		.budget_us = d->budget_us,
		.swappiness = m->swap_full ? 0 : s->options->swappiness,
	};
	struct reclaim_result done;
	int64_t from_ns = clock_now_ns();
	int rc = ask(s, c, p, m->swap_full, &r, &done, e);

	if (rc)
		return rc;
	d->why = done.why;
	s->asked_bytes += done.asked_bytes;
	s->fell_bytes += done.fell_bytes;
	field_set(line, "asked_bytes", done.asked_bytes);
	json_object_set_new(line, "reclaimed_bytes", json_integer(done.fell_bytes));
	json_object_set_new(line, "took_us", json_integer((clock_now_ns() - from_ns) / 1000));
	if (r.swappiness >= 0 && done.asked_bytes)
		json_object_set_new(line, "swappiness", json_integer(r.swappiness));
	return 0;
}

static int step(struct senpai *s, struct watched *c, uint64_t elapsed_us, enum why *ret,
		json_t *line, struct err *e)
{
	cleanup_close int fd = -1;
	struct law_input in = { .elapsed_us = elapsed_us };
	struct memory m;
	int rc = watched_open(c, s->cgroup_fd, &fd, e);

	if (rc)
		return rc;
	const struct place p = { s->root_fd, fd, !c->path[1] };
	rc = input_read(s, c, &p, &m, &in, line, e);
	if (rc)
		return rc;
	struct law_decision d = senpai_law_step(&s->options->law, &c->state, &in);
	if (s->options->law.law == LAW_PROPORTIONAL)
		field_set(line, "limit_bytes", c->state.limit_bytes);
	field_set(line, "growth_us", d.growth_us);
	field_set(line, "stalled_us", d.stalled_us);
	field_set(line, "wanted_bytes", d.wanted_bytes);
	if (d.why == WHY_RECLAIM && s->options->dry_run)
		d.why = WHY_DRY_RUN;
	else if (d.why == WHY_RECLAIM)
		rc = reclaim(s, c, &p, &m, &d, line, e);
	*ret = d.why;
	return rc;
}

/* Whether a file that is missing is so because the cgroup went while it was looked at. */
static bool has_gone(const struct senpai *s, struct watched *c)
{
	cleanup_close int fd = -1;
	ino_t before = c->inode;
	struct err e;

	return watched_open(c, s->cgroup_fd, &fd, &e) == -ENOENT || c->inode != before;
}

void senpai_step(struct senpai *s, struct watched *c, uint64_t elapsed_us)
{
	json_t *line = json_pack("{s:s, s:s, s:s}", "event", "step", "cgroup", c->path, "law",
				 senpai_law_name(s->options->law.law));
	enum why why = WHY_GONE;
	struct err e;
	int rc = c->found ? step(s, c, elapsed_us, &why, line, &e) : 0;

	if (rc)
		why = (rc == -ENOENT || rc == -ENODEV) && has_gone(s, c) ? WHY_GONE : WHY_ERROR;
	if (why == WHY_ERROR)
		json_object_set_new(line, "error", json_sentence(e.msg));
	json_object_set_new(line, "why", json_string(why_name(why)));
	journal_write(s->log, line);
}
