/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include "lib/cleanup.h"
#include "workloads/coldheap/coldheap-config.h"
#include "workloads/coldheap/coldheap-page.h"
#include "workloads/lib/param.h"

#define MIB (1ULL << 20)
#define DAY_MS (24 * 3600 * 1000ULL)
#define MANY 1000000000000ULL

#define NUMBER(key, least, most) PARAM_NUMBER(struct config, key, least, most)

static const struct param_number numbers[] = {
	NUMBER(heap, MIB, 1ULL << 44),
	NUMBER(limit, 0, 1ULL << 44),
	NUMBER(reclaim, 0, 1ULL << 44),
	NUMBER(hot, 1, 98),
	NUMBER(warm, 0, 98),
	NUMBER(hot_rate, 1, 100),
	NUMBER(warm_rate, 0, 99),
	NUMBER(zipf, 0, 400),
	NUMBER(shift, 0, MANY),
	NUMBER(shift_by, 1, 100),
	NUMBER(writes, 0, 100),
	NUMBER(run, 1, 1 << 20),
	NUMBER(compressible, 0, 100),
	NUMBER(threads, 1, 256),
	NUMBER(rate, 0, 1000000000),
	NUMBER(warmup, 0, DAY_MS),
	NUMBER(duration, 1, DAY_MS),
	NUMBER(warmup_accesses, 0, MANY),
	NUMBER(accesses, 0, MANY),
	NUMBER(check_every, 0, MANY),
	NUMBER(sweep, 0, 1),
	NUMBER(seed, 0, MANY),
};

static const char *const words_thp[] = {
	[THP_NEVER] = "never", [THP_DEFAULT] = "default", [THP_ALWAYS] = "always", NULL
};

/* What must fit together. */
static int config_check(const struct config *c, struct err *e)
{
	uint64_t run_bytes = c->run * PAGE_BYTES;

	if (c->hot + c->warm > 99)
		return err_set(e, EINVAL, "hot (%" PRIu64 " %%) and warm (%" PRIu64 " %%) leave "
			       "nothing of the heap to be cold", c->hot, c->warm);
	if (c->hot_rate + c->warm_rate > 100)
		return err_set(e, EINVAL, "hot_rate (%" PRIu64 " %%) and warm_rate (%" PRIu64
			       " %%) are more than all accesses", c->hot_rate, c->warm_rate);
	if (!c->warm && c->warm_rate)
		return err_set(e, EINVAL, "warm_rate is %" PRIu64 " %%, but no page is warm",
			       c->warm_rate);
	if (c->run & (c->run - 1))
		return err_set(e, EINVAL, "run is %" PRIu64 " pages, not a power of two", c->run);
	if (c->heap % run_bytes || c->heap / run_bytes < 2)
		return err_set(e, EINVAL, "heap is %" PRIu64 " bytes, not two or more whole runs of "
			       "%" PRIu64 " pages (%" PRIu64 " bytes)", c->heap, c->run, run_bytes);
	if (c->limit && c->limit < 8 * MIB)
		return err_set(e, EINVAL, "limit is %" PRIu64 " bytes; the program itself takes more",
			       c->limit);
	return 0;
}

int config_read(struct config *ret, struct err *e)
{
	struct config c = { 0 };
	unsigned word = 0;
	int rc = param_numbers(numbers, ARRAY_SIZE(numbers), &c, e);

	if (!rc)
		rc = param_word("thp", words_thp, &word, e);
	c.thp = word;
	if (!rc)
		rc = config_check(&c, e);
	if (!rc)
		*ret = c;
	return rc;
}
