/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_JUNIT_H
#define RAMRIG_JUNIT_H

#include <stdio.h>
#include "lib/err.h"
#include "lib/json.h"

/*
 * Writes checks as JUnit's XML, as GitLab and Jenkins read it, to @out: @suites are those of
 * report/checks.h, each maybe with "properties" (an object of texts), each check maybe with a
 * "class" of its own. All texts are lines that printable() made, or need none of it. -ENOMEM.
 */
int junit_write(const char *name, const json_t *suites, FILE *out, struct err *e);

#endif
