/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <popt.h>
#include <string.h>
#include "daemons/senpai/senpai-options.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/quantity.h"

#define TICK_MS_MAX 3600000
#define PIECE_MIN   (1 << 20) /* the kernel's own batches make small ones more than was asked for */

/* What popt fills; checked and turned into struct senpai_options below. */
static struct {
	char **cgroups, **floors;
	char *law, *tick, *interval, *pressure, *piece, *root, *cgroup_self;
	double max_probe, max_backoff, ratio, threshold, io_threshold, swap_reserve;
	int swappiness, steps, nice, dry_run;
} given = {
	.max_probe = 0.01,
	.max_backoff = 1,
	.ratio = 0.0005,
	.threshold = 0.1,
	.swap_reserve = 5,
	.swappiness = -1,
	.nice = 10,
};

static const struct poptOption table[] = {
	{ "cgroup", 'c', POPT_ARG_ARGV, &given.cgroups, 0,
	  "what to watch below /sys/fs/cgroup, / for the root, PATH/* for each child; may be given "
	  "again",
	  "PATH" },
	{ "law", '\0', POPT_ARG_STRING, &given.law, 0,
	  "proportional (senpai.py's, the default) or ratio (the paper's)", "LAW" },
	{ "tick", '\0', POPT_ARG_STRING, &given.tick, 0,
	  "how often to look at pressure, default 1s", "TIME" },
	{ "interval", '\0', POPT_ARG_STRING, &given.interval, 0, "how often to reclaim, default 6s",
	  "TIME" },
	{ "pressure", '\0', POPT_ARG_STRING, &given.pressure, 0,
	  "proportional: stall on memory in an interval above which to back off, default 10ms",
	  "TIME" },
	{ "max-probe", '\0', POPT_ARG_DOUBLE, &given.max_probe, 0,
	  "proportional: the greatest share to reclaim at once, default 0.01", "SHARE" },
	{ "max-backoff", '\0', POPT_ARG_DOUBLE, &given.max_backoff, 0,
	  "proportional: by how much a back-off lifts the limit at most, default 1", "SHARE" },
	{ "ratio", '\0', POPT_ARG_DOUBLE, &given.ratio, 0,
	  "ratio: the share to reclaim without any pressure, default 0.0005", "SHARE" },
	{ "threshold", '\0', POPT_ARG_DOUBLE, &given.threshold, 0,
	  "ratio: pressure at which to back off, default 0.1", "PERCENT" },
	{ "io-threshold", '\0', POPT_ARG_DOUBLE, &given.io_threshold, 0,
	  "I/O pressure at which to back off; default 0: not looked at", "PERCENT" },
	{ "floor", '\0', POPT_ARG_ARGV, &given.floors, 0,
	  "reclaimable memory to leave, default 100MiB; PATH=SIZE for one cgroup; may be given "
	  "again",
	  "SIZE" },
	{ "swap-reserve", '\0', POPT_ARG_DOUBLE, &given.swap_reserve, 0,
	  "free swap below which only page cache is reclaimed, default 5", "PERCENT" },
	{ "swappiness", '\0', POPT_ARG_INT, &given.swappiness, 0,
	  "0 to 200, for what is reclaimed here; default -1: as the kernel has it", "N" },
	{ "piece", '\0', POPT_ARG_STRING, &given.piece, 0,
	  "the most to ask for in one write, default 16MiB", "SIZE" },
	{ "nice", '\0', POPT_ARG_INT, &given.nice, 0, "of this process, default 10", "N" },
	{ "steps", '\0', POPT_ARG_INT, &given.steps, 0, "end after so many; default 0: never",
	  "N" },
	{ "dry-run", 'n', POPT_ARG_NONE, &given.dry_run, 0, "decide and log, reclaim nothing",
	  NULL },
	{ "cgroup-self", '\0', POPT_ARG_STRING, &given.cgroup_self, 0,
	  "the cgroup to move into, default ramrig/senpai; empty: stay, as with --root", "PATH" },
	{ "root", '\0', POPT_ARG_STRING, &given.root, 0, "where proc and sys are, default /",
	  "DIR" },
	POPT_AUTOHELP POPT_TABLEEND
};

int cgroup_path(const char *text, char **ret, struct err *e)
{
	cleanup_free char *copy = path_format("%s", text);
	cleanup_free char *path = path_format("%s", "");
	char *rest = copy, *part;

	while ((part = strsep(&rest, "/"))) {
		if (!*part || !strcmp(part, "."))
			continue;
		if (!strcmp(part, "..") || (strchr(part, '*') && (strcmp(part, "*") || rest)))
			return err_set(e, EINVAL,
				       "cgroup '%s' is no path below /sys/fs/cgroup, "
				       "with or without a last part '*'",
				       text);
		char *longer = path_format("%s/%s", path, part);
		free(path);
		path = longer;
	}
	*ret = *path ? take_ptr(path) : path_format("/");
	return 0;
}

