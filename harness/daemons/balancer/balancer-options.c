/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <popt.h>
#include <string.h>
#include "daemons/balancer/balancer-options.h"
#include "lib/cleanup.h"
#include "lib/quantity.h"

#define DAY_MS (24 * 3600 * 1000ULL)

const char *const huge_words[HUGE_COUNT] = {
	[HUGE_IDLE] = "idle",
	[HUGE_ONLY] = "only",
	[HUGE_NEVER] = "never",
};

static int number_check(const char *name, int v, int least, int most, struct err *e)
{
	if (v < least || v > most)
		return err_set(e, EINVAL, "--%s is %d, not %d to %d", name, v, least, most);
	return 0;
}

/* An option with a unit; *into stays as it is where it was not given. */
struct amount {
	const char *name, *text;
	enum quantity kind;
	uint64_t least, most;
	uint64_t *into;
};

static int amount_read(const struct amount *a, struct err *e)
{
	uint64_t v;
	char least[QUANTITY_TEXT], most[QUANTITY_TEXT];

	if (!a->text)
		return 0;
	if (quantity_parse(a->kind, a->text, &v, e))
		return err_prefix(e, "--%s: ", a->name);
	if (v < a->least || v > a->most)
		return err_set(e, EINVAL, "--%s is %s, not %s to %s", a->name, a->text,
			       quantity_format(a->kind, a->least, least, sizeof(least)),
			       quantity_format(a->kind, a->most, most, sizeof(most)));
	*a->into = v;
	return 0;
}

static int huge_read(const char *word, enum huge *ret, struct err *e)
{
	for (unsigned i = 0; i < HUGE_COUNT; i++) {
		if (!strcmp(word, huge_words[i])) {
			*ret = i;
			return 0;
		}
	}
	return err_set(e, EINVAL, "--huge is '%s', not idle, only or never", word);
}

static int options_check(const struct options *o, struct err *e)
{
	int rc;

	if (!o->device)
		return err_set(e, EINVAL, "which zram? Say --device zram0");
	if ((rc = number_check("pool-percent", o->pool_percent, 1, 100, e)) ||
	    (rc = number_check("hysteresis", o->hysteresis_percent, 0, 99, e)) ||
	    (rc = number_check("refault-percent", o->refault_percent, 1, 1000, e)) ||
	    (rc = number_check("steps", o->steps, 0, INT32_MAX, e)))
		return rc;
	if (o->hysteresis_percent >= o->pool_percent)
		return err_set(e, EINVAL, "--hysteresis (%d) leaves nothing of --pool-percent (%d)",
			       o->hysteresis_percent, o->pool_percent);
	return 0;
}

static int arguments_parse(const struct poptOption *table, int argc, const char **argv,
			   struct err *e)
{
	poptContext context = poptGetContext("ramrig-balancer", argc, argv, table, 0);
	int rc, code;
	const char *rest;

	poptSetOtherOptionHelp(context, "--device zram0 [OPTIONS]");
	code = poptGetNextOpt(context);
	rest = poptGetArg(context);
	if (code < -1)
		rc = err_set(e, EINVAL, "%s: %s", poptBadOption(context, POPT_BADOPTION_NOALIAS),
			     poptStrerror(code));
	else
		rc = rest ? err_set(e, EINVAL, "'%s' is no option", rest) : 0;
	poptFreeContext(context);
	return rc;
}

/* Options with units and words, as they were given. */
struct texts {
	char *pool_size, *interval, *age, *budget, *window, *huge;
};

static int texts_read(const struct texts *t, struct options *o, struct err *e)
{
	const struct amount amounts[] = {
		{ "pool-size", t->pool_size, QUANTITY_SIZE, 1 << 20, 1ULL << 50, &o->pool_size_bytes },
		{ "scan-interval", t->interval, QUANTITY_DURATION, 100, DAY_MS, &o->scan_interval_ms },
		{ "min-age", t->age, QUANTITY_DURATION, 1000, 365 * DAY_MS, &o->min_age_ms },
		{ "write-budget", t->budget, QUANTITY_SIZE, 4096, 1ULL << 40, &o->write_budget_bytes },
		{ "refault-window", t->window, QUANTITY_DURATION, 1000, DAY_MS, &o->refault_window_ms },
	};
	int rc = 0;

	for (size_t i = 0; !rc && i < ARRAY_SIZE(amounts); i++)
		rc = amount_read(&amounts[i], e);
	return rc ? rc : huge_read(t->huge, &o->huge, e);
}

int options_read(struct options *ret, int argc, const char **argv, struct err *e)
{
	struct options o = { .pool_percent = 80, .hysteresis_percent = 5, .refault_percent = 10 };
	struct texts t = { .interval = strdup("5s"), .age = strdup("60s"), .budget = strdup("4MiB"),
			   .window = strdup("60s"), .huge = strdup("idle") };
	const int text = POPT_ARG_STRING | POPT_ARGFLAG_SHOW_DEFAULT;
	const int number = POPT_ARG_INT | POPT_ARGFLAG_SHOW_DEFAULT;
	int rc;

	o.root = strdup("/");
	o.cgroup = strdup("ramrig/balancer");
	const struct poptOption table[] = {
		{ "device", 0, POPT_ARG_STRING, &o.device, 0, "the zram, with a backing device",
		  "zram0" },
		{ "pool-percent", 0, number, &o.pool_percent, 0,
		  "above so much of its size pages are written", "PERCENT" },
		{ "pool-size", 0, POPT_ARG_STRING, &t.pool_size, 0,
		  "what that size is, instead of mem_limit, or disksize where there is none",
		  "SIZE" },
		{ "hysteresis", 0, number, &o.hysteresis_percent, 0,
		  "how far below that mark it stops", "PERCENT" },
		{ "scan-interval", 0, text, &t.interval, 0, "time between steps", "DURATION" },
		{ "min-age", 0, text, &t.age, 0, "no page goes that was used since", "DURATION" },
		{ "write-budget", 0, text, &t.budget, 0, "what may be written a second", "SIZE" },
		{ "huge", 0, text, &t.huge, 0,
		  "incompressible pages go first (idle), alone (only) or as others (never)",
		  "idle|only|never" },
		{ "refault-percent", 0, number, &o.refault_percent, 0,
		  "of what was written, what may come back within a window before it backs off",
		  "PERCENT" },
		{ "refault-window", 0, text, &t.window, 0, "that window", "DURATION" },
		{ "steps", 0, POPT_ARG_INT, &o.steps, 0, "end after so many steps", "N" },
		{ "dry-run", 0, POPT_ARG_NONE, &o.dry_run, 0, "write nothing, log what it would do",
		  NULL },
		{ "root", 0, text, &o.root, 0, "where /sys/block is looked for", "DIR" },
		{ "cgroup-self", 0, text, &o.cgroup, 0,
		  "the daemon's own cgroup; '' leaves it where it is", "PATH" },
		POPT_AUTOHELP
		POPT_TABLEEND
	};

	rc = arguments_parse(table, argc, argv, e);
	if (!rc)
		rc = texts_read(&t, &o, e);
	if (!rc)
		rc = options_check(&o, e);
	if (!rc)
		*ret = o;
	return rc;
}
