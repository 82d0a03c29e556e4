/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What programs of a guest's root disk print, and its /proc/swaps: whatever it
 * is, what is made of it has the form that later steps rely on.
 */
#include <stdint.h>
#include <string.h>
#include "cell/bring-up-parts.h"
#include "cell/fio.h"
#include "cell/swap.h"
#include "lib/cleanup.h"

#define DIGITS "0123456789"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* It becomes a program's argument. */
static void dax(const char *text)
{
	cleanup_free char *name = NULL;
	struct err e;

	if (cxl_dax_of_namespace(text, &name, &e))
		return;
	if (strncmp(name, "dax", 3) || name[3 + strspn(name + 3, DIGITS ".")] || strlen(name) > 31)
		abort();
}

static void swaps(const char *text)
{
	cleanup_json json_t *wanted = json_pack("[{s:s, s:s, s:s, s:i}]", "name", "fast", "kind", "zram",
						"disk", "/dev/zram0", "priority", 100);
	cleanup_json json_t *rows = json_array();
	int differ = swap_compare(wanted, text, rows);
	const json_t *row;
	size_t i;

	json_array_foreach(rows, i, row)
		differ -= json_is_false(json_object_get(row, "ok"));
	if (differ || !json_array_size(rows))
		abort();
}

static void fio(const char *text)
{
	cleanup_json json_t *rows = NULL;
	const json_t *row;
	struct err e;
	size_t i;

	if (fio_read(text, &rows, &e))
		return;
	if (json_array_size(rows) != FIO_PASSES)
		abort();
	json_array_foreach(rows, i, row)
		if (!(json_number_value(json_object_get(row, "iops")) >= 0) ||
		    !(json_number_value(json_object_get(row, "p99_ns")) >= 0))
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_free char *bytes = strndup((const char *)data, size);
	cleanup_json json_t *j = json_string(bytes);
	const char *text = json_string_value(j);

	/* What is no UTF-8 never comes through the link. */
	if (!text)
		return 0;
	dax(text);
	swaps(text);
	fio(text);
	return 0;
}
