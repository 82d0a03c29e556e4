/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files of a kernel under test, which may hold anything: every reader of the
 * agent's fills all its columns, and the same text gives the same again, also
 * when a key remembers where it stood.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "agent/source-parse.h"
#include "lib/cleanup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define KEYS 3

struct readings {
	struct sample_value value, stat, psi[2], keyed[KEYS], fields[KEYS], swaps[KEYS],
		numa[KEYS];
};

/* Keys remember their line of one file, so each reader has its own. */
struct keys {
	struct source_key keyed[KEYS], numa[KEYS];
};

/* @noise is what a column holds that nobody fills. */
static void read_all(const char *text, struct keys *keys, const struct source_key *places,
		     int noise, struct readings *ret)
{
	memset(ret, noise, sizeof(*ret));
	ret->value = value_parse(text);
	ret->stat = stat_parse(text, 100);
	psi_parse(text, ret->psi);
	keyed_parse(text, keys->keyed, KEYS, ret->keyed);
	fields_parse(text, places, KEYS, ret->fields);
	swaps_parse(text, places, KEYS, ret->swaps);
	numa_parse(text, keys->numa, KEYS, ret->numa);
}

static void check_equal(const struct sample_value *a, const struct sample_value *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (a[i].present != b[i].present || a[i].n != b[i].n)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct source_key places[KEYS] = {
		{ (char *)"a", 1, 0, "/dev/zram0", NULL }, { (char *)"c", 1, 2, "/dev/nvme0n1", NULL },
		{ (char *)"j", 1, 9, "/dev/a\\040b", NULL },
	};
	static const struct source_key named[KEYS] = {
		{ (char *)"pgfault", 7, 0, NULL, "N0" }, { (char *)"MemUsed", 7, 0, NULL, "N1" },
		{ (char *)"anon", 4, 0, NULL, "N1" },
	};
	struct keys keys;
	cleanup_free char *text = strndup((const char *)data, size);
	struct readings first, again;

	memcpy(keys.keyed, named, sizeof(named));
	memcpy(keys.numa, named, sizeof(named));
	read_all(text, &keys, places, 0x00, &first);
	read_all(text, &keys, places, 0xff, &again);
	check_equal(&first.value, &again.value, 1);
	check_equal(&first.stat, &again.stat, 1);
	check_equal(first.psi, again.psi, 2);
	check_equal(first.keyed, again.keyed, KEYS);
	check_equal(first.fields, again.fields, KEYS);
	check_equal(first.swaps, again.swaps, KEYS);
	check_equal(first.numa, again.numa, KEYS);
	return 0;
}
