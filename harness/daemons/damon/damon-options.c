/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <popt.h>
#include <string.h>
#include "daemons/damon/damon-options.h"
#include "lib/cleanup.h"
#include "lib/quantity.h"

enum { OPTION_SCHEME = 1, OPTION_HELP };

struct texts {
	char *scheme, *sample, *aggregate, *update, *interval, *root, *cgroup;
	int min_regions, max_regions;
};

static int scheme_add(struct damon_settings *s, const char *text, struct err *e)
{
	if (s->n_schemes == DAMON_SCHEMES_MAX)
		return err_set(e, EINVAL, "there are more than %d schemes", DAMON_SCHEMES_MAX);
	int rc = damon_scheme_parse(text, &s->schemes[s->n_schemes], e);

	s->n_schemes += !rc;
	return rc;
}

static int us_parse(const char *option, const char *text, uint64_t *ret, struct err *e)
{
	uint64_t ns;
	int rc = quantity_parse(QUANTITY_LATENCY, text, &ns, e);

	if (rc)
		return err_prefix(e, "--%s: ", option);
	*ret = ns / 1000;
	return 0;
}

static int texts_read(const struct texts *t, struct damon_options *o, struct err *e)
{
	int rc = us_parse("sample", t->sample, &o->settings.sample_us, e);

	if (!rc)
		rc = us_parse("aggregate", t->aggregate, &o->settings.aggr_us, e);
	if (!rc)
		rc = us_parse("update", t->update, &o->settings.update_us, e);
	if (rc)
		return rc;
	if (quantity_parse(QUANTITY_DURATION, t->interval, &o->interval_ms, e) || !o->interval_ms)
		return err_set(e, EINVAL, "--interval '%.40s' is no duration such as 1s",
			       t->interval);
	if (t->min_regions < 0 || t->max_regions < 0)
		return err_set(e, EINVAL, "regions cannot be fewer than none");
	o->settings.min_nr_regions = (uint64_t)t->min_regions;
	o->settings.max_nr_regions = (uint64_t)t->max_regions;
	o->root = t->root;
	o->cgroup_self = t->cgroup;
	return damon_settings_check(&o->settings, e);
}

int damon_options_read(int argc, const char **argv, struct damon_options *ret, bool *ret_help,
		       struct err *e)
{
	static char sample[] = "5ms", aggregate[] = "100ms", update[] = "1s", interval[] = "1s";
	static char root[] = "/", cgroup[] = "ramrig/damon";
	static struct texts t;
	struct damon_options o = { 0 };
	int splits = 0;
	const struct poptOption options[] = {
		{ "scheme", '\0', POPT_ARG_STRING, NULL, OPTION_SCHEME,
		  "what to do with what memory (below); once or more", "SCHEME" },
		{ "sample", '\0', POPT_ARG_STRING | POPT_ARGFLAG_SHOW_DEFAULT, &t.sample, 0,
		  "between two looks at a region", "TIME" },
		{ "aggregate", '\0', POPT_ARG_STRING | POPT_ARGFLAG_SHOW_DEFAULT, &t.aggregate, 0,
		  "over which accesses are counted", "TIME" },
		{ "update", '\0', POPT_ARG_STRING | POPT_ARGFLAG_SHOW_DEFAULT, &t.update, 0,
		  "the kernel's update interval", "TIME" },
		{ "min-regions", '\0', POPT_ARG_INT | POPT_ARGFLAG_SHOW_DEFAULT, &t.min_regions, 0,
		  "of each node", "N" },
		{ "max-regions", '\0', POPT_ARG_INT | POPT_ARGFLAG_SHOW_DEFAULT, &t.max_regions, 0,
		  "of each node", "N" },
		{ "split", '\0', POPT_ARG_NONE, &splits, 0,
		  "begin with min-regions equal regions; else it takes the kernel some aggregations "
		  "to come to them", NULL },
		{ "interval", '\0', POPT_ARG_STRING | POPT_ARGFLAG_SHOW_DEFAULT, &t.interval, 0,
		  "between two steps: goals fed, one line logged", "TIME" },
		{ "count-regions", '\0', POPT_ARG_NONE, &o.counts_regions, 0,
		  "also log how many regions a stat scheme has", NULL },
		{ "cgroup-self", '\0', POPT_ARG_STRING | POPT_ARGFLAG_SHOW_DEFAULT, &t.cgroup, 0,
		  "cgroup that the daemon moves to; empty: stay", "PATH" },
		{ "root", '\0', POPT_ARG_STRING | POPT_ARGFLAG_SHOW_DEFAULT, &t.root, 0,
		  "folder that /proc and /sys are looked for in", "DIR" },
		{ "dry-run", '\0', POPT_ARG_NONE, &o.dry_run, 0,
		  "print what would be written, and end", NULL },
		{ "help", '?', POPT_ARG_NONE, NULL, OPTION_HELP, "show this", NULL },
		POPT_TABLEEND
	};
	int opt, rc = 0;

	t = (struct texts){ .sample = sample,
			    .aggregate = aggregate,
			    .update = update,
			    .interval = interval,
			    .root = root,
			    .cgroup = cgroup,
			    .min_regions = 10,
			    .max_regions = 1000 };
	*ret_help = false;
	poptContext con = poptGetContext("ramrig-damon", argc, argv, options, 0);

	while (!rc && !*ret_help && (opt = poptGetNextOpt(con)) >= 0) {
		cleanup_free char *text = poptGetOptArg(con);

		if (opt == OPTION_SCHEME)
			rc = scheme_add(&o.settings, text, e);
		*ret_help |= opt == OPTION_HELP;
	}
	if (*ret_help) {
		poptPrintHelp(con, stdout, 0);
		damon_scheme_help(stdout);
	} else if (!rc && opt < -1) {
		rc = err_set(e, EINVAL, "%s: %s", poptBadOption(con, 0), poptStrerror(opt));
	} else if (!rc && poptPeekArg(con)) {
		rc = err_set(e, EINVAL, "'%.80s' is no option", poptPeekArg(con));
	} else if (!rc) {
		o.settings.splits = splits;
		rc = texts_read(&t, &o, e);
	}
	poptFreeContext(con);
	if (!rc)
		*ret = o;
	return rc;
}
