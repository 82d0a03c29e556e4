/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "lib/cleanup.h"
#include "lib/size.h"

int size_parse(const char *text, uint64_t *ret_bytes, struct err *e)
{
	static const struct { const char *suffix; unsigned shift; } units[] = {
		{ "", 0 }, { "KiB", 10 }, { "MiB", 20 }, { "GiB", 30 }, { "TiB", 40 },
	};
	char *end;

	if (!isdigit((unsigned char)*text))
		return err_set(e, EINVAL, "size '%s' is not a number", text);
	errno = 0;
	uint64_t n = strtoull(text, &end, 10);
	if (errno)
		return err_set(e, ERANGE, "size '%s' does not fit in 64 bits", text);

	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		if (strcmp(end, units[i].suffix))
			continue;
		if (n > UINT64_MAX >> units[i].shift)
			return err_set(e, ERANGE, "size '%s' does not fit in 64 bits", text);
		*ret_bytes = n << units[i].shift;
		return 0;
	}
	return err_set(e, EINVAL, "size '%s': unit '%s' is not KiB, MiB, GiB or TiB", text, end);
}
