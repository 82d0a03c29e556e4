/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "lib/cleanup.h"
#include "lib/json.h"

static void a_sentence_is_one_line_of_good_text_whatever_it_quotes(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "", "" },
		{ "wrk ended with exit code 1", "wrk ended with exit code 1" },
		{ "it printed: a\nb\tc\x7f", "it printed: a b c " },
		{ "caf\xc3\xa9", "caf\xc3\xa9" },
		/* Cut inside a character: what is not ASCII is lost, the sentence is not. */
		{ "caf\xc3\xa9 caf\xc3", "caf?? caf?" },
		{ "\x80\xff", "??" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_json json_t *j = json_sentence(cases[i].text);

		print_message("  %zu\n", i);
		assert_string_equal(json_string_value(j), cases[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sentence_is_one_line_of_good_text_whatever_it_quotes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
