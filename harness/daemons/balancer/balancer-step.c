/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>
#include <sys/resource.h>
#include <time.h>
#include "daemons/balancer/balancer-step.h"
#include "lib/cleanup.h"
#include "lib/json.h"

#define UNIT_BYTES 4096

/* What one step did, beside what the law and the last reading hold. */
struct deed {
	uint64_t age_s, wanted, written;
	enum law_why why;
	struct err error; /* of the kernel, where why is LAW_FAILED */
};

/* As zram stamps its slots: goes on while the machine sleeps. */
static double boottime_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static uint64_t own_cpu_us(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000ULL + u.ru_utime.tv_usec +
	       u.ru_stime.tv_usec;
}

static int balancer_read(struct balancer *b, struct err *e)
{
	struct device_sample s;
	int rc = device_read(&b->device, &s, e);

	if (rc)
		return rc;
	s.seen.now_s = boottime_s();
	s.seen.pool_size_bytes = b->options->pool_size_bytes ? b->options->pool_size_bytes
				 : s.limit_bytes	     ? s.limit_bytes
							     : s.disk_bytes;
	b->sample = s;
	return 0;
}

static int balancer_observe(struct balancer *b, struct err *e)
{
	int rc = balancer_read(b, e);

	if (!rc)
		law_observe(&b->law, &b->sample.seen);
	return rc;
}

int balancer_start(struct balancer *b, struct err *e)
{
	const struct options *o = b->options;
	const struct law_config config = {
		.pool_percent = o->pool_percent,
		.hysteresis_percent = o->hysteresis_percent,
		.scan_interval_s = o->scan_interval_ms / 1e3,
		.min_age_s = o->min_age_ms / 1e3,
		.budget_per_s = (double)o->write_budget_bytes / UNIT_BYTES,
		.refault_percent = o->refault_percent,
		.refault_window_s = o->refault_window_ms / 1e3,
		.page_units = b->device.page_bytes / UNIT_BYTES,
		.huge_only = o->huge == HUGE_ONLY,
	};
	int rc = balancer_read(b, e);

	if (!rc)
		law_start(&b->law, &config, &b->sample.seen);
	return rc;
}

/* Pages marked at one age: incompressible ones first where that is wanted. */
static int rung_write(struct balancer *b, enum law_end *ret_end, struct deed *deed, struct err *e)
{
	const struct {
		bool huge, now;
	} passes[] = {
		{ true, b->options->huge != HUGE_NEVER && b->sample.seen.huge },
		{ false, b->options->huge != HUGE_ONLY },
	};
	int rc = 0;

	*ret_end = LAW_EMPTIED;
	for (unsigned i = 0; i < ARRAY_SIZE(passes) && *ret_end == LAW_EMPTIED && !rc; i++) {
		uint64_t units = law_pages(&b->law, passes[i].huge), before = b->law.step_writes;

		if (!passes[i].now)
			continue;
		*ret_end = LAW_LIMITED;
		if (!units)
			break;
		device_write_back(&b->device, passes[i].huge, units, ret_end, &deed->error);
		rc = balancer_observe(b, e);
		deed->written += b->law.step_writes - before;
	}
	return rc;
}

static int rung_take(struct balancer *b, struct deed *deed, struct err *e)
{
	enum law_end end = LAW_BROKEN;
	double marked_s = boottime_s();
	int rc = 0;

	if (!device_mark(&b->device, deed->age_s, &deed->error))
		rc = rung_write(b, &end, deed, e);
	if (!rc)
		law_rung(&b->law, deed->age_s, marked_s, end);
	return rc;
}

/* Down the ladder of ages, until the law says why no further. */
static int ladder_descend(struct balancer *b, struct deed *deed, struct err *e)
{
	while (!(deed->why = law_next(&b->law, &deed->age_s))) {
		if (b->options->dry_run)
			deed->why = LAW_DRY_RUN;
		else if (ticker_stopped(&b->ticker))
			deed->why = LAW_STOPPED;
		if (deed->why)
			break;
		int rc = rung_take(b, deed, e);
		if (rc)
			return rc;
	}
	if (!deed->written)
		return 0;
	if (device_compact(&b->device, &deed->error))
		deed->why = LAW_FAILED;
	return balancer_observe(b, e);
}

/* Whole numbers of a line of the log. */
struct count {
	const char *key;
	uint64_t value;
};

