/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_HISTORY_OPTIONS_H
#define RAMRIG_HISTORY_OPTIONS_H

#include <popt.h>
#include "history/trend.h"
#include "result/outcome.h"

/* What the words of `ramrig history` have in common, as tables to include: --db; which trends. */
extern const struct poptOption history_options[], history_trend_options[];

/* Opens the history that --db names. */
int history_options_open(bool create, struct history **ret, struct err *e);

const char *history_options_db(void);

/* What --workload, --metric and so on ask for. */
struct trend_wish history_options_wish(void);

/* 2 where the user named what is not there or no history, else 3. */
enum exit_code history_exit_code(const struct err *e);

#endif
