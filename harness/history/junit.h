/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_HISTORY_JUNIT_H
#define RAMRIG_HISTORY_JUNIT_H

#include "lib/err.h"
#include "lib/json.h"

/*
 * Trends as JUnit XML, which CI systems show: a testsuite for each experiment, a testcase for
 * each trend. An alarm of the newest @nights nights is a failure, a newest kernel that failed in
 * its A/B an error; one that cannot be confirmed is skipped. What else is known of changes is the
 * testcase's output. Pure. The caller frees *ret. -ENOMEM.
 */
int history_junit(const json_t *trends, unsigned nights, char **ret, struct err *e);

#endif
