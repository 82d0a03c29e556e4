/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stdio.h>
#include "contest/site.h"

void contest_say(const struct contest_site *site, const char *fmt, ...)
{
	char line[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (site->progress && site->progress->say)
		site->progress->say(site->progress->arg, line);
}
