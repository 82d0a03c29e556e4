/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <sys/sysinfo.h>
#include <unistd.h>
#include "lib/cleanup.h"
#include "workloads/fragment/fragment-config.h"
#include "workloads/fragment/fragment-index.h"
#include "workloads/lib/param.h"

#define NUMBER(key, least, most) PARAM_NUMBER(struct fragment_config, key, least, most)

static const struct param_number numbers[] = {
	NUMBER(unmovable, 0, 95),
	NUMBER(movable, 0, 95),
	NUMBER(every, 2, 1 << 10),
	NUMBER(hugetlb, 1, 100),
	NUMBER(thp, 1, 100),
	NUMBER(slab, 1, 400),
	NUMBER(blocks, 1, 100),
	NUMBER(order, 0, INDEX_ORDERS_MAX - 1),
	NUMBER(probe_rate, 1, 100000),
	NUMBER(probe_pages, 1, 1 << 16),
	NUMBER(seed, 0, 1000000000000ULL),
};

int fragment_config_read(struct fragment_config *ret, struct err *e)
{
	struct fragment_config c = { 0 };
	int rc = 0;

	if (sysconf(_SC_PAGESIZE) != PAGE_BYTES)
		return err_set(e, EOPNOTSUPP, "this kernel's pages have %ld bytes; fragment knows "
			       "pages of %d", sysconf(_SC_PAGESIZE), PAGE_BYTES);
	rc = param_numbers(numbers, ARRAY_SIZE(numbers), &c, e);
	if (rc)
		return rc;
	if (c.every & (c.every - 1))
		return err_set(e, EINVAL, "every is %" PRIu64 " pages, not a power of two",
			       c.every);
	*ret = c;
	return 0;
}

uint64_t fragment_pages(uint64_t percent)
{
	struct sysinfo s;

	sysinfo(&s);
	return (uint64_t)s.totalram * s.mem_unit / PAGE_BYTES * percent / 100;
}
