/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "lib/parallel.h"

#define N 5000

static void count(size_t i, void *arg)
{
	unsigned char *calls = arg;

	calls[i]++;
}

static void each_number_is_called_once_however_many_there_are(void **state)
{
	static const size_t some[] = { 0, 1, 63, 64, 129, N };
	unsigned char calls[N + 1];
	(void)state;

	for (size_t k = 0; k < sizeof(some) / sizeof(*some); k++) {
		memset(calls, 0, sizeof(calls));
		parallel_each(some[k], count, calls);
		for (size_t i = 0; i <= N; i++)
			assert_int_equal(calls[i], i < some[k]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_number_is_called_once_however_many_there_are),
	};

	return cmocka_run_group_tests_name("parallel", tests, NULL, NULL);
}
