/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include "lib/cleanup.h"
#include "workloads/fleet/fleet-config.h"
#include "workloads/lib/param.h"

#define GIB (1ULL << 30)

#define NUMBER(key, least, most) PARAM_NUMBER(struct fleet_config, key, least, most)

static const struct param_number numbers[] = {
	NUMBER(instances, 1, 4096),
	NUMBER(containers, 0, 1024),
	NUMBER(port, 1, 65535),
	NUMBER(shared, FLEET_PAGE, 64 * GIB),
	NUMBER(own, FLEET_PAGE, 64 * GIB),
	NUMBER(session, 0, 64 * GIB),
	NUMBER(data_sets, 1, 1 << 24),
	NUMBER(touch, 1, 1024),
	NUMBER(seed, 0, 1000000000000ULL),
};

static const char *const words_merge[] = {
	[MERGE_NONE] = "none", [MERGE_MADVISE] = "madvise", NULL
};

static int pages_check(const char *name, uint64_t bytes, struct err *e)
{
	return bytes % FLEET_PAGE ? err_set(e, EINVAL, "%s is %" PRIu64 " bytes, not whole pages of "
					    "%d", name, bytes, FLEET_PAGE) : 0;
}

/* What must fit together. */
static int config_check(const struct fleet_config *c, struct err *e)
{
	uint64_t least = c->shared < c->own ? c->shared : c->own;

	if (pages_check("shared", c->shared, e) || pages_check("own", c->own, e) ||
	    pages_check("session", c->session, e))
		return -e->code;
	if (c->containers > c->instances)
		return err_set(e, EINVAL, "there are %" PRIu64 " containers for %" PRIu64
			       " instances; one would be empty", c->containers, c->instances);
	if (c->port + c->instances > 65536)
		return err_set(e, EINVAL, "port is %" PRIu64 "; %" PRIu64 " instances do not fit above it",
			       c->port, c->instances);
	if (c->data_sets > least / FLEET_PAGE)
		return err_set(e, EINVAL, "data_sets is %" PRIu64 ", but shared or own has %" PRIu64
			       " pages only; each data set has one of both at least", c->data_sets,
			       least / FLEET_PAGE);
	return 0;
}

int fleet_config_read(struct fleet_config *ret, struct err *e)
{
	struct fleet_config c = { 0 };
	unsigned word = 0;
	int rc = param_numbers(numbers, ARRAY_SIZE(numbers), &c, e);

	if (!rc)
		rc = param_word("merge", words_merge, &word, e);
	c.merge = word;
	if (!rc)
		rc = config_check(&c, e);
	if (!rc)
		*ret = c;
	return rc;
}
