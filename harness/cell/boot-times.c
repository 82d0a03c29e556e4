/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include "cell/boot-times.h"
#include "image/book.h"
#include "lib/cleanup.h"
#include "lib/json.h"

#define UNKNOWN_MS 300000	/* 60 times what was measured on two cores without KVM */
#define LEAST_MS 60000
#define FACTOR 10
#define FACTOR_OF_OTHERS 20	/* a debug kernel is several times slower than a stock one */

#define BOOK "boot-times"

/* Of guests that differ in the kernel only, which is the key's first word. */
static json_int_t slowest_of_others(json_t *book, const char *key)
{
	const char *rest = strchr(key, ' '), *other;
	json_int_t slowest = 0;
	const json_t *ms;

	json_object_foreach(book, other, ms) {
		const char *its = strchr(other, ' ');

		if (rest && its && !strcmp(rest, its) && json_integer_value(ms) > slowest)
			slowest = json_integer_value(ms);
	}
	return slowest;
}

int64_t boot_times_deadline(const char *key)
{
	cleanup_json json_t *book = book_read(BOOK);
	json_int_t ms = json_int_or(book, key, 0) * FACTOR;

	if (ms <= 0)
		ms = slowest_of_others(book, key) * FACTOR_OF_OTHERS;
	if (ms <= 0)
		return UNKNOWN_MS;
	return ms < LEAST_MS ? LEAST_MS : ms;
}

void boot_times_learn(const char *key, int64_t ms)
{
	cleanup_json json_t *book = book_read(BOOK);
	/* The slowest boot of late, falling slowly. */
	json_int_t old = json_int_or(book, key, 0);
	cleanup_json json_t *now = json_integer(ms > old ? ms : old - (old - ms) / 4);

	book_note(BOOK, key, now);
}
