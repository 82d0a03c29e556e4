/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/result-dir.h"
#include "lib/clock.h"
#include "lib/file.h"

char *result_dir_new(const char *parent, const char *what)
{
	char now[21], compact[21];
	size_t n = 0;

	clock_utc(now);
	for (size_t i = 0; now[i]; i++) {
		if (now[i] != '-' && now[i] != ':')
			compact[n++] = now[i];
	}
	compact[n] = '\0';
	return path_format("%s/%s-%s", parent, what, compact);
}