static int quantity_read(enum quantity q, const char *option, const char *text, uint64_t least,
			 uint64_t most, uint64_t *ret, struct err *e)
{
	uint64_t v = 0;

	if (quantity_parse(q, text, &v, e))
		return err_prefix(e, "--%s: ", option);
	if (v < least || v > most) {
		char a[QUANTITY_TEXT], b[QUANTITY_TEXT];

		return err_set(e, EINVAL, "--%s is from %s to %s", option,
			       quantity_format(q, least, a, sizeof(a)),
			       quantity_format(q, most, b, sizeof(b)));
	}
	*ret = v;
	return 0;
}

static int times_read(struct senpai_options *o, struct err *e)
{
	uint64_t interval_ms, pressure_ns;
	int rc = quantity_read(QUANTITY_DURATION, "tick", given.tick ?: "1s", 1, TICK_MS_MAX,
			       &o->tick_ms, e);

	if (!rc)
		rc = quantity_read(QUANTITY_DURATION, "interval", given.interval ?: "6s",
				   o->tick_ms, 24 * TICK_MS_MAX, &interval_ms, e);
	if (!rc)
		rc = quantity_read(QUANTITY_LATENCY, "pressure", given.pressure ?: "10ms", 1000,
				   3600000000000, &pressure_ns, e);
	if (!rc)
		rc = quantity_read(QUANTITY_SIZE, "piece", given.piece ?: "16MiB", PIECE_MIN,
				   1ULL << 40, &o->piece_bytes, e);
	if (rc)
		return rc;
	o->law.interval_us = interval_ms * 1000;
	o->law.pressure_us = pressure_ns / 1000;
	return 0;
}

static int numbers_read(struct senpai_options *o, struct err *e)
{
	const struct {
		const char *option;
		double value, least, most, *into;
	} numbers[] = {
		{ "max-probe", given.max_probe, 1e-6, 1, &o->law.max_probe },
		{ "max-backoff", given.max_backoff, 0, 100, &o->law.max_backoff },
		{ "ratio", given.ratio, 1e-6, 1, &o->law.ratio },
		{ "threshold", given.threshold, 1e-3, 100, &o->law.threshold_percent },
		{ "io-threshold", given.io_threshold, 0, 100, &o->law.io_threshold_percent },
		{ "swap-reserve", given.swap_reserve, 0, 100, &o->swap_reserve_percent },
	};

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		if (!(numbers[i].value >= numbers[i].least && numbers[i].value <= numbers[i].most))
			return err_set(e, EINVAL, "--%s is from %g to %g", numbers[i].option,
				       numbers[i].least, numbers[i].most);
		*numbers[i].into = numbers[i].value;
	}
	if (given.swappiness < -1 || given.swappiness > 200)
		return err_set(e, EINVAL, "--swappiness is from 0 to 200, or -1");
	if (given.nice < -20 || given.nice > 19)
		return err_set(e, EINVAL, "--nice is from -20 to 19");
	if (given.steps < 0)
		return err_set(e, EINVAL, "--steps is at least 0");
	o->swappiness = given.swappiness;
	o->nice = given.nice;
	o->steps = given.steps;
	return 0;
}

static size_t count(char **list)
{
	size_t n = 0;

	while (list && list[n])
		n++;
	return n;
}

static int cgroups_read(struct senpai_options *o, struct err *e)
{
	size_t n = count(given.cgroups);

	if (!n)
		return err_set(e, EINVAL, "no --cgroup is given to watch");
	o->cgroups = calloc(n + 1, sizeof(*o->cgroups));
	if (!o->cgroups)
		return err_set(e, ENOMEM, "out of memory for %zu cgroups", n);
	for (size_t i = 0; i < n; i++)
		if (cgroup_path(given.cgroups[i], &o->cgroups[i], e))
			return -e->code;
	return 0;
}

/* "SIZE" for all, or "PATH=SIZE"; a cgroup's name may hold '=' itself. */
static int floors_read(struct senpai_options *o, struct err *e)
{
	size_t n = count(given.floors);
	int rc = quantity_parse(QUANTITY_SIZE, "100MiB", &o->floor_bytes, e);

	o->floors = calloc(n + 1, sizeof(*o->floors));
	if (!o->floors)
		return err_set(e, ENOMEM, "out of memory for %zu floors", n);
	for (size_t i = 0; i < n && !rc; i++) {
		struct floor_rule *f = &o->floors[o->n_floors];
		char *sign = strrchr(given.floors[i], '=');
		cleanup_free char *path =
			sign ? path_format("%.*s", (int)(sign - given.floors[i]), given.floors[i])
			     : NULL;

		rc = quantity_read(QUANTITY_SIZE, "floor", sign ? sign + 1 : given.floors[i], 0,
				   INT64_MAX, sign ? &f->bytes : &o->floor_bytes, e);
		if (!rc && sign)
			rc = cgroup_path(path, &f->path, e);
		o->n_floors += !rc && sign;
	}
	return rc;
}

