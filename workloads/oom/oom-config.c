/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include "lib/cleanup.h"
#include "workloads/lib/param.h"
#include "workloads/oom/oom-config.h"

#define MIB (1ULL << 20)
#define DAY_MS (24 * 3600 * 1000ULL)

int oom_config_read(struct oom_config *ret, struct err *e)
{
	struct oom_config c = { 0 };
	const struct { const char *name; uint64_t min, max, *to; } numbers[] = {
		{ "growth", MIB, 1ULL << 40, &c.growth },
		{ "limit", 16 * MIB, 1ULL << 44, &c.limit },
		{ "alike", 0, 100, &c.alike },
		{ "compressible", 0, 100, &c.compressible },
		{ "rate", 1, 100000, &c.rate },
		{ "service_memory", MIB, 1ULL << 40, &c.service_memory },
		{ "after", 100, DAY_MS, &c.after },
		{ "patience", 1000, DAY_MS, &c.patience },
	};
	const char *words[VARIANT_COUNT + 1] = { NULL };
	unsigned variant = 0;
	int rc = 0;

	for (size_t i = 0; i < VARIANT_COUNT; i++)
		words[i] = variant_table[i].name;
	for (size_t i = 0; !rc && i < ARRAY_SIZE(numbers); i++)
		rc = param_number(numbers[i].name, numbers[i].min, numbers[i].max, numbers[i].to, e);
	if (!rc)
		rc = param_word("variant", words, &variant, e);
	if (rc)
		return rc;
	c.variant = variant;
	*ret = c;
	return 0;
}
