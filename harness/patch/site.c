/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stdio.h>
#include "patch/site.h"

void patch_say(const struct patch_site *site, const char *fmt, ...)
{
	char line[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (site->progress && site->progress->say)
		site->progress->say(site->progress->arg, line);
}
