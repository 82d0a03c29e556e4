/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "lib/quantity.h"

struct unit {
	const char *suffix;
	uint64_t value;
};

/* Units end with a NULL suffix. */
static const struct {
	const char *name, *known;
	struct unit units[10];
} quantities[QUANTITY_COUNT] = {
	[QUANTITY_SIZE] = { "size", "KiB, MiB, GiB or TiB",
			    { { "", 1 },
			      { "KiB", 1ULL << 10 },
			      { "MiB", 1ULL << 20 },
			      { "GiB", 1ULL << 30 },
			      { "TiB", 1ULL << 40 } } },
	[QUANTITY_DURATION] = { "duration", "ms, s, m or h",
				{ { "ms", 1 },
				  { "s", 1000 },
				  { "m", 60 * 1000 },
				  { "h", 3600 * 1000 } } },
	[QUANTITY_LATENCY] = { "latency", "ns, us, ms or s",
			       { { "ns", 1 },
				 { "us", 1000 },
				 { "ms", 1000 * 1000 },
				 { "s", 1000 * 1000 * 1000 } } },
	[QUANTITY_BANDWIDTH] = { "bandwidth", "kB/s, MB/s, GB/s, TB/s, KiB/s, MiB/s, GiB/s or TiB/s",
				 { { "B/s", 1 },
				   { "kB/s", 1000 },
				   { "KiB/s", 1ULL << 10 },
				   { "MB/s", 1000 * 1000 },
				   { "MiB/s", 1ULL << 20 },
				   { "GB/s", 1000 * 1000 * 1000 },
				   { "GiB/s", 1ULL << 30 },
				   { "TB/s", 1000ULL * 1000 * 1000 * 1000 },
				   { "TiB/s", 1ULL << 40 } } },
};

int quantity_parse(enum quantity q, const char *text, uint64_t *ret, struct err *e)
{
	const char *name = quantities[q].name;
	char *end;

	if (!isdigit((unsigned char)*text))
		return err_set(e, EINVAL, "%s '%s' is not a number with a unit", name, text);
	errno = 0;
	uint64_t n = strtoull(text, &end, 10);
	if (errno)
		return err_set(e, ERANGE, "%s '%s' does not fit in 64 bits", name, text);

	for (const struct unit *u = quantities[q].units; u->suffix; u++) {
		if (strcmp(end, u->suffix))
			continue;
		if (n > UINT64_MAX / u->value)
			return err_set(e, ERANGE, "%s '%s' does not fit in 64 bits", name, text);
		*ret = n * u->value;
		return 0;
	}
	if (!*end)
		return err_set(e, EINVAL, "%s '%s' has no unit; say %s", name, text,
			       quantities[q].known);
	return err_set(e, EINVAL, "%s '%s': unit '%s' is not %s", name, text, end,
		       quantities[q].known);
}

static const char *print(enum quantity q, uint64_t v, const char *space, char *buf, size_t size)
{
	const struct unit *best = quantities[q].units;

	for (const struct unit *u = best; v && u->suffix; u++)
		if (!(v % u->value))
			best = u;
	snprintf(buf, size, "%" PRIu64 "%s%s", v / best->value, *best->suffix ? space : "",
		 best->suffix);
	return buf;
}

const char *quantity_format(enum quantity q, uint64_t v, char *buf, size_t size)
{
	return print(q, v, "", buf, size);
}

const char *quantity_show(enum quantity q, uint64_t v, char *buf, size_t size)
{
	return print(q, v, " ", buf, size);
}