static void counts_add(json_t *line, const struct count *counts, size_t n)
{
	for (size_t i = 0; i < n; i++)
		json_object_set_new(line, counts[i].key, json_integer(counts[i].value));
}

static json_t *step_line(const struct balancer *b, const struct deed *d)
{
	const struct device_sample *s = &b->sample;
	double refault_percent = law_refault_percent(&b->law);
	json_t *line = json_pack("{s:s}", "event", "step");
	const struct count counts[] = {
		{ "step", b->steps },
		{ "pool_bytes", s->seen.pool_bytes },
		{ "stored_bytes", s->stored_bytes },
		{ "compressed_bytes", s->compressed_bytes },
		{ "mark_percent", b->options->pool_percent },
		{ "huge_pages", s->seen.huge },
		{ "backing_pages", s->seen.backing },
		{ "wanted_pages", d->wanted },
		{ "written_pages", d->written },
		{ "device_written_pages", b->law.step_writes },
		{ "refault_pages", b->law.step_reads },
		{ "level", b->law.level },
		{ "metadata_bytes", device_table_bytes(&b->device, s->disk_bytes) },
		{ "cpu_us", own_cpu_us() - b->cpu_us },
	};

	counts_add(line, counts, ARRAY_SIZE(counts));
	json_object_set_new(line, "pool_percent", json_real(law_pool_percent(&s->seen)));
	json_object_set_new(line, "budget_left_pages", json_integer(floor(b->law.tokens)));
	json_object_set_new(line, "min_age_s", json_real(law_min_age_s(&b->law)));
	if (d->age_s)
		json_object_set_new(line, "age_s", json_integer(d->age_s));
	if (refault_percent >= 0)
		json_object_set_new(line, "refault_percent", json_real(refault_percent));
	if (!d->written || d->why == LAW_FAILED)
		json_object_set_new(line, "why", json_string(law_whys[d->why].word));
	if (d->why == LAW_FAILED)
		json_object_set_new(line, "error", json_sentence(d->error.msg));
	return line;
}

int balancer_step(struct balancer *b, json_t **ret_line, struct err *e)
{
	struct deed deed = { 0 };
	int rc;

	law_step(&b->law);
	if ((rc = balancer_observe(b, e)))
		return rc;
	deed.wanted = law_wanted(&b->law, b->options->huge == HUGE_ONLY);
	if ((rc = ladder_descend(b, &deed, e)))
		return rc;
	b->steps++;
	b->written += deed.written;
	b->refaults += b->law.step_reads;
	*ret_line = step_line(b, &deed);
	b->cpu_us = own_cpu_us();
	return 0;
}

static const char *pool_size_source(const struct options *o, const struct device_sample *s)
{
	if (o->pool_size_bytes)
		return "option";
	return s->limit_bytes ? "mem_limit" : "disksize";
}

json_t *balancer_describe(const struct balancer *b)
{
	const struct options *o = b->options;
	const struct device_sample *s = &b->sample;
	json_t *line = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:b}", "event", "start",
				 "device", o->device,
				 "backing", b->device.backing,
				 "pool_size_from", pool_size_source(o, s),
				 "huge", huge_words[o->huge],
				 "cgroup_self", o->cgroup,
				 "dry_run", o->dry_run);
	const struct count counts[] = {
		{ "pool_size_bytes", s->seen.pool_size_bytes },
		{ "pool_percent", o->pool_percent },
		{ "hysteresis_percent", o->hysteresis_percent },
		{ "scan_interval_ms", o->scan_interval_ms },
		{ "min_age_ms", o->min_age_ms },
		{ "write_budget_bytes", o->write_budget_bytes },
		{ "refault_percent", o->refault_percent },
		{ "refault_window_ms", o->refault_window_ms },
		{ "steps", o->steps },
		{ "metadata_bytes", device_table_bytes(&b->device, s->disk_bytes) },
	};

	counts_add(line, counts, ARRAY_SIZE(counts));
	return line;
}

json_t *balancer_sum_up(const struct balancer *b)
{
	json_t *line = json_pack("{s:s}", "event", "stop");
	const struct count counts[] = {
		{ "total_steps", b->steps },
		{ "total_written_pages", b->written },
		{ "total_refault_pages", b->refaults },
		{ "total_cpu_us", own_cpu_us() },
	};

	counts_add(line, counts, ARRAY_SIZE(counts));
	return line;
}
