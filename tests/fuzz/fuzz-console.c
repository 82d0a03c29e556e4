/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A console of any bytes, at once and in pieces: the lines are the same,
 * printable and ended.
 */
#include <stdint.h>
#include "lib/cleanup.h"
#include "vm/console.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect_printable(const char *line)
{
	size_t len = strnlen(line, CONSOLE_LINE_MAX);

	if (len == CONSOLE_LINE_MAX)
		abort();
	for (size_t i = 0; i < len; i++)
		if (line[i] < ' ' || line[i] > '~')
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct console whole = { .fd = -1 }, pieces = { .fd = -1 };
	size_t step = size ? data[0] % 7 + 1 : 1;
	bool changed = false;

	if (console_feed(&whole, (const char *)data, size) != (*whole.last != '\0'))
		abort();
	for (size_t at = 0; at < size; at += step)
		changed |= console_feed(&pieces, (const char *)data + at,
					size - at < step ? size - at : step);
	if (changed != (*whole.last != '\0') || strcmp(whole.last, pieces.last) ||
	    strcmp(whole.panic, pieces.panic))
		abort();
	expect_printable(whole.last);
	expect_printable(whole.panic);
	return 0;
}
