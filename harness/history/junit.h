/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_HISTORY_JUNIT_H
#define RAMRIG_HISTORY_JUNIT_H

#include <stdio.h>
#include "lib/err.h"
#include "lib/json.h"

/*
 * Writes trends as JUnit XML (report/junit.h) to @out: a testsuite for each experiment, a testcase
 * for each trend. An alarm of the newest @nights nights is a failure, a newest kernel that failed in
 * its A/B an error; one that cannot be confirmed is skipped; of several changes the worst counts.
 * What is known of each is the testcase's output. Pure. -ENOMEM.
 */
int history_junit(const json_t *trends, unsigned nights, FILE *out, struct err *e);

#endif
