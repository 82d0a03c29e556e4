/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stddef.h>
#include "lib/cleanup.h"
#include "workloads/lib/param.h"
#include "workloads/oom/oom-config.h"

#define MIB (1ULL << 20)
#define DAY_MS (24 * 3600 * 1000ULL)

#define NUMBER(key, least, most) PARAM_NUMBER(struct oom_config, key, least, most)

static const struct param_number numbers[] = {
	NUMBER(growth, MIB, 1ULL << 40),
	NUMBER(limit, 16 * MIB, 1ULL << 44),
	NUMBER(alike, 0, 100),
	NUMBER(compressible, 0, 100),
	NUMBER(rate, 1, 100000),
	NUMBER(service_memory, MIB, 1ULL << 40),
	NUMBER(after, 100, DAY_MS),
	NUMBER(patience, 1000, DAY_MS),
};

int oom_config_read(struct oom_config *ret, struct err *e)
{
	struct oom_config c = { 0 };
	const char *words[VARIANT_COUNT + 1] = { NULL };
	unsigned variant = 0;
	int rc = param_numbers(numbers, ARRAY_SIZE(numbers), &c, e);

	for (size_t i = 0; i < VARIANT_COUNT; i++)
		words[i] = variant_table[i].name;
	if (!rc)
		rc = param_word("variant", words, &variant, e);
	if (rc)
		return rc;
	c.variant = variant;
	*ret = c;
	return 0;
}
