/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "lib/cleanup.h"
#include "lib/duration.h"

int duration_parse(const char *text, uint64_t *ret_ms, struct err *e)
{
	static const struct { const char *suffix; uint64_t ms; } units[] = {
		{ "ms", 1 }, { "s", 1000 }, { "m", 60 * 1000 }, { "h", 3600 * 1000 },
	};
	char *end;

	if (!isdigit((unsigned char)*text))
		return err_set(e, EINVAL, "duration '%s' is not a number with a unit", text);
	errno = 0;
	uint64_t n = strtoull(text, &end, 10);
	if (errno)
		return err_set(e, ERANGE, "duration '%s' does not fit in 64 bits", text);

	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		if (strcmp(end, units[i].suffix))
			continue;
		if (n > UINT64_MAX / units[i].ms)
			return err_set(e, ERANGE, "duration '%s' does not fit in 64 bits", text);
		*ret_ms = n * units[i].ms;
		return 0;
	}
	return err_set(e, EINVAL, "duration '%s': unit '%s' is not ms, s, m or h", text, end);
}
