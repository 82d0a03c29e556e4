/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include "lib/cleanup.h"
#include "workloads/files/files-config.h"
#include "workloads/files/files-content.h"
#include "workloads/lib/param.h"

#define DAY_MS (24 * 3600 * 1000ULL)
#define MANY 1000000000000ULL
#define SIZE_MAX_BYTES (1ULL << 30)

#define NUMBER(key, least, most) PARAM_NUMBER(struct files_config, key, least, most)

static const struct param_number numbers[] = {
	NUMBER(files, 10, 100000000),
	NUMBER(folders, 1, 100000),
	NUMBER(size_min, CONTENT_BYTES_MIN, SIZE_MAX_BYTES),
	NUMBER(size_max, CONTENT_BYTES_MIN, SIZE_MAX_BYTES),
	NUMBER(hot, 1, 90),
	NUMBER(hot_rate, 1, 99),
	NUMBER(zipf, 0, 400),
	NUMBER(read, 1, 99),
	NUMBER(create, 1, 99),
	NUMBER(compressible, 0, 100),
	NUMBER(warmup_transactions, 0, MANY),
	NUMBER(transactions, 0, MANY),
	NUMBER(duration, 1, DAY_MS),
	NUMBER(seed, 0, MANY),
};

static const char *const words_place[] = {
	[PLACE_DISK] = "disk", [PLACE_TMPFS] = "tmpfs", NULL
};

const char *files_place_path(enum files_place place)
{
	return place == PLACE_TMPFS ? "/dev/shm/ramrig-files" : "/var/tmp/ramrig-files";
}

static int config_check(const struct files_config *c, struct err *e)
{
	if (c->size_min > c->size_max)
		return err_set(e, EINVAL, "size_min (%" PRIu64 " bytes) is above size_max (%" PRIu64
			       ")", c->size_min, c->size_max);
	if (c->size_min % CONTENT_WORD || c->size_max % CONTENT_WORD)
		return err_set(e, EINVAL, "size_min and size_max (%" PRIu64 " and %" PRIu64 " bytes) "
			       "are not both multiples of %d", c->size_min, c->size_max, CONTENT_WORD);
	return 0;
}

int files_config_read(struct files_config *ret, struct err *e)
{
	struct files_config c = { 0 };
	unsigned word = 0;
	int rc = param_numbers(numbers, ARRAY_SIZE(numbers), &c, e);

	if (!rc)
		rc = param_word("place", words_place, &word, e);
	c.place = word;
	if (!rc)
		rc = config_check(&c, e);
	if (!rc)
		*ret = c;
	return rc;
}
