/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include "cli/history-options.h"
#include "cli/result-dir.h"

static const char *opt_db = RESULTS "/history.sqlite";
static struct trend_wish opt_wish;

const struct poptOption history_options[] = {
	{ "db", '\0', POPT_ARG_STRING, &opt_db, 0,
	  "the history; default " RESULTS "/history.sqlite", "FILE" },
	POPT_TABLEEND
};

const struct poptOption history_trend_options[] = {
	{ "experiment", '\0', POPT_ARG_STRING, &opt_wish.experiment, 0, "only of this experiment",
	  "NAME" },
	{ "kernel", '\0', POPT_ARG_STRING, &opt_wish.kernel, 0, "only of this kernel", "NAME" },
	{ "topology", '\0', POPT_ARG_STRING, &opt_wish.topology, 0, "only on this topology",
	  "NAME" },
	{ "workload", '\0', POPT_ARG_STRING, &opt_wish.workload, 0, "only of this workload",
	  "NAME" },
	{ "arm", '\0', POPT_ARG_STRING, &opt_wish.arm, 0, "only of this arm", "NAME" },
	{ "metric", '\0', POPT_ARG_STRING, &opt_wish.metric, 0,
	  "only this metric, be it a key metric or not; default: all key metrics", "NAME" },
	{ "host", '\0', POPT_ARG_STRING, &opt_wish.host, 0, "only of this machine", "NAME" },
	POPT_TABLEEND
};

int history_options_open(bool create, struct history **ret, struct err *e)
{
	return history_open(opt_db, create, ret, e);
}

const char *history_options_db(void)
{
	return opt_db;
}

struct trend_wish history_options_wish(void)
{
	struct trend_wish w = opt_wish;

	w.watched = !w.metric;
	return w;
}

enum exit_code history_exit_code(const struct err *e)
{
	return e->code == EINVAL || e->code == ENOENT || e->code == ENODATA ? EXIT_USAGE : EXIT_RIG;
}
