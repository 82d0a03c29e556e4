/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include "result/taint.h"

/* By bit, as in kernel/panic.c of 6.12. */
static const char letters[] = "PFSRMBUDAWCIOELKXTN";

/* Machine check, bad page, oops, warning, soft lockup. */
#define TROUBLE_BITS (1U << 4 | 1U << 5 | 1U << 7 | 1U << 9 | 1U << 14)

bool taint_is_trouble(uint64_t number)
{
	return number & TROUBLE_BITS;
}

json_t *taint_json(const char *text)
{
	char found[sizeof(letters)] = "", *end;
	size_t n = 0;

	errno = 0;
	long long number = strtoll(text, &end, 10);
	if (end == text || (*end && *end != '\n') || errno || number < 0)
		return NULL;
	for (size_t bit = 0; letters[bit]; bit++) {
		if (number >> bit & 1)
			found[n++] = letters[bit];
	}
	return json_pack("{s:I, s:s}", "number", (json_int_t)number, "letters", found);
}
