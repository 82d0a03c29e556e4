/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <unistd.h>
#include "lib/cleanup.h"
#include "workloads/lib/param.h"
#include "workloads/swapstorm/swapstorm-config.h"
#include "workloads/swapstorm/swapstorm-page.h"

#define DAY_MS (24 * 3600 * 1000ULL)

#define NUMBER(key, least, most) PARAM_NUMBER(struct storm_config, key, least, most)

static const struct param_number numbers[] = {
	NUMBER(workers, 1, WORKERS_MAX),
	NUMBER(pages, 512, 1 << 20),
	NUMBER(duration, 1, DAY_MS),
	NUMBER(ops, 0, 1ULL << 40),
	NUMBER(room, 0, 1 << 24),
	NUMBER(patience, 1000, DAY_MS),
	NUMBER(seed, 0, 1000000000000ULL),
};

int storm_config_read(struct storm_config *ret, struct err *e)
{
	struct storm_config c = { 0 };
	int rc;

	if (sysconf(_SC_PAGESIZE) != PAGE_BYTES)
		return err_set(e, EOPNOTSUPP, "this kernel's pages have %ld bytes; swapstorm knows "
			       "pages of %d", sysconf(_SC_PAGESIZE), PAGE_BYTES);
	rc = param_numbers(numbers, ARRAY_SIZE(numbers), &c, e);
	if (!rc)
		*ret = c;
	return rc;
}