static int self_read(struct senpai_options *o, struct err *e)
{
	const char *path = given.cgroup_self ?: strcmp(o->root, "/") ? "" : "ramrig/senpai";
	int rc = *path ? cgroup_path(path, &o->cgroup_self, e) : 0;

	if (!rc && !*path)
		o->cgroup_self = path_format("%s", "");
	if (!rc && *path && (!o->cgroup_self[1] || strchr(o->cgroup_self, '*')))
		rc = err_set(e, EINVAL, "--cgroup-self '%s' is not the path of one cgroup", path);
	return rc;
}

int senpai_options_read(int argc, const char **argv, struct senpai_options *ret, struct err *e)
{
	*ret = (struct senpai_options){ 0 };
	poptContext con = poptGetContext("ramrig-senpai", argc, argv, table, 0);
	int found = poptGetNextOpt(con), rc = 0;
	const char *extra = poptPeekArg(con);

	if (found < -1)
		rc = err_set(e, EINVAL, "%s: %s", poptBadOption(con, 0), poptStrerror(found));
	else if (extra)
		rc = err_set(e, EINVAL, "'%s' is no option; cgroups are given with --cgroup",
			     extra);
	poptFreeContext(con);
	if (!rc && given.law && !senpai_law_find(given.law, &ret->law.law))
		rc = err_set(e, EINVAL, "--law is proportional or ratio, not '%s'", given.law);
	if (!rc)
		rc = times_read(ret, e);
	if (!rc)
		rc = numbers_read(ret, e);
	if (!rc)
		rc = floors_read(ret, e);
	if (!rc)
		rc = cgroups_read(ret, e);
	ret->dry_run = given.dry_run;
	ret->root = given.root ?: "/";
	if (!rc)
		rc = self_read(ret, e);
	return rc;
}

void senpai_options_free(struct senpai_options *o)
{
	for (size_t i = 0; o->cgroups && o->cgroups[i]; i++)
		free(o->cgroups[i]);
	for (size_t i = 0; i < o->n_floors; i++)
		free(o->floors[i].path);
	free(o->cgroup_self);
	free(o->cgroups);
	free(o->floors);
}

uint64_t senpai_options_floor(const struct senpai_options *o, const char *path, const char *pattern)
{
	const char *const keys[] = { path, pattern };

	for (size_t k = 0; k < ARRAY_SIZE(keys); k++)
		for (size_t i = o->n_floors; i-- > 0;)
			if (!strcmp(o->floors[i].path, keys[k]))
				return o->floors[i].bytes;
	return o->floor_bytes;
}

json_t *senpai_options_json(const struct senpai_options *o)
{
	json_t *cgroups = json_array(), *floors = json_object();

	for (size_t i = 0; o->cgroups[i]; i++)
		json_array_append_new(cgroups, json_string(o->cgroups[i]));
	for (size_t i = 0; i < o->n_floors; i++)
		json_object_set_new(floors, o->floors[i].path,
				    json_integer((json_int_t)o->floors[i].bytes));
	return json_pack(
		"{s:s, s:o, s:s, s:I, s:I, s:I, s:f, s:f, s:f, s:f, s:f, s:I, s:o, s:f,"
		" s:i, s:I, s:i, s:i, s:b, s:s, s:s}",
		"event", "start", "cgroups", cgroups, "law", senpai_law_name(o->law.law), "tick_ms",
		(json_int_t)o->tick_ms, "interval_ms", (json_int_t)o->law.interval_us / 1000,
		"pressure_us", (json_int_t)o->law.pressure_us, "max_probe", o->law.max_probe,
		"max_backoff", o->law.max_backoff, "ratio", o->law.ratio, "threshold_percent",
		o->law.threshold_percent, "io_threshold_percent", o->law.io_threshold_percent,
		"floor_bytes", (json_int_t)o->floor_bytes, "floors", floors, "swap_reserve_percent",
		o->swap_reserve_percent, "swappiness", o->swappiness, "piece_bytes",
		(json_int_t)o->piece_bytes, "nice", o->nice, "steps", o->steps, "dry_run",
		o->dry_run, "root", o->root, "cgroup_self", o->cgroup_self);
}
